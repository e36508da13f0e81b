"""What checkpoints cost: the seconds spent writing them, as a share of the training time.

`python benchmarks/checkpoint_cost.py` trains two models on the toy and on cars in the quick preset,
one seed each, and prints for every one the number of files, their seconds and the share.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ganbench.core.cache import default_cache_dir
from ganbench.registry.registry import discover
from ganbench.running.cell import run_cell
from ganbench.running.progress import silent
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from ganbench.training import checkpoint
from ganbench.training import checkpoint_selection as selection

MODELS, TASKS = ("standard", "discogan"), ("toy", "car2car")


def main() -> None:
    spent_sec: list[float] = []

    def timed(function: Callable[..., None]) -> Callable[..., None]:
        def run(*given: Any) -> None:
            start = time.perf_counter()
            function(*given)
            spent_sec.append(time.perf_counter() - start)

        return run

    checkpoint.save = timed(checkpoint.save)
    selection.save_weights = timed(selection.save_weights)  # type: ignore[attr-defined]
    request = Request(MODELS, TASKS, (0,), default_cache_dir(), preset="quick", references=())
    grid = resolve(request, discover())
    for task in grid.tasks:
        task.prepare(print)
    with tempfile.TemporaryDirectory() as made:
        (Path(made) / "cells").mkdir()
        for job in grid.jobs:
            spent_sec.clear()
            row = run_cell(job, Path(made), silent(job.cell.id), lambda: False)
            train_sec, cost_sec = row.cost["train_sec"], sum(spent_sec)
            print(
                f"{row.task:8} {row.model:9} {train_sec:4.0f} s trained: {len(spent_sec)} saves, "
                f"{cost_sec:.2f} s, {cost_sec / train_sec:.2%}"
            )


if __name__ == "__main__":
    main()
