"""`ganbench bench`: its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.options import (
    checkpoint_activations_option,
    device_option,
    find_plugins,
    micro_batch_option,
    names,
    plugins_option,
)


@click.command()
@click.option("--task", "tasks", callback=names, required=True, metavar="NAME,…", help="Tasks.")
@click.option("--models", callback=names, required=True, metavar="NAME,…", help="Models.")
@click.option("--preset", default="", help="Size and batch by name [default: the task's].")
@click.option("--recipe", default="", help="Hyper-parameters by name [default: the task's].")
@click.option("--set", "sets", multiple=True, metavar="NAME.key=value", help="As in `run`.")
@click.option("--size", type=int, metavar="PX", help="Image size instead of the preset's.")
@click.option("--width", type=click.IntRange(min=1), help="Network width instead of the preset's.")
@click.option("--batch-size", type=click.IntRange(min=1), help="Batch instead of the preset's.")
@device_option
@click.option(
    "--precision", type=click.Choice(["auto", "fp32", "bf16"]), default="auto", show_default=True
)
@click.option("--threads", type=click.IntRange(min=1), help="CPU threads [default: all cores].")
@click.option("--rounds", type=click.IntRange(min=1), default=7, show_default=True)
@click.option(
    "--together",
    type=click.IntRange(1, 1_000),
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
