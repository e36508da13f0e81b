"""`ganbench merge`: its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ganbench.cli.options import PATH


@click.command()
@click.argument("folders", nargs=-1, required=True, type=PATH, metavar="DIR DIR…")
@click.option(
    "-o", "--output", type=PATH, required=True, metavar="DIR", help="The new folder for all."
)
def merge(folders: Sequence[Path], output: Path) -> None:
    """Join result folders into a new one, refusing cells that contradict each other."""
    from ganbench.cli.commands.merge import merge_command

    merge_command(folders, output)
