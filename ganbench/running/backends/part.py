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


def settled_rows(jobs: Sequence[Job], rows: Mapping[str, Row]) -> dict[str, Row]:
    """By cell, those of the rows that are settled rows of the jobs."""
    pairs = {job.cell.id: (job, rows.get(job.cell.id)) for job in jobs}
    return {cell: row for cell, (job, row) in pairs.items() if row and settled(job, row)}


def wait_for_others(todo: Sequence[Job], output: Path) -> None:
    """Until one of the cells can be had."""
    while not any(is_free(output, job) for job in todo):
        time.sleep(BUSY_POLL_SEC)


def is_free(output: Path, job: Job) -> bool:
    with claimed(output, job.cell.id) as is_claimed:
        return is_claimed


def run_part(
    jobs: Sequence[Job],
    output: Path,
    afresh: bool,
    known: GrowingRows,
    on_progress: OnProgress,
    should_stop: Callable[[], bool],
) -> dict[str, Row]:
    """Rows by cell, which are in the result folder then; none of a cell that another process is at.
    Cells that differ in their seed alone train together.

    known: the rows of the folder. Raises Interrupted once `should_stop()` is true, and NoRoom.
    """
    rows: dict[str, Row] = {}
    with ExitStack() as claims:
        claimed_jobs = [job for job in jobs if claims.enter_context(claimed(output, job.cell.id))]
        if not afresh:
            rows = settled_rows(claimed_jobs, known.look())
        left = [job for job in claimed_jobs if job.cell.id not in rows]
        tells = {job.cell.id: Tell(on_progress, job.cell.id) for job in left}
        for tell in tells.values():
            tell.begins()
        apart = train_cells(left, output, tells, should_stop) if len(left) > 1 else ""
        for job in left:
            row = run_cell(job, output, tells[job.cell.id], should_stop)
            if apart and "together" not in row.provenance:
                row = structs.replace(row, provenance={"not_together": apart, **row.provenance})
            append_row(output, row)
            rows[job.cell.id] = row
    return rows
