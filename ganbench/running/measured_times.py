"""Times of plain and of compiled steps, measured as `ganbench bench` does, in a process of its own:
the command's has computed nothing yet when it forks its workers.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import torch

from ganbench.core.devices import synchronise, use_gpu
from ganbench.core.errors import UserError
from ganbench.core.heap import keep_freed_memory
from ganbench.core.own_process import called_apart
from ganbench.data.datasets.download import Say
from ganbench.running.backends.gpus import Gpus
from ganbench.running.build import build_task
from ganbench.running.job import Job
from ganbench.running.kept_times import keep, kept_enough, least_warm_up_sec, measuring_alone
from ganbench.running.memory_check import require_memory
from ganbench.running.reference_algorithm import Work
from ganbench.running.request import Request
from ganbench.running.speed import HARNESS_ROUNDS, steps_of_a_turn, timed
from ganbench.running.step_times import Compiling, StepTimes, may_pay
from ganbench.running.workload import Workload, workload_of

ROUNDS = 7  # as `ganbench bench` has them by default
# A folder for kernels that is empty, so that compiling takes what it takes for the first time.
FOLDER_OF_KERNELS = "TORCHINDUCTOR_CACHE_DIR"


class Looped(Protocol):
    """What is timed of a workload."""

    @property
    def loop(self) -> Callable[[int], None]: ...

    @property
    def cycle(self) -> range: ...


@dataclass(frozen=True)
class Asked:
    """together: seeds that train as one program. gpu: the index of the one that is taken, or None.
    least_warm_up_sec: of compiling, as far as one knows.
    """

    job: Job
    together: int
    gpu: int | None
    least_warm_up_sec: float


def kept_or_measured(
    request: Request, gpus: Gpus, say: Say, name: str, job: Job, together: int
) -> StepTimes:
    """Of the job's program. name: what to call it. Raises UserError where it cannot be measured, or
    not compiled.
    """
    if gpus.indices:
        gpus.enter(gpus.indices[0])
    with measuring_alone(job, say):
        if known := kept_enough(job, together):
            return known
        require_memory([job], request, gpus)
        say(f"{name}: seeing whether compiled steps pay")
        gpu = gpus.indices[0] if gpus.indices else None
        found = measured_apart(Asked(job, together, gpu, least_warm_up_sec(job)))
        keep(job, together, found)
        return found


def measured_apart(asked: Asked) -> StepTimes:
    """Raises UserError for whatever goes wrong there."""
    with tempfile.TemporaryDirectory() as kernels:
        try:
            return called_apart(measured, asked, {**os.environ, FOLDER_OF_KERNELS: kernels})
        except UserError:
            raise
        except Exception as error:
            told = " ".join(f"{type(error).__name__}: {error}".split())
            raise UserError(f"its steps cannot be timed: {told}") from error


def measured(asked: Asked) -> StepTimes:
    """In that process."""
    keep_freed_memory()  # as workers do
    if asked.gpu is not None:
        use_gpu(asked.gpu)
    job, cell = asked.job, asked.job.cell
    torch.set_num_threads(cell.threads)
    build_task(cell, job.context).prepare(lambda line: None)  # the run says it again

    def is_worth_it(plain_sec: float) -> bool:
        return may_pay(plain_sec, cell.preset.budget_steps, asked.least_warm_up_sec)

    with tempfile.TemporaryDirectory() as made:
        plain = stacked_or_alone(job, asked.together, Path(made))
        compiled_job = replace(job, cell=replace(cell, compiled=True))
        compiled = partial(stacked_or_alone, compiled_job, asked.together, Path(made))
        return both_timed(plain, compiled, cell.device, is_worth_it)


def stacked_or_alone(job: Job, together: int, folder: Path) -> Workload:
    """Seeds of a model that cannot be stacked train one by one."""
    try:
        return workload_of(job, together, folder)
    except UserError:
        if together == 1:
            raise
        return workload_of(job, 1, folder)


def both_timed(
    plain: Looped,
    compiled: Callable[[], Looped],
    device: str,
    is_worth_it: Callable[[float], bool],
) -> StepTimes:
    """Seconds of a step of the training loop. compiled: makes the other loop, which is only done
    where the plain one's time is worth it; both are then timed in turn.
    """
    cycle = len(plain.cycle)
    steps = steps_of_a_turn(partial(plain.loop, cycle), cycle, device)
    work: dict[str, Work] = {"plain": partial(plain.loop, steps)}
    plain_sec = medians(work, HARNESS_ROUNDS, device)["plain"] / steps
    if not is_worth_it(plain_sec):
        return StepTimes(plain_sec)
    work["compiled"] = partial(compiled().loop, steps)
    synchronise(device)
    begun = time.perf_counter()
    work["compiled"]()
    synchronise(device)
    first_sec = time.perf_counter() - begun
    sec = medians(work, ROUNDS, device)
    warm_up_sec = max(0.0, first_sec - sec["compiled"])
    return StepTimes(sec["plain"] / steps, Compiling(sec["compiled"] / steps, warm_up_sec))


def medians(work: Mapping[str, Work], rounds: int, device: str) -> dict[str, float]:
    """Over the rounds, in seconds."""
    return {name: statistics.median(sec) for name, sec in timed(work, rounds, device).items()}
