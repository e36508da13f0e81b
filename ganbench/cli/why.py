"""`ganbench why`: its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.options import PATH, cache_option, find_plugins, plugins_option


@click.command()
@click.argument("cell")
@click.option(
    "--output", type=PATH, metavar="DIR", help="The result folder [default: all in results]."
)
@plugins_option
@cache_option
def why(cell: str, plugin_folders: Sequence[Path], **options: Any) -> None:
    """Say what has changed since CELL was run, and so why it would be run again.

    CELL is the name of a folder in a result's cells/, or how it begins.
    """
    from ganbench.cli.commands.why import why_command

    why_command(cell, registry=find_plugins(plugin_folders), **options)
