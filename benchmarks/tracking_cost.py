"""What trackers and the state for `ganbench watch` cost, in CPU seconds.

`python benchmarks/tracking_cost.py [NAME,…]` gives the process of each tracker (by default
TensorBoard) the reports of two cells that train side by side, few and many of them. It prints the
CPU seconds of its start and end, and of a report of twelve losses, which comes every 50 steps; and
those of writing the state once, which is done every two seconds. A training's own process does
nothing of all that. `… [NAME,…] --task car2car` trains three models on the task as `ganbench run`
does by default, with all these trackers at once, and prints the CPU seconds of each by those of the
training alone.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ganbench.results.run_state import CellState, RunFiles, RunState
from ganbench.running.tracked import TrackerProcess
from ganbench.tracking.events import CellBegins, CellEnds, Losses
from tests.results.test_run_state import plan_of, planned

LOOK_EVERY_SEC = 0.1  # oftener, looking takes a fifth of a core
WRITINGS, CELLS = 200, 8
FEW, MANY = 20, 1020  # reports of a cell
LOSSES = {f"loss_{i}": 0.1 + i for i in range(12)}
OF_A_TRACKER, OF_WANDB = b"ganbench.tracking.process", (b"wandb-core", b"gpu_stats")


def cpu_sec(process: Path) -> float:
    """Of a process and of its children that have ended, by Linux."""
    fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def tracker_of(line: bytes) -> str | None:
    """The tracker that a process works for, by its command line."""
    if any(name in line for name in OF_WANDB):
        return "wandb"
    *_, name, _folder = line.rstrip(b"\0").split(b"\0") if OF_A_TRACKER in line else (b"", b"")
    return name.decode() or None


@contextmanager
def tracker_sec() -> Iterator[dict[tuple[str, str], float]]:
    """CPU seconds of each process of a tracker that runs meanwhile, and of its helpers, by the
    tracker's name and the process.
    """
    spent: dict[tuple[str, str], float] = {}
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY_SEC):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    if name := tracker_of((process / "cmdline").read_bytes()):
                        spent[name, process.name] = cpu_sec(process)
                except OSError:
                    continue

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield spent
    finally:
        over.set()
        looking.join()


def tracking_sec(name: str, reports: int) -> float:
    """CPU seconds of a tracker that is told so many reports of each of two cells."""
    cells = ("a" * 16, "b" * 16)
    with tempfile.TemporaryDirectory() as folder, tracker_sec() as spent:
        process = TrackerProcess(name, Path(folder), print)
        for cell in cells:
            process.tell(CellBegins(cell, f"cell {cell[0]}", "cells", folder, {"lr": 0.1}))
        for step in range(50, 50 * reports + 1, 50):
            for cell in cells:
                process.tell(Losses(cell, step, {**LOSSES}))
        for cell in cells:
            process.tell(CellEnds(cell, 50 * reports, "done", "", {"test/fid": 1.0}))
        process.end(600.0)
    return sum(spent.values())


def shares_of_a_run(names: Sequence[str], task: str) -> dict[str, float]:
    """CPU seconds of each tracker by those of all else in a run of three models on the task, with
    the defaults for the rest.
    """
    asked = ["--models", "standard,recon,discogan", "--task", task, "--device", "cpu"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder, tracker_sec() as spent:
        command = [sys.executable, "-m", "ganbench", "run", *asked, "--log", ",".join(names)]
        environment = {**os.environ, "WANDB_MODE": "offline", "TRACKIO_DIR": f"{folder}/trackio"}
        done = [*command, "--output", f"{folder}/results"]
        subprocess.run(done, check=True, env=environment, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rest = whole - sum(spent.values())
    return {name: sum(sec for (of, _), sec in spent.items() if of == name) / rest for name in names}


def state_sec() -> float:
    """CPU seconds of writing the state of some cells once."""
    plan = plan_of([planned("recon", seed) for seed in range(CELLS)])
    cells = tuple(CellState(cell.cell, 50, {**LOSSES}, "", 0.0, 0.1) for cell in plan.cells)
    with tempfile.TemporaryDirectory() as folder:
        files = RunFiles(Path(folder), plan)
        start = time.process_time()
        for _ in range(WRITINGS):
            files.write(RunState(0.0, "", cells, CELLS, 800))
        return (time.process_time() - start) / WRITINGS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="?", default="tensorboard")
    parser.add_argument("--task")
    given = parser.parse_args()
    names = given.names.split(",")
    if given.task:
        for name, share in shares_of_a_run(names, given.task).items():
            print(f"{name}: {share:.2%} of the training")
        return
    print(f"state: {1e3 * state_sec():.2f} ms a writing")
    for name in names:
        few, many = tracking_sec(name, FEW), tracking_sec(name, MANY)
        each = (many - few) / (2 * (MANY - FEW))
        once = few - 2 * FEW * each
        print(f"{name}: {once:.1f} s once, {1e3 * each:.2f} ms a report", flush=True)


if __name__ == "__main__":
    main()
