"""`ganbench score`: its arguments."""

from __future__ import annotations

import sys
from typing import Any

import click

from ganbench.cli.options import (
    PATH,
    Whole,
    cache_option,
    device_option,
    names,
    offline_option,
    reading_options,
    weights_option,
)


@click.command()
@click.argument("real", type=PATH)
@click.argument("fake", type=PATH)
@click.option(
    "--metrics",
    callback=names,
    metavar="NAME,…",
    default="kd,fd,precision,recall",
    show_default=True,
    help="Of kd, fd, fd_inf, precision, recall, density, coverage, diversity, isc; fid and kid "
    "are fd and kd of inception_v3, fid_pytorch is fd of pytorch_fid.",
)
@click.option(
    "--extractor",
    default="",
    metavar="NAME",
    help="efficientnet_lite0, visible, inception_v3, pytorch_fid, clip_vit_b_32 or "
    "dinov2_vit_b_14 [default: efficientnet_lite0].",
)
@click.option("--size", type=Whole(min=8), metavar="PX", help="Crop and resize all images first.")
@device_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the metrics and the protocol.")
@click.option(
    "--save-features",
    type=PATH,
    metavar="FILE.npz",
    help="Save both feature matrices, as `real` and `fake`.",
)
@weights_option
@offline_option
@reading_options
@cache_option
def score(**options: Any) -> None:
    """Score a folder of images, FAKE, against another, REAL: the suite without any training.

    Exit code 1 if a metric could not be computed.
    """
    from ganbench.cli.commands.score import score_command

    sys.exit(score_command(**options))
