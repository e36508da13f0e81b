"""This process, one cell after the other: for debuggers, profilers and notebooks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from ganbench.core.devices import random_states_restored
from ganbench.core.interrupts import interrupt_main, interrupts_held
from ganbench.data.datasets.download import Say
from ganbench.results.folder import GrowingRows
from ganbench.results.records import Row
from ganbench.running.backends.backend import GRACE_SEC
from ganbench.running.backends.gpus import NO_GPUS, Gpus
from ganbench.running.backends.part import run_part, wait_for_others
from ganbench.running.job import Job
from ganbench.running.progress import OnProgress
from ganbench.running.seed_groups import seed_groups
from ganbench.training.loop import Interrupted


@dataclass(frozen=True)
class Here:
    """What a cell does to its process it does to this one: one that dies takes all with it.

    gpus: of several the first is taken.
    """

    gpus: Gpus = NO_GPUS

    def cells_at_a_time(self, jobs: Sequence[Job]) -> int:
        """As `Backend.cells_at_a_time`."""
        return 1

    def run(
        self, jobs: Sequence[Job], output: Path, since: int, on_progress: OnProgress, say: Say
    ) -> Iterator[Row]:
        """As `Backend.run`. PyTorch's threads and random states are the caller's again at each
        row.
        """
        known, todo = GrowingRows(output, since), list(jobs)
        for gpu in self.gpus.indices[:1]:
            self.gpus.enter(gpu)
        while todo:
            wait_for_others(todo, output)
            for part in seed_groups(todo, 1):
                with torch_as_it_was(part[0].cell.device), stopped_by_interrupts() as should_stop:
                    rows = run_part(part, output, known, on_progress, should_stop)
                for job in part:
                    if job.id in rows:
                        todo.remove(job)
                        yield rows[job.id]


@contextmanager
def torch_as_it_was(device: str) -> Iterator[None]:
    """Threads and random states after the context are those of before it."""
    threads = torch.get_num_threads()
    with random_states_restored(device):
        try:
            yield
        finally:
            torch.set_num_threads(threads)


@contextmanager
def stopped_by_interrupts() -> Iterator[Callable[[], bool]]:
    """Gives whether Ctrl-C came, for what can end in order. What has not ended GRACE_SEC later, or
    at the next Ctrl-C, is ended where it stands. KeyboardInterrupt is raised at the end.
    """
    came, ended = threading.Event(), threading.Event()

    def heed() -> None:
        if came.is_set():
            raise KeyboardInterrupt
        came.set()

    def insist() -> None:
        came.wait()
        if not ended.wait(GRACE_SEC):
            interrupt_main()

    insisting = threading.Thread(target=insist, daemon=True)  # no handler may start a thread
    with interrupts_held(also=heed):
        insisting.start()
        try:
            yield came.is_set
        except Interrupted:
            raise KeyboardInterrupt from None
        finally:
            ended.set()
            came.set()
            insisting.join()  # so that it interrupts nothing later
