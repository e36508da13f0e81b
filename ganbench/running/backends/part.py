"""A part of a run, which one process does: cells that train together, from claims to rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from msgspec import structs

from ganbench.results.folder import GrowingRows, append_row, claimed
from ganbench.results.records import SETTLED, Row
from ganbench.running.cell import run_cell, train_cells
from ganbench.running.job import Job
from ganbench.running.progress import OnProgress, Tell

BUSY_POLL_SEC = 0.5


def settled(job: Job, row: Row | None) -> bool:
    """Whether running the cell again would change nothing in its row."""
    if row is None or row.status not in SETTLED:
        return False
    return row.status != "done" or row.provenance.get("evaluation_hash") == job.evaluation_hash


def is_over(job: Job, row: Row) -> bool:
    """Whether a row that came since the run began is what the run has of the cell: a failure is,
    too, or every process that shares the cells would try it.
    """
    same = row.provenance.get("evaluation_hash") == job.evaluation_hash
    return same if row.status == "failed" else settled(job, row)


def rows_over(jobs: Sequence[Job], rows: Mapping[str, Row]) -> dict[str, Row]:
    """By cell, those of the rows with which the jobs are over."""
    pairs = {job.id: (job, rows.get(job.id)) for job in jobs}
    return {cell: row for cell, (job, row) in pairs.items() if row and is_over(job, row)}


Others = Callable[[Sequence[Job], Path], bool]


def wait_for_others(todo: Sequence[Job], output: Path) -> bool:
    """Until one of the cells can be had, as it then can."""
    while not leave_to_others(todo, output):
        time.sleep(BUSY_POLL_SEC)
    return True


def leave_to_others(todo: Sequence[Job], output: Path) -> bool:
    """Whether one of the cells can be had now; if not, others are at all of them."""
    return any(is_free(output, job) for job in todo)


def is_free(output: Path, job: Job) -> bool:
    with claimed(output, job.id) as is_claimed:
        return is_claimed


def run_part(
    jobs: Sequence[Job],
    output: Path,
    known: GrowingRows,
    on_progress: OnProgress,
    should_stop: Callable[[], bool],
) -> dict[str, Row]:
    """Rows by cell, which are in the result folder then; none of a cell that another process is at.
    Cells that differ in their seed alone train together.

    known: the rows since the run began.
    Raises Interrupted once `should_stop()` is true, and NoRoom.
    """
    with ExitStack() as claims:
        claimed_jobs = [job for job in jobs if claims.enter_context(claimed(output, job.id))]
        rows = rows_over(claimed_jobs, known.look())
        left = [job for job in claimed_jobs if job.id not in rows]
        tells = {job.id: Tell(on_progress, job.id) for job in left}
        for tell in tells.values():
            tell.begins()
        apart = train_cells(left, output, tells, should_stop) if len(left) > 1 else ""
        for job in left:
            row = run_cell(job, output, tells[job.id], should_stop)
            if apart and "together" not in row.provenance:
                row = structs.replace(row, provenance={"not_together": apart, **row.provenance})
            append_row(output, row)
            rows[job.id] = row
    return rows
