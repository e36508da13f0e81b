"""What `--portable` costs, and whether other processors give the same rows.

`python benchmarks/portable.py cost [TASK ...]` times steps of a model in preset `quick` in two
processes, one of them portable, in turn, and prints the median of the ratios of their processor
time.

`python benchmarks/portable.py rows --emulator qemu-x86_64` trains and scores a small cell on this
processor, and on others that QEMU's user mode emulates, which takes minutes, and compares the rows
bit for bit.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ganbench.core.cache import default_cache_dir
from ganbench.core.portable import portable_environment

TURN_SEC = 0.5
PROCESSORS = ("Haswell", "EPYC")  # from Intel and from AMD, without AVX-512


def piece_of_work(task: str, model: str) -> Callable[[], None]:
    """A few steps of the model in preset `quick`."""
    import torch

    from ganbench.registry.registry import discover
    from ganbench.running.request import Request
    from ganbench.running.resolve import resolve
    from ganbench.running.workload import repeat, workload_of
    from ganbench.training.drawing import Repeated

    torch.set_num_threads(1)
    cache_dir = default_cache_dir()
    request = Request(
        (model,), (task,), (0,), cache_dir, preset="quick", references=(), device="cpu"
    )
    grid = resolve(request, discover())
    grid.tasks[0].prepare(lambda line: None)
    load = workload_of(grid.jobs[0], 1, Path(tempfile.mkdtemp()))
    step = load.step_on(Repeated(load.draw(0)))
    return lambda: repeat(step, load.cycle)


def serve(task: str, model: str) -> None:
    """In a process that is timed: for each line that comes, print the seconds of a piece of work,
    of the processor's time, which other processes do not add to.
    """
    work = piece_of_work(task, model)
    for _ in range(3):
        work()
    for _ in sys.stdin:
        started, pieces = time.process_time(), 0
        while (spent := time.process_time() - started) < TURN_SEC:
            work()
            pieces += 1
        print(spent / pieces, flush=True)


def cost(task: str, model: str, rounds: int) -> float:
    """The median ratio of portable steps to plain ones."""
    command = [sys.executable, __file__, "serve", task, "--model", model]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    environments = (dict(os.environ), portable_environment(os.environ))
    processes = [subprocess.Popen(command, env=each, **pipes) for each in environments]
    ratios = []
    for _ in range(rounds):
        plain, portable = (turn(process) for process in processes)
        ratios.append(portable / plain)
    for process in processes:
        process.communicate()
    spread = statistics.quantiles(ratios, n=4)
    print(f"{task} {model}: {spread[1]:.2f} ({spread[0]:.2f} to {spread[2]:.2f})", flush=True)
    return spread[1]


def turn(process: subprocess.Popen[str]) -> float:
    assert process.stdin is not None and process.stdout is not None
    print(file=process.stdin, flush=True)
    return float(process.stdout.readline())


def row_of(task: str, model: str, steps: int, emulator: Sequence[str]) -> Mapping[str, Any]:
    """A row but for what tells of the process: times, memory and the processor. Nothing is read
    from a cache.
    """
    python = str(Path(sys.executable).resolve()) if emulator else sys.executable
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(*emulator, python, "-m", "ganbench", "run", "--portable", "--offline"),
            *("--models", model, "--task", task, "--preset", "smoke", "--steps", str(steps)),
            *("--seed-list", "0", "--references", "none", "--backend", "here"),
            *("--output", f"{folder}/out", "--cache-dir", f"{folder}/cache"),
        ]
        environment = portable_environment(os.environ)
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        row = json.loads(Path(folder, "out", "rows.jsonl").read_text())
    return {name: value for name, value in row.items() if name not in {"provenance", "cost"}}


def compared(tasks: Sequence[str], model: str, steps: int, emulator: str, names: str) -> bool:
    """Whether all rows are the same; prints a line for each processor."""
    equal = True
    for task in tasks:
        expected = row_of(task, model, steps, [])
        for name in names.split(","):
            # By the name it is started by, after -0, Python finds its environment.
            found = row_of(task, model, steps, [emulator, "-cpu", name, "-0", sys.executable])
            same = found == expected
            print(
                f"{task} {model}, {name}: {'the same row' if same else 'ANOTHER ROW'}", flush=True
            )
            equal &= same
    return equal


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["cost", "rows", "serve"])
    parser.add_argument("tasks", nargs="*", default=["toy", "car2car"])
    parser.add_argument("--model", default="discogan")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--emulator", default="qemu-x86_64")
    parser.add_argument("--processors", default=",".join(PROCESSORS))
    asked = parser.parse_args()
    if asked.what == "rows":
        arguments = (asked.tasks, asked.model, asked.steps, asked.emulator, asked.processors)
        return 0 if compared(*arguments) else 1
    for task in asked.tasks:
        if asked.what == "serve":
            serve(task, asked.model)
        else:
            cost(task, asked.model, asked.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
