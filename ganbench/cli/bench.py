"""`ganbench bench`: its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.options import (
    Whole,
    checkpoint_activations_option,
    device_option,
    find_plugins,
    micro_batch_option,
    names,
    plugins_option,
    precision_option,
)


@click.command()
@click.option("--task", "tasks", callback=names, required=True, metavar="NAME,…", help="Tasks.")
@click.option("--models", callback=names, required=True, metavar="NAME,…", help="Models.")
@click.option(
    "--preset", default="", metavar="NAME", help="Size and batch by name [default: the task's]."
)
@click.option(
    "--recipe", default="", metavar="NAME", help="Hyper-parameters by name [default: the task's]."
)
@click.option("--set", "sets", multiple=True, metavar="NAME.key=value", help="As in `run`.")
@click.option("--size", type=int, metavar="PX", help="Image size instead of the preset's.")
@click.option(
    "--width", type=Whole(min=1), metavar="N", help="Network width instead of the preset's."
)
@click.option("--batch-size", type=Whole(min=1), metavar="N", help="Batch instead of the preset's.")
@device_option
@precision_option
@click.option("--threads", type=Whole(min=1), metavar="N", help="CPU threads [default: all cores].")
@click.option(
    "--rounds",
    type=Whole(min=1),
    default=7,
    show_default=True,
    metavar="N",
    help="Of all that is timed, in turn; the medians count.",
)
@click.option(
    "--together",
    type=Whole(1, 1_000),
    default=1,
    show_default=True,
    metavar="N",
    help="Seeds that train as one program.",
)
@click.option("--compile", "compiled", is_flag=True, help="By kernels of torch.compile.")
@checkpoint_activations_option
@micro_batch_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plugins_option
def bench(
    plugin_folders: Sequence[Path],
    size: int | None,
    width: int | None,
    batch_size: int | None,
    **options: Any,
) -> None:
    """Time a training step of MODELS, the authors' algorithm and the machine's peak."""
    from ganbench.cli.commands.bench import bench_command

    asked = {"size": size, "width": width, "batch_size": batch_size}
    budget = {key: value for key, value in asked.items() if value is not None}
    bench_command(find_plugins(plugin_folders), budget=budget, **options)
