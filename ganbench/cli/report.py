"""`ganbench report`: its arguments."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.options import PATH, find_plugins, interval_option, plugins_option


@click.command()
@click.argument("folders", nargs=-1, required=True, type=PATH, metavar="DIR…")
@click.option(
    "-o",
    "--output",
    type=PATH,
    default=Path("report.html"),
    show_default=True,
    metavar="FILE",
    help="The report; an older report is replaced, any other file is not.",
)
@interval_option
@plugins_option
def report(folders: Sequence[Path], plugin_folders: Sequence[Path], **options: Any) -> None:
    """Make one HTML file of result folders: tables, verdicts, seeds, curves and pictures.

    It needs nothing outside of it. Several folders stand side by side.
    """
    from ganbench.cli.commands.report import report_command

    sys.exit(report_command(folders, registry=find_plugins(plugin_folders), **options))
