"""Worker processes on this machine."""

from __future__ import annotations

import os
import queue
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ganbench.core.devices import cells_at_a_time
from ganbench.core.interrupts import Held, interrupts_held
from ganbench.data.datasets.download import Say
from ganbench.results.folder import GrowingRows, append_row
from ganbench.results.records import Row
from ganbench.running.backends.gpus import NO_GPUS, Gpus
from ganbench.running.backends.part import Others, rows_over, run_part, wait_for_others
from ganbench.running.backends.pool import Channel, Pool, pool_at, this_worker
from ganbench.running.job import Job
from ganbench.running.progress import OnProgress
from ganbench.running.provenance import failed_row
from ganbench.running.seed_groups import seed_groups
from ganbench.training.loop import Interrupted

POLL_SEC = 0.1
AHEAD = 3  # parts for a worker that are handed over before it is free


@dataclass(frozen=True)
class Processes:
    """workers: cells at a time; 0 takes one for each core over the threads of a cell, or as many as
    `gpus` says. Each has one of the GPUs, which has the next cell when it is free. ready: pools
    to be used instead of new ones, where they have as many workers; who made them ends them.

    sharers: how many such backends, in all, the cells are for. others: what to do about cells that
    others are at; the run is over, with cells left, where it says that none can be had.
    """

    workers: int = 0
    gpus: Gpus = NO_GPUS
    ready: list[Pool] = field(default_factory=list)
    sharers: int = 1
    others: Others = wait_for_others

    def cells_at_a_time(self, jobs: Sequence[Job]) -> int:
        """As `Backend.cells_at_a_time`; those that train as one program count as one."""
        places = len(self.places(jobs, []))
        return min(places, len(seed_groups(jobs, places)))

    def run(
        self, jobs: Sequence[Job], output: Path, since: int, on_progress: OnProgress, say: Say
    ) -> Iterator[Row]:
        """As `Backend.run`. Where a worker dies, such as for lack of memory, the cells that were
        under way are run again one by one, and those that kill their worker then fail.
        """
        todo = list(jobs)
        suspects: set[str] = set()
        ended: list[Row] = []
        while todo:
            suspected = [job for job in todo if job.id in suspects]
            if not self.others(suspected or todo, output):
                return
            places = self.places(jobs, ended)
            among = len(places) * self.sharers
            parts = [(job,) for job in suspected] or seed_groups(todo, among)
            if self.gpus.measures and not ended:
                parts = parts[: len(places)]
            under_way: set[str] = set()
            try:
                with (
                    interrupts_held() as held,
                    self.pool(places, 1 if suspected else len(parts)) as pool,
                    closing(
                        _rows_of(parts, pool, output, since, held, under_way, on_progress)
                    ) as done,
                ):
                    for part, rows in done:
                        for job in part:
                            if job.id in rows:
                                todo.remove(job)
                                ended.append(rows[job.id])
                                yield rows[job.id]
            except BrokenProcessPool:
                for job in _lost(parts, under_way):
                    if job.id in suspects:
                        todo.remove(job)
                        yield _row_of_killer(job, output, since)
                    suspects.add(job.id)

    @contextmanager
    def pool(self, places: Sequence[int | None], most: int) -> Iterator[Pool]:
        """One that is ready, which stays so unless it breaks, or a new one of `most` workers at
        most.
        """
        if self.ready and places == [None] * self.ready[-1].size:
            pool = self.ready.pop()
            yield pool
            self.ready.append(pool)
        else:
            pool = pool_at(places[:most], self.gpus)
            with pool.executor:
                yield pool

    def places(self, jobs: Sequence[Job], ended: Sequence[Row]) -> list[int | None]:
        """The GPU of each worker, or None. ended: rows of the jobs, none yet at first."""
        if not self.gpus.indices:
            cell = jobs[0].cell
            return [None] * (self.workers or cells_at_a_time(cell.device, cell.threads))
        if self.workers:
            return [*self.gpus.dealt(self.workers)]
        return [*self.gpus.places(ended)]


def _rows_of(
    parts: Sequence[Sequence[Job]],
    pool: Pool,
    output: Path,
    since: int,
    held: Held,
    under_way: set[str],
    on_progress: OnProgress,
) -> Generator[tuple[Sequence[Job], dict[str, Row]], None, None]:
    """Each part with its rows, as they end. under_way: the cells that are, meanwhile."""
    left = iter(parts)
    futures: dict[Future[dict[str, Row]], Sequence[Job]] = {}

    def submit(number: int) -> None:
        for part in islice(left, number):
            futures[pool.executor.submit(_run, part, output, since)] = part

    try:
        with pool.starting():
            submit(AHEAD * pool.size)
        while futures:
            for future in _ended(futures, held, pool.channel, under_way, on_progress):
                rows, part = future.result(), futures.pop(future)
                submit(1)
                under_way -= {job.id for job in part}
                yield part, rows
    except BrokenProcessPool:
        raise
    except BaseException:
        pool.channel.stop()
        pool.executor.shutdown(wait=True, cancel_futures=True)
        raise


def _lost(parts: Sequence[Sequence[Job]], under_way: set[str]) -> Sequence[Job]:
    """Which a worker may have died of: those under way, or else those that came first."""
    return [job for part in parts for job in part if job.id in under_way] or parts[0]


def _row_of_killer(job: Job, output: Path, since: int) -> Row:
    """Of a cell that was alone with a worker that died: its row if it was written, or a failure."""
    known = rows_over([job], GrowingRows(output, since).look())
    return known.get(job.id) or row_of_lost(job, output)


def row_of_lost(job: Job, output: Path) -> Row:
    """That the cell failed, in the result folder too."""
    row = failed_row(job, "failed", "its worker process died (out of memory?)")
    append_row(output, row)
    return row


def _ended(
    futures: Iterable[Future[dict[str, Row]]],
    held: Held,
    channel: Channel,
    under_way: set[str],
    on_progress: OnProgress,
) -> set[Future[dict[str, Row]]]:
    """Those that have, POLL_SEC later at the latest."""
    ended, _ = wait(futures, POLL_SEC, FIRST_COMPLETED)
    held.pass_on()
    _pass_on(channel, under_way, on_progress)
    return ended


def _pass_on(channel: Channel, under_way: set[str], on_progress: OnProgress) -> None:
    while True:
        try:
            progress = channel.progress.get_nowait()
        except queue.Empty:
            return
        under_way.add(progress.cell)
        on_progress(progress)


def _run(jobs: Sequence[Job], output: Path, since: int) -> dict[str, Row]:
    worker = this_worker()
    rows = worker.rows.setdefault((output, since), GrowingRows(output, since))

    def should_stop() -> bool:
        return worker.channel.is_stopped() or worker.terminated.is_set()

    try:
        return run_part(jobs, output, rows, worker.channel.progress.put, should_stop)
    except Interrupted:
        if worker.terminated.is_set():  # alone, for all that its parent knows
            os._exit(1)
        raise
