"""`ganbench new`: its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ganbench.cli.options import PATH, find_plugins, plugins_option


@click.command()
@click.argument("kind", type=click.Choice(["model", "task", "metric"]))
@click.argument("name")
@click.option(
    "--folder",
    type=PATH,
    default=Path(),
    metavar="DIR",
    help="Where it goes [default: the current folder].",
)
@plugins_option
def new(kind: str, name: str, folder: Path, plugin_folders: Sequence[Path]) -> None:
    """Write a commented plugin to start from, NAME.py, that passes all checks at once."""
    from ganbench.cli.commands.new import new_command

    new_command(kind, name, folder, find_plugins(plugin_folders))
