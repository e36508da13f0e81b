"""`ganbench data list`, `prepare` and `verify`: their arguments."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ganbench.cli.group import Group
from ganbench.cli.options import (
    PATH,
    Whole,
    data_dir_option,
    format_option,
)


@click.group(cls=Group)
def data() -> None:
    """Get and check real data sets. Nothing is downloaded but by `data prepare`."""


@data.command("list")
@data_dir_option
@format_option
def list_data(data_dir: Path | None, format_name: str) -> None:
    """List the data sets: their tasks, licences and sizes, and which are there."""
    from ganbench.cli.commands.data import list_command

    list_command(data_dir, format_name)


@data.command("prepare")
@click.argument("name")
@data_dir_option
@click.option("--offline", is_flag=True, help="Download nothing; say what to get instead.")
@click.option(
    "--archive",
    "archives",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="An archive that you have already; may be repeated.",
)
def prepare_data(name: str, **options: Any) -> None:
    """Download, check and unpack the data set NAME, or say how to get it by hand.

    A second time it does nothing.
    """
    from ganbench.cli.commands.data import prepare_command

    prepare_command(name, **options)


@data.command("verify")
@click.argument("name")
@click.argument("path", required=False, type=PATH)
@click.option(
    "--sample",
    type=Whole(min=0),
    default=100,
    show_default=True,
    metavar="N",
    help="Pictures to decode.",
)
def verify_data(name: str, path: Path | None, sample: int) -> None:
    """Count what the data set NAME holds in PATH [default: its own folder].

    Exit code 1 if a sampled picture cannot be decoded, 2 if the layout is wrong.
    """
    from ganbench.cli.commands.data import verify_command

    sys.exit(verify_command(name, path, sample))
