"""`ganbench status`: its arguments."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ganbench.cli.options import PATH


@click.command()
@click.argument("folder", type=PATH, metavar="DIR")
def status(folder: Path) -> None:
    """Tell how a result folder stands, from any terminal or machine that sees its files.

    What is done, at work and where (with jobs of an engine and their logs), waiting, failed and
    why, and when it will end. Exit code 0 where all cells are done, else 1.
    """
    from ganbench.cli.commands.status import status_command

    sys.exit(status_command(folder))
