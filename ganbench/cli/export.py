"""`ganbench export`: its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.options import PATH, find_plugins, output_seed_option, plugins_option

FORMATS = ("torch-export", "safetensors")  # of `running.export`, which loads torch


@click.command()
@click.argument("cell")
@click.option(
    "--to", type=PATH, required=True, metavar="FOLDER", help="A new folder for the model."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="A program for each direction, which needs PyTorch alone; or weights, which "
    "ganbench.load_generator reads.",
)
@click.option(
    "--direction",
    "directions",
    type=click.Choice(["AB", "BA"]),
    multiple=True,
    help="Only this one [default: all of the model's].",
)
@output_seed_option
@click.option(
    "--output", type=PATH, metavar="DIR", help="The result folder [default: all in results]."
)
@plugins_option
def export(cell: str, plugin_folders: Sequence[Path], **options: Any) -> None:
    """Write the trained model of CELL, with a model card, to share or to use elsewhere.

    CELL is the name of a folder in a result's cells/, or how it begins.
    """
    from ganbench.cli.commands.export import export_command

    export_command(cell, registry=find_plugins(plugin_folders), **options)
