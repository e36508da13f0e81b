"""`ganbench curves`: its arguments."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.options import PATH, find_plugins, names, plugins_option


@click.command()
@click.argument("folders", nargs=-1, required=True, type=PATH, metavar="DIR…")
@click.option(
    "-o",
    "--output",
    type=PATH,
    metavar="DIR",
    help="Put curves.csv there, and a figure a task, instead of printing the CSV.",
)
@click.option("--columns", callback=names, metavar="NAME,…", help="These curves only.")
@plugins_option
def curves(folders: Sequence[Path], plugin_folders: Sequence[Path], **options: Any) -> None:
    """Show how the models in result folders fared over their training: what was measured on the
    validation split, whether a discriminator memorises, and the losses.
    """
    from ganbench.cli.commands.curves import curves_command

    sys.exit(curves_command(folders, registry=find_plugins(plugin_folders), **options))
