"""`ganbench movie`: its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.options import (
    PATH,
    Whole,
    find_plugins,
    plugins_option,
)


@click.command()
@click.argument("output", type=PATH, metavar="DIR")
@click.option("--seed", type=int, metavar="N", help="Which of its seeds [default: the first].")
@click.option(
    "--frame-ms",
    type=Whole(20, 10_000),
    default=250,
    show_default=True,
    metavar="MS",
    help="How long a frame stands, in milliseconds.",
)
@plugins_option
def movie(output: Path, plugin_folders: Sequence[Path], **options: Any) -> None:
    """Make a movie of the models' training in DIR, a frame a snapshot, in its figures.

    A run makes more frames with `--snapshots 40`.
    """
    from ganbench.cli.commands.movie import movie_command

    movie_command(output, registry=find_plugins(plugin_folders), **options)
