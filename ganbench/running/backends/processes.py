"""Worker processes on this machine."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from ganbench.core.devices import cells_at_a_time
from ganbench.core.interrupts import Held, interrupts_held
from ganbench.results.folder import GrowingRows, append_row
from ganbench.results.records import Row
from ganbench.running.backends.backend import GRACE_SEC, OnProgress
from ganbench.running.backends.gpus import NO_GPUS, Gpus
from ganbench.running.backends.part import run_part, settled_rows, wait_for_others
from ganbench.running.backends.worker_processes import starting_workers, worker_context
from ganbench.running.job import Job
from ganbench.running.provenance import failed_row
from ganbench.running.seed_groups import seed_groups

POLL_SEC = 0.1


class Channel:
    """A worker's way to the parent: progress up; the wish to stop and its GPU or None down."""

    def __init__(self, progress: Any, stop: Event, places: Any) -> None:
        self.progress = progress
        self.stop = stop
        self.places = places


@dataclass(frozen=True)
class Processes:
    """workers: cells at a time; 0 takes one for each core over the threads of a cell, or as many as
    `gpus` says. Each has one of the GPUs, which has the next cell when it is free.
    """

    workers: int = 0
    gpus: Gpus = NO_GPUS

    def run(
        self, jobs: Sequence[Job], output: Path, afresh: bool, on_progress: OnProgress
    ) -> Iterator[Row]:
        """As `Backend.run`. Where a worker dies, such as for lack of memory, the cells that were
        under way are run again one by one, and those that kill their worker then fail.
        """
        todo = list(jobs)
        suspects: set[str] = set()
        ended: list[Row] = []
        while todo:
            suspected = [job for job in todo if job.cell.id in suspects]
            wait_for_others(suspected or todo, output)
            places = self.places(jobs, ended)
            parts = [(job,) for job in suspected] or seed_groups(todo, len(places))
            if self.gpus.measures and not ended:
                parts = parts[: len(places)]
            del places[1 if suspected else len(parts) :]
            channel = _channel(places)
            with (
                interrupts_held() as held,
                _pool(len(places), channel, output, self.gpus) as pool,
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
                                ended.append(rows[job.cell.id])
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

    def places(self, jobs: Sequence[Job], ended: Sequence[Row]) -> list[int | None]:
        """The GPU of each worker, or None. ended: rows of the jobs, none yet at first."""
        if not self.gpus.indices:
            cell = jobs[0].cell
            return [None] * (self.workers or cells_at_a_time(cell.device, cell.threads))
        if self.workers:
            return [*self.gpus.dealt(self.workers)]
        return [*self.gpus.places(ended)]


def _channel(places: Sequence[int | None]) -> Channel:
    context = worker_context()
    channel = Channel(context.Queue(), context.Event(), context.Queue())
    for place in places:
        channel.places.put(place)
    return channel


def _pool(size: int, channel: Channel, output: Path, gpus: Gpus) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        size, worker_context(), initializer=_enter, initargs=(channel, output, gpus)
    )


def _lost(parts: Sequence[Sequence[Job]], under_way: set[str]) -> Sequence[Job]:
    """Which a worker may have died of: those under way, or else those that came first."""
    return [job for part in parts for job in part if job.cell.id in under_way] or parts[0]


def _row_of_killer(job: Job, output: Path, afresh: bool) -> Row:
    """Of a cell that was alone with a worker that died: its row if it was written, or a failure."""
    known = {} if afresh else settled_rows([job], GrowingRows(output).look())
    return known.get(job.cell.id) or row_of_lost(job, output)


def row_of_lost(job: Job, output: Path) -> Row:
    """That the cell failed, in the result folder too."""
    row = failed_row(job, "failed", "its worker process died (out of memory?)")
    append_row(output, row)
    return row


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


def _enter(channel: Channel, output: Path, gpus: Gpus) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides, through the channel
    threading.Thread(target=_end_with_parent, daemon=True).start()
    threading.Thread(target=_end_soon, args=(channel.stop,), daemon=True).start()
    gpu = channel.places.get()
    if gpu is not None:
        gpus.enter(gpu)
    _worker[:] = [Worker(channel, GrowingRows(output))]


def _end_with_parent() -> None:
    """A worker of a killed parent must not train on while the next run trains the same cells."""
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
    worker = _worker[0]
    tell, should_stop = worker.channel.progress.put, worker.channel.stop.is_set
    return run_part(jobs, output, afresh, worker.rows, tell, should_stop)
