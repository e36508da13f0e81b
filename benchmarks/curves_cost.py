"""What curves over training cost: CPU seconds of a snapshot beyond what chooses a checkpoint.

`python benchmarks/curves_cost.py` trains two models on the toy and on cars in the quick preset for
a few steps, then measures snapshots with all curves and with those of the choosing metric alone, in
turn. It prints both, and what the difference is of the whole training.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from ganbench.core.cache import default_cache_dir
from ganbench.registry.registry import discover
from ganbench.running.build import build_task
from ganbench.running.cell import trainee_of
from ganbench.running.job import Job
from ganbench.running.progress import silent
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from ganbench.training.loop import ignore_snapshot, train_together

MODELS, TASKS = ("standard", "discogan"), ("toy", "car2car")
STEPS, TURNS = 120, 5


def cpu_sec(function: Callable[[], object]) -> float:
    start = time.process_time()
    function()
    return time.process_time() - start


def measure(job: Job, folder: Path) -> str:
    task = build_task(job.cell, job.context)
    train, validation = task.load("train"), task.load("validation")
    trainee = trainee_of(job, task, train, folder, silent(job.cell.id))
    run = trainee.run()
    short = replace(run.plan, budget_steps=STEPS)
    run = replace(run, plan=short, on_snapshot=ignore_snapshot)
    step_sec = cpu_sec(lambda: train_together([run], train, lambda: False)) / STEPS
    snapshots, selection = trainee.snapshots, job.selection
    assert snapshots is not None and selection is not None
    pairs = [
        (
            cpu_sec(lambda: snapshots.look(STEPS)),
            cpu_sec(lambda: trainee.score(validation, [selection[0]])),
        )
        for _ in range(1 + TURNS)
    ]
    whole, chooser = (statistics.median(one) for one in zip(*pairs[1:], strict=True))
    budget = job.cell.preset.budget_steps
    share = job.snapshots * (whole - chooser) / (budget * step_sec)
    return f"{whole:.3f} s a snapshot, {chooser:.3f} s to choose; curves {share:.2%} of a run"


def main() -> None:
    torch.set_num_threads(1)
    request = Request(MODELS, TASKS, (0,), default_cache_dir(), preset="quick", references=())
    grid = resolve(request, discover())
    for task in grid.tasks:
        task.prepare(print)
    for job in grid.jobs:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{job.cell.task:8} {job.cell.model:9} {measure(job, Path(folder))}", flush=True)


if __name__ == "__main__":
    main()
