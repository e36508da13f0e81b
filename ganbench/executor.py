"""Where cells run: worker processes on this machine, one row back for each cell."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from ganbench.cell import failed_row, run_cell
from ganbench.grid import Job
from ganbench.store import append_row, claimed, read_rows_alone
from ganbench.types import SETTLED, Cell, Row

POLL_SEC = 0.1
BUSY_POLL_SEC = 0.5
GRACE_SEC = 3.0


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


def settled(job: Job, row: Row | None) -> bool:
    """Whether a row says all that a run of the cell would say."""
    if row is None or row.status not in SETTLED:
        return False
    return row.status != "done" or row.provenance.get("evaluation_hash") == job.evaluation_hash


def execute(
    jobs: Sequence[Job], output: Path, workers: int, afresh: bool, on_progress: OnProgress
) -> Iterator[Row]:
    """Rows as cells end, in the order of their ends; each is in the result folder by then.

    A cell that another process is at is left for later, and taken over if that one died; its row is
    taken as it is, unless `afresh`.

    On KeyboardInterrupt, and where the disk is full, the workers have GRACE_SEC to write
    checkpoints; then it is raised again. A worker that dies, for want of memory say, fails the
    cells that were under way and no other.
    """
    todo = list(jobs)
    context = multiprocessing.get_context("spawn")
    while todo:
        wait_for_others(todo, output)
        channel = Channel(context.Queue(), context.Event())
        with ProcessPoolExecutor(
            min(workers, len(todo)), context, initializer=_enter, initargs=(channel,)
        ) as pool:
            futures = {pool.submit(_run, job, output, afresh): job for job in todo}
            under_way: set[str] = set()
            try:
                for future in _as_ended(futures, channel, under_way, on_progress):
                    row = future.result()
                    job = futures[future]
                    under_way.discard(job.cell.id)
                    if row is not None:
                        todo.remove(job)
                        yield row
            except BrokenProcessPool:
                lost = [job for job in todo if job.cell.id in under_way] or todo[:1]
                for job in lost:
                    todo.remove(job)
                    known = None if afresh else stored_row(job, output)
                    yield known or row_of_lost(job, output)
            except BaseException:
                channel.stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise


def row_of_lost(job: Job, output: Path) -> Row:
    """That the cell failed, in the result folder too."""
    row = failed_row(job, "failed", "its worker process died (out of memory?)")
    append_row(output, row)
    return row


def stored_row(job: Job, output: Path) -> Row | None:
    """The cell's settled row, where the folder has one by now."""
    rows = {row.cell: row for row in read_rows_alone(output).rows}
    row = rows.get(job.cell.id)
    return row if settled(job, row) else None


def wait_for_others(todo: Sequence[Job], output: Path) -> None:
    """Until one of the cells can be had."""
    while not any(is_free(output, job) for job in todo):
        time.sleep(BUSY_POLL_SEC)


def is_free(output: Path, job: Job) -> bool:
    with claimed(output, job.cell.id) as mine:
        return mine


def _as_ended(
    futures: Mapping[Future[Row | None], Job],
    channel: Channel,
    under_way: set[str],
    on_progress: OnProgress,
) -> Iterator[Future[Row | None]]:
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
    threading.Thread(target=_end_soon, args=(channel.stop,), daemon=True).start()
    _channel[:] = [channel]


def _end_with_parent() -> None:
    """A worker whose parent was killed must not train on beside the one that is started next."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _end_soon(stop: Event) -> None:
    """Training writes a checkpoint within a step; what takes longer, such as scoring, is begun anew
    by the next run.
    """
    stop.wait()
    time.sleep(GRACE_SEC)
    os._exit(1)


def _run(job: Job, output: Path, afresh: bool) -> Row | None:
    """The row, which is in the result folder then; None where another process is at the cell."""
    channel = _channel[0]
    cell: Cell = job.cell
    with claimed(output, cell.id) as mine:
        if not mine:
            return None
        if not afresh and (known := stored_row(job, output)):
            return known
        channel.progress.put(Progress(cell.id, 0, {}))
        row = run_cell(
            job,
            output,
            lambda step, losses: channel.progress.put(Progress(cell.id, step, losses)),
            channel.stop.is_set,
        )
        append_row(output, row)
        return row
