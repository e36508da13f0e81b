"""A pool of worker processes and the channel to it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from ctypes import c_bool
from dataclasses import dataclass, field
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from ganbench.core.heap import keep_freed_memory
from ganbench.core.interrupts import interrupts_blocked, interrupts_unblocked
from ganbench.results.folder import GrowingRows
from ganbench.running.backends.backend import GRACE_SEC
from ganbench.running.backends.gpus import NO_GPUS, Gpus
from ganbench.running.backends.worker_processes import starting_workers, worker_context

STOP_POLL_SEC = 0.1


class Channel:
    """A worker's way to the parent: progress up; the wish to stop and its GPU or None down.

    The wish is a byte without a lock: an Event is set only once all that wait for it have woken up,
    which a worker that was killed never does.
    """

    def __init__(self, context: BaseContext) -> None:
        self.progress: Any = context.Queue()
        self.places: Any = context.Queue()
        self._stop: Any = context.RawValue(c_bool, False)

    def stop(self) -> None:
        self._stop.value = True

    def is_stopped(self) -> bool:
        return bool(self._stop.value)

    def assign(self, places: Sequence[int | None]) -> None:
        """One to each worker, in the order in which they ask."""
        for place in places:
            self.places.put(place)


@dataclass(frozen=True)
class Pool:
    """size: of its workers. starting: a context for what starts them, if they are not there."""

    executor: ProcessPoolExecutor
    channel: Channel
    size: int
    starting: Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Worker:
    """What a worker process has for all of its cells. terminated: whether it is to end, though its
    parent goes on. rows: by their folder and the bytes of its rows file that do not count.
    """

    channel: Channel
    terminated: threading.Event
    rows: dict[tuple[Path, int], GrowingRows] = field(default_factory=dict)


_worker: list[Worker] = []


def pool_at(places: Sequence[int | None], gpus: Gpus) -> Pool:
    """A worker for each place, a GPU or None."""
    pool = _pool_in(worker_context(), len(places), gpus, starting_workers)
    pool.channel.assign(places)
    return pool


def _pool_in(
    context: BaseContext,
    size: int,
    gpus: Gpus,
    starting: Callable[[], AbstractContextManager[None]],
) -> Pool:
    channel = Channel(context)
    executor = ProcessPoolExecutor(size, context, initializer=_enter, initargs=(channel, gpus))
    return Pool(executor, channel, size, starting)


@contextmanager
def forked_pool(size: int) -> Iterator[Pool]:
    """A pool whose workers are forked from this process: they share what it has imported. They are
    forked at once, for it must have computed nothing yet, and have no threads whose locks they
    would find held.
    """
    gc.collect()
    gc.freeze()  # a collection would write to what is shared, and so copy it
    pool = _pool_in(multiprocessing.get_context("fork"), size, NO_GPUS, nullcontext)
    with interrupts_blocked():  # in the workers for good: their parent tells them to stop
        pool.executor.submit(os.getpid)
    pool.channel.assign([None] * size)  # by a thread
    with pool.executor:
        yield pool


def this_worker() -> Worker:
    """Of the process that calls it."""
    return _worker[0]


def _enter(channel: Channel, gpus: Gpus) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides, through the channel
    terminated = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: terminated.set())
    interrupts_unblocked()
    keep_freed_memory()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    to_end = channel.is_stopped, terminated.is_set
    threading.Thread(target=_end_soon, args=to_end, daemon=True).start()
    gpu = channel.places.get()
    if gpu is not None:
        gpus.enter(gpu)
    _worker[:] = [Worker(channel, terminated)]


def _end_with_parent() -> None:
    """A worker of a killed parent must not train on while the next run trains the same cells."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _end_soon(*reasons: Callable[[], bool]) -> None:
    """Training writes a checkpoint within a step; what takes longer, such as scoring, is begun anew
    by the next run.
    """
    while not any(is_true() for is_true in reasons):
        time.sleep(STOP_POLL_SEC)
    time.sleep(GRACE_SEC)
    os._exit(1)
