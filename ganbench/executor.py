"""Where cells run: worker processes on this machine, one row back for each cell."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from ganbench.cell import failed_row, run_cell
from ganbench.grid import Job
from ganbench.types import Cell, Row

POLL_SEC = 0.1


@dataclass(frozen=True)
class Progress:
    """A cell's losses by a step; the first report of a cell has step 0 and none."""

    cell: str
    step: int
    losses: Mapping[str, float]


OnProgress = Callable[[Progress], None]


class Channel:
    """A worker's way to the parent: progress up, the wish to stop down."""

    def __init__(self, progress: Any, stop: Event) -> None:
        self.progress = progress
        self.stop = stop


def execute(
    jobs: Sequence[Job], output: Path, workers: int, on_progress: OnProgress
) -> Iterator[Row]:
    """Rows as cells end, in the order of their ends.

    On KeyboardInterrupt the workers write checkpoints and end before it is raised again. A worker
    that dies, for want of memory say, fails the cells that were under way and no other.
    """
    todo = list(jobs)
    context = multiprocessing.get_context("spawn")
    while todo:
        channel = Channel(context.Queue(), context.Event())
        with ProcessPoolExecutor(
            min(workers, len(todo)), context, initializer=_enter, initargs=(channel,)
        ) as pool:
            futures = {pool.submit(_run, job, output): job for job in todo}
            under_way: set[str] = set()
            try:
                for future in _as_ended(futures, channel, under_way, on_progress):
                    row = future.result()
                    job = futures[future]
                    todo.remove(job)
                    under_way.discard(job.cell.id)
                    yield row
            except BrokenProcessPool:
                lost = [job for job in todo if job.cell.id in under_way] or todo[:1]
                for job in lost:
                    todo.remove(job)
                    yield failed_row(job, "failed", "its worker process died (out of memory?)")
            except BaseException:
                channel.stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise


def _as_ended(
    futures: Mapping[Future[Row], Job],
    channel: Channel,
    under_way: set[str],
    on_progress: OnProgress,
) -> Iterator[Future[Row]]:
    pending = set(futures)
    while pending:
        ended, pending = wait(pending, POLL_SEC, FIRST_COMPLETED)
        _pass_on(channel, under_way, on_progress)
        yield from ended


def _pass_on(channel: Channel, under_way: set[str], on_progress: OnProgress) -> None:
    while True:
        try:
            progress = channel.progress.get_nowait()
        except queue.Empty:
            return
        under_way.add(progress.cell)
        on_progress(progress)


_channel: list[Channel] = []


def _enter(channel: Channel) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides, through the channel
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _channel[:] = [channel]


def _end_with_parent() -> None:
    """A worker whose parent was killed must not train on beside the one that is started next."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(job: Job, output: Path) -> Row:
    channel = _channel[0]
    cell: Cell = job.cell
    channel.progress.put(Progress(cell.id, 0, {}))
    return run_cell(
        job,
        output,
        lambda step, losses: channel.progress.put(Progress(cell.id, step, losses)),
        channel.stop.is_set,
    )
