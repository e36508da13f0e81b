"""`ganbench translate`: its arguments."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.options import (
    PATH,
    Whole,
    cache_option,
    find_plugins,
    format_option,
    named_paths,
    output_seed_option,
    plugins_option,
    reading_options,
)


@click.command()
@click.option(
    "--step",
    "steps",
    multiple=True,
    required=True,
    metavar="DIR[:BA]",
    help="The result folder of a finished run, and the direction [default: AB]; may be repeated.",
)
@click.option(
    "--model", required=True, metavar="NAME", help="Which of its models, by its name in tables."
)
@click.option(
    "--seed", type=int, default=0, show_default=True, metavar="N", help="Which of its seeds."
)
@output_seed_option
@click.option(
    "--outputs",
    type=Whole(min=1, max=100),
    default=1,
    show_default=True,
    metavar="N",
    help="So many outputs of each input, of a model that has several.",
)
@click.option(
    "--times",
    type=Whole(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Apply each step so many times.",
)
@click.option(
    "--images", type=PATH, metavar="DIR", help="Images of your own [default: the test images]."
)
@click.option(
    "--phrases",
    type=PATH,
    metavar="FILE",
    help="Phrases or attributes of your own, a sample a line, for such a domain.",
)
@click.option(
    "--own-size",
    type=click.Choice(["tiles", "whole"]),
    help="Keep each of --images at its own size: translate overlapping tiles of the model's size, "
    "or the picture as a whole [default: crop and resize to the model's size].",
)
@click.option("--output", type=PATH, required=True, metavar="DIR", help="Where pictures go.")
@click.option(
    "--data", callback=named_paths, multiple=True, metavar="NAME=PATH", help="Data of the run."
)
@format_option
@reading_options
@plugins_option
@cache_option
def translate(plugin_folders: Sequence[Path], **options: Any) -> None:
    """Apply trained models to images, one after the other, and read what stays.

    For example the gender and then the hair:

    ganbench translate --step results/gender-quick --step results/hair-quick --model discogan
    --output chain
    """
    from ganbench.cli.commands.translate import translate_command

    sys.exit(translate_command(registry=find_plugins(plugin_folders), **options))
