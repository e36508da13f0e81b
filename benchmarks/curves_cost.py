"""What curves over training cost: the seconds that snapshots take beyond what chooses a checkpoint.

`python benchmarks/curves_cost.py` trains two models on the toy and on cars in the quick preset, one
seed each, twice: with all curves and with those of the choosing metric alone. It prints for each
the seconds that its snapshots took in both, and the difference as a share of the training time.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from ganbench.core.cache import default_cache_dir
from ganbench.registry.registry import discover
from ganbench.running import snapshots
from ganbench.running.cell import run_cell
from ganbench.running.job import Job
from ganbench.running.request import Request
from ganbench.running.resolve import resolve

MODELS, TASKS = ("standard", "discogan"), ("toy", "car2car")


def seconds(job: Job) -> tuple[float, float]:
    """Of training, and of looking at snapshots."""
    spent_sec: list[float] = []
    look = snapshots.Snapshots.look

    def timed(self: snapshots.Snapshots, step: int) -> None:
        start = time.perf_counter()
        look(self, step)
        spent_sec.append(time.perf_counter() - start)

    snapshots.Snapshots.look = timed  # type: ignore[method-assign]
    try:
        with tempfile.TemporaryDirectory() as made:
            (Path(made) / "cells").mkdir()
            row = run_cell(job, Path(made), lambda step, losses: None, lambda: False)
    finally:
        snapshots.Snapshots.look = look  # type: ignore[method-assign]
    return row.cost["train_sec"], sum(spent_sec)


def main() -> None:
    request = Request(MODELS, TASKS, (0,), default_cache_dir(), preset="quick", references=())
    grid = resolve(request, discover())
    for task in grid.tasks.values():
        task.prepare(print)
    judge = snapshots.overfitting
    for job in grid.jobs:
        assert job.selection is not None
        chooser = replace(job, followed=(job.selection[0],))
        train_sec, all_sec = seconds(job)
        snapshots.overfitting = lambda *_: {}
        try:
            _, chooser_sec = seconds(chooser)
        finally:
            snapshots.overfitting = judge
        more = all_sec - chooser_sec
        print(
            f"{job.cell.task:8} {job.cell.model:9} {train_sec:4.0f} s trained: snapshots "
            f"{all_sec:.2f} s, {chooser_sec:.2f} s of it to choose; curves {more / train_sec:.1%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
