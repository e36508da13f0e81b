"""What jobs elsewhere will need for their cells, as rows of such cells tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ganbench.core.devices import CPU
from ganbench.results.records import Row
from ganbench.running.expected_time import costs_of, is_of_kind, kinds_of, side_by_side
from ganbench.running.job import Job

MEMORY_OVER_SEEN = 1.5  # what is asked for, for cells that differ


@dataclass(frozen=True)
class Needs:
    """Of a job. sec: until the last of the cells is done. bytes: of memory that the processes of
    its cells take at most. 0 where rows do not tell, as those of a GPU do not of other memory.
    """

    sec: float
    bytes: int


UNKNOWN = Needs(0.0, 0)


def needs_of(jobs: Sequence[Job], rows: Iterable[Row], at_a_time: int, of_a_job: int) -> Needs:
    """Of each job that shares the cells, on whatever processors. Not known where a cell is of a
    kind that has no row. at_a_time: cells in all; of_a_job: those of one.
    """
    able = [job for job in jobs if not job.unsupported]
    costs = costs_of(rows, able, is_of_kind)
    found = [(job, costs.get(kind)) for job, kind in zip(able, kinds_of(able), strict=True)]
    known = [(job, cost) for job, cost in found if cost]
    if not known or len(known) < len(found):
        return UNKNOWN
    steps = [0 if job.cell.is_reference else job.cell.preset.budget_steps for job, _ in known]
    secs = [cost.sec(number) for (_, cost), number in zip(known, steps, strict=True)]
    on_cpu = all(job.cell.device.startswith(CPU) for job in able)
    peaks = [cost.peak_bytes for _, cost in known]
    most = max(peaks) if on_cpu and all(peaks) else 0
    return Needs(side_by_side(secs, at_a_time), of_a_job * most)
