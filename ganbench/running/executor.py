"""Where cells run: worker processes on this machine, one row back for each cell."""

from __future__ import annotations

import math
import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from msgspec import structs

from ganbench.core.interrupts import Held, interrupts_held
from ganbench.results.folder import GrowingRows, append_row, claimed
from ganbench.results.records import SETTLED, Row
from ganbench.running.cell import run_cell, train_cells
from ganbench.running.job import Job
from ganbench.running.provenance import failed_row
from ganbench.running.worker_processes import starting_workers, worker_context

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

    Cells that differ in their seed alone train together, as many as their jobs allow. A cell that
    another process is at is left for later, and taken over if that one died; its row is taken as it
    is, unless `afresh`.

    On KeyboardInterrupt, and where the disk is full, the workers have GRACE_SEC to write
    checkpoints; then it is raised again. Where a worker dies, for want of memory say, the cells
    that were under way are run again one by one, and those that kill their worker then fail.
    """
    todo = list(jobs)
    suspects: set[str] = set()
    while todo:
        suspected = [job for job in todo if job.cell.id in suspects]
        wait_for_others(suspected or todo, output)
        parts = [(job,) for job in suspected] or stacks(todo, workers)
        channel = _channel()
        with (
            interrupts_held() as held,
            _pool(1 if suspected else min(workers, len(parts)), channel, output) as pool,
        ):
            under_way: set[str] = set()
            try:
                with starting_workers():
                    futures = {pool.submit(_run, part, output, afresh): part for part in parts}
                for future in _as_ended(futures, held, channel, under_way, on_progress):
                    rows = future.result()
                    for job in futures[future]:
                        under_way.discard(job.cell.id)
                        if job.cell.id in rows:
                            todo.remove(job)
                            yield rows[job.cell.id]
            except BrokenProcessPool:
                for job in _lost(parts, under_way):
                    if job.cell.id in suspects:
                        todo.remove(job)
                        yield _row_of_killer(job, output, afresh)
                    suspects.add(job.cell.id)
            except BaseException:
                channel.stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise


def _channel() -> Channel:
    context = worker_context()
    return Channel(context.Queue(), context.Event())


def _pool(size: int, channel: Channel, output: Path) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        size, worker_context(), initializer=_enter, initargs=(channel, output)
    )


def _lost(parts: Sequence[Sequence[Job]], under_way: set[str]) -> Sequence[Job]:
    """Which a worker may have died of: those under way, or else those that came first."""
    return [job for part in parts for job in part if job.cell.id in under_way] or parts[0]


def _row_of_killer(job: Job, output: Path, afresh: bool) -> Row:
    """Of a cell that was alone with a worker that died: its row if it was written, or a failure."""
    known = {} if afresh else settled_rows([job], GrowingRows(output).look())
    return known.get(job.cell.id) or row_of_lost(job, output)


def stacks(jobs: Sequence[Job], workers: int) -> list[tuple[Job, ...]]:
    """The jobs in groups that train together: they differ in their seed alone, and are as many as
    their jobs allow and as leave no worker without any.
    """
    groups: dict[str, list[Job]] = {}
    for job in jobs:
        groups.setdefault(replace(job.cell, seed=0).id, []).append(job)
    found = []
    for group in groups.values():
        together = min(max(1, group[0].together), math.ceil(len(group) / workers))
        found += [tuple(group[i : i + together]) for i in range(0, len(group), together)]
    return found


def row_of_lost(job: Job, output: Path) -> Row:
    """That the cell failed, in the result folder too."""
    row = failed_row(job, "failed", "its worker process died (out of memory?)")
    append_row(output, row)
    return row


def settled_rows(jobs: Sequence[Job], rows: Mapping[str, Row]) -> dict[str, Row]:
    """By cell, those of the rows that are settled rows of the jobs."""
    found = {job.cell.id: (job, rows.get(job.cell.id)) for job in jobs}
    return {cell: row for cell, (job, row) in found.items() if row and settled(job, row)}


def wait_for_others(todo: Sequence[Job], output: Path) -> None:
    """Until one of the cells can be had."""
    while not any(is_free(output, job) for job in todo):
        time.sleep(BUSY_POLL_SEC)


def is_free(output: Path, job: Job) -> bool:
    with claimed(output, job.cell.id) as mine:
        return mine


def _as_ended(
    futures: Mapping[Future[dict[str, Row]], Sequence[Job]],
    held: Held,
    channel: Channel,
    under_way: set[str],
    on_progress: OnProgress,
) -> Iterator[Future[dict[str, Row]]]:
    pending = set(futures)
    while pending:
        ended, pending = wait(pending, POLL_SEC, FIRST_COMPLETED)
        held.pass_on()
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


@dataclass(frozen=True)
class Worker:
    """What a worker process has for all of its cells."""

    channel: Channel
    rows: GrowingRows


_worker: list[Worker] = []


def _enter(channel: Channel, output: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides, through the channel
    threading.Thread(target=_end_with_parent, daemon=True).start()
    threading.Thread(target=_end_soon, args=(channel.stop,), daemon=True).start()
    _worker[:] = [Worker(channel, GrowingRows(output))]


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


def _run(jobs: Sequence[Job], output: Path, afresh: bool) -> dict[str, Row]:
    """Rows by cell, which are in the result folder then; none of a cell that another process is at.
    Cells that differ in their seed alone train together.
    """
    channel = _worker[0].channel
    rows: dict[str, Row] = {}

    def tell(job: Job, step: int, losses: Mapping[str, float]) -> None:
        channel.progress.put(Progress(job.cell.id, step, losses))

    with ExitStack() as claims:
        mine = [job for job in jobs if claims.enter_context(claimed(output, job.cell.id))]
        if not afresh:
            rows = settled_rows(mine, _worker[0].rows.look())
        left = [job for job in mine if job.cell.id not in rows]
        for job in left:
            tell(job, 0, {})
        apart = train_cells(left, output, tell, channel.stop.is_set) if len(left) > 1 else ""
        for job in left:
            row = run_cell(job, output, partial(tell, job), channel.stop.is_set)
            if apart and "together" not in row.provenance:
                row = structs.replace(row, provenance={"not_together": apart, **row.provenance})
            append_row(output, row)
            rows[job.cell.id] = row
    return rows
