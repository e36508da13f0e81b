"""`ganbench run`: its arguments."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import click

from ganbench.cli.options import (
    COMPILE,
    PATH,
    Number,
    Whole,
    WithCompileWords,
    cache_option,
    checkpoint_activations_option,
    compile_word,
    device_option,
    every,
    megapixels_option,
    micro_batch_option,
    named_paths,
    names,
    offline_option,
    per_device,
    plugins_option,
    precision_option,
    reference_names,
    seconds,
    seed_list,
    skip_option,
    weights_option,
)
from ganbench.core.budget import MAX_KIMG, MIN_KIMG
from ganbench.core.spec import MAX_SEEDS_OF_A_RUN


@click.command(cls=WithCompileWords)
@click.argument("benchmark", required=False, type=PATH)
@click.option("--models", callback=names, metavar="NAME,…", help="Models to compare.")
@click.option("--task", "tasks", callback=names, metavar="NAME,…", help="Tasks.")
@click.option(
    "--seeds",
    type=Whole(1, MAX_SEEDS_OF_A_RUN),
    metavar="N",
    help="Seeds 0…N-1 [default: 3].",
)
@click.option("--seed-list", callback=seed_list, metavar="3,7", help="These seeds instead.")
@click.option(
    "--preset",
    default="",
    metavar="NAME",
    help="smoke, quick or paper [default: paper on a GPU, else quick].",
)
@click.option(
    "--recipe", default="", metavar="NAME", help="Hyper-parameters by name [default: the task's]."
)
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="NAME.KEY=VALUE,…",
    help="One option of a model or task; of several values each combination is run.",
)
@click.option("--steps", type=Whole(min=1), metavar="N", help="Steps instead of the preset's.")
@click.option(
    "--kimg",
    type=Number(MIN_KIMG, MAX_KIMG),
    metavar="N",
    help="Thousands of samples of a domain that each model sees, in whole batches of its own, "
    "instead of steps.",
)
@click.option("--size", type=int, metavar="PX", help="Image size instead of the preset's.")
@click.option(
    "--width", type=Whole(min=1), metavar="N", help="Network width instead of the preset's."
)
@click.option(
    "--checkpoint-every",
    callback=every,
    default="30s",
    show_default=True,
    metavar="STEPS|SECs",
    help="How much training a crash can lose: a number of steps, or of seconds.",
)
@click.option(
    "--snapshots",
    type=Whole(1, 1_000),
    default=4,
    show_default=True,
    metavar="N",
    help="Points of the curves over training, which `ganbench curves` shows.",
)
@click.option(
    "--best-on-test",
    default="",
    metavar="COLUMN",
    help="Show the checkpoint that is best by this column on test, as papers print it, beside the "
    "last and the selected one. Nothing is concluded from it.",
)
@click.option("--batch-size", type=Whole(min=1), metavar="N", help="Batch instead of the preset's.")
@click.option(
    "--data", callback=named_paths, multiple=True, metavar="NAME=PATH", help="Data of your own."
)
@click.option(
    "--metrics", callback=names, metavar="NAME,…", help="Metrics in addition to the task's own."
)
@click.option(
    "--references",
    callback=reference_names,
    metavar="NAME,…",
    help="References to score, or none [default: the task's own].",
)
@click.option(
    "--split",
    type=click.Choice(["validation", "test"]),
    default="test",
    show_default=True,
    help="Where to score; use validation to choose a setting.",
)
@device_option
@precision_option
@click.option(
    "--threads",
    type=Whole(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="CPU threads a cell; results depend on it.",
)
@click.option(
    "--workers",
    type=Whole(min=1),
    metavar="N",
    help="Cells at a time [default: by cores, or GPUs].",
)
@click.option(
    "--per-device",
    callback=per_device,
    default="1",
    show_default=True,
    metavar="N|auto",
    help="Cells at a time on each GPU; auto: as many as its memory holds.",
)
@click.option(
    "--backend",
    default="processes",
    show_default=True,
    metavar="NAME",
    help="Where cells run: in worker processes, or `here`, in this one, one after the other.",
)
@click.option(
    "--on",
    default="local",
    show_default=True,
    metavar="ENGINE",
    help="Where cells run: on this machine, as jobs of slurm that share the result folder, or as "
    "tasks of ray.",
)
@click.option(
    "--on-set",
    "on_sets",
    multiple=True,
    metavar="KEY=VALUE,…",
    help="What each job gets, such as partition=gpu,timeout_min=240 (slurm), num_gpus=0.5 (ray).",
)
@click.option(
    "--time-limit",
    "time_limit_sec",
    callback=seconds,
    default="",
    metavar="90s|9m|2h",
    help="Leave before, with checkpoints; exit code 75 where work is left.",
)
@click.option(
    "--together",
    type=Whole(1, 1_000),
    metavar="N",
    help="Seeds that train as one program, at most [default: the fastest number].",
)
@click.option(
    COMPILE,
    "compiled",
    callback=compile_word,
    metavar="[auto]",
    help="Train by kernels of torch.compile; results depend on it. auto: where measured times say "
    "that the budget pays for compiling.",
)
@checkpoint_activations_option
@micro_batch_option
@click.option(
    "--portable",
    is_flag=True,
    help="Compute by what all newer x86-64 processors have, so that all get the same rows.",
)
@click.option(
    "--output", type=PATH, metavar="DIR", help="Result folder [default: results/TASK-PRESET]."
)
@click.option(
    "--log",
    callback=names,
    metavar="NAME,…",
    help="Track the run too: tensorboard, wandb, trackio or mlflow.",
)
@click.option(
    "--until-decided",
    is_flag=True,
    help="Add seeds one after the other where a claim of the benchmark is undecided; verdicts hold "
    "although one looks after each.",
)
@click.option(
    "--max-seeds",
    type=Whole(1, MAX_SEEDS_OF_A_RUN),
    metavar="N",
    help="Where --until-decided gives up [default: 40].",
)
@weights_option
@offline_option
@click.option("--dry-run", is_flag=True, help="Show the cells and what is left to do, then stop.")
@click.option("--overwrite", is_flag=True, help="Train every cell again from the start.")
@skip_option
@megapixels_option
@plugins_option
@cache_option
@click.pass_obj
def run(restart_portable: Callable[[], None] | None, /, **options: Any) -> None:
    """Train and score models on tasks, then print the comparison.

    Give models and tasks, or a BENCHMARK file, whose settings the options override. The same
    command again continues, or does nothing but print. Exit code 1 if a cell is not done.
    """
    from ganbench.running.backends.worker_processes import can_fork, server_at_hand

    has_own_process = restart_portable is not None  # in which there is no thread beside it
    if options["portable"] and options["backend"] == "processes" and restart_portable:
        restart_portable()
    forks = has_own_process and can_fork()
    is_here = options["on"] == "local" and options["backend"] == "processes"
    takes_server = is_here and not options["dry_run"] and not forks
    with server_at_hand() if takes_server else nullcontext():
        from ganbench.cli.commands.run import run_command
        from ganbench.running.backends.early import early_workers, no_early_workers

        code = run_command(early=early_workers if forks else no_early_workers, **options)
    sys.exit(code)
