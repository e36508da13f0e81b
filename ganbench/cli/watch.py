"""`ganbench watch`: its arguments."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ganbench.cli.options import PATH


@click.command()
@click.argument("folder", type=PATH, metavar="DIR")
@click.option("--once", is_flag=True, help="Show how it stands now, and leave.")
def watch(folder: Path, once: bool) -> None:
    """Watch runs in a result folder, from any terminal or machine that sees its files.

    What is done, under way (with step, losses, speed), waiting, failed and left off, and when it
    will end. It reads files alone, and leaves when no run is at work; where the output is no
    terminal it shows how things stand, and leaves.
    """
    from ganbench.cli.commands.watch import watch_command

    sys.exit(watch_command(folder, once))
