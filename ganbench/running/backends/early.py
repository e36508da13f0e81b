"""Workers that are there before there is anything to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from ganbench.running.backends.backend import Backend
from ganbench.running.backends.pool import forked_pool
from ganbench.running.backends.processes import Processes
from ganbench.running.backends.worker_processes import import_needed
from ganbench.running.job import Job

Early = Callable[[Backend, Sequence[Job]], AbstractContextManager[None]]


@contextmanager
def early_workers(backend: Backend, jobs: Sequence[Job]) -> Iterator[None]:
    """The backend's first workers are forked from this process now, so that PyTorch is imported
    once and its pages are shared. This process must have computed nothing yet, and must have no
    threads whose locks the workers would find held. On GPUs they are started later, as others are.
    """
    if not (jobs and isinstance(backend, Processes)) or backend.gpus.indices:
        yield
        return
    import_needed()
    with forked_pool(len(backend.places(jobs, []))) as pool:
        backend.ready.append(pool)
        yield


@contextmanager
def no_early_workers(backend: Backend, jobs: Sequence[Job]) -> Iterator[None]:
    yield
