"""`ganbench aggregate`: its arguments."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.options import PATH, find_plugins, format_option, names, plugins_option


@click.command()
@click.argument("folders", nargs=-1, required=True, type=PATH, metavar="DIR…")
@click.option("--metrics", callback=names, metavar="NAME,…", help="These columns only.")
@format_option
@plugins_option
def aggregate(folders: Sequence[Path], plugin_folders: Sequence[Path], **options: Any) -> None:
    """Compare models over many tasks: interquartile means, chances to be better, and performance
    profiles, with intervals. The folders may have a task each, or several.
    """
    from ganbench.cli.commands.aggregate import aggregate_command

    sys.exit(aggregate_command(folders, registry=find_plugins(plugin_folders), **options))
