"""What trackers and the state for `ganbench watch` cost, in CPU seconds beside those of trainings.

`python benchmarks/tracking_cost.py [NAME,…] [PRESET]` trains two models on the toy and on cars once
for each tracker (by default TensorBoard, in the quick preset). It prints the CPU seconds of the
tracker's process, and those of writing the state once, which is done every two seconds. A
training's own process does nothing of either.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ganbench
from ganbench.results.run_state import SIGN_OF_LIFE_SEC, CellState, RunFiles, RunState
from tests.results.test_run_state import plan_of, planned

MODELS, TASKS = ("standard", "discogan"), ("toy", "car2car")
LOOK_EVERY_SEC = 0.02
WRITINGS, CELLS = 200, 8
OF_A_TRACKER = b"ganbench.tracking.process"


def cpu_sec(process: Path) -> float:
    """Of a process and of its children that have ended, by Linux."""
    fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def tracker_sec() -> Iterator[dict[str, float]]:
    """CPU seconds of each process of a tracker that runs meanwhile, and of its helpers."""
    spent: dict[str, float] = {}
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY_SEC):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    line = (process / "cmdline").read_bytes()
                    if OF_A_TRACKER in line or b"wandb-core" in line:
                        spent[process.name] = cpu_sec(process)
                except OSError:
                    continue

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield spent
    finally:
        over.set()
        looking.join()


def measure(name: str, preset: str) -> str:
    with tempfile.TemporaryDirectory() as output, tracker_sec() as spent:
        frame = ganbench.run(
            MODELS, TASKS, 2, preset=preset, references=[], output=output, log=[name]
        )
    trained = float(frame["train_sec"].sum())
    cost = sum(spent.values())
    return f"{name}: {cost:.2f} s over {trained:.0f} s of training, {cost / trained:.2%}"


def state_sec() -> float:
    """CPU seconds of writing the state of some cells once."""
    plan = plan_of([planned("recon", seed) for seed in range(CELLS)])
    losses = {f"loss_{i}": 0.1 + i for i in range(12)}
    cells = tuple(CellState(cell.cell, 50, losses, "", 0.0, 0.1) for cell in plan.cells)
    with tempfile.TemporaryDirectory() as folder:
        files = RunFiles(Path(folder), plan)
        start = time.process_time()
        for _ in range(WRITINGS):
            files.write(RunState(0.0, "", cells, CELLS, 800))
        return (time.process_time() - start) / WRITINGS


def main() -> None:
    names = sys.argv[1].split(",") if len(sys.argv) > 1 else ["tensorboard"]
    preset = sys.argv[2] if len(sys.argv) > 2 else "quick"
    sec = state_sec()
    print(f"state: {1e3 * sec:.2f} ms a writing, {sec / SIGN_OF_LIFE_SEC:.3%} of a core")
    for name in names:
        print(measure(name, preset), flush=True)


if __name__ == "__main__":
    main()
