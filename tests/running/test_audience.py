"""Who is told of a run's cells, and that a cell which has its row is over for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from ganbench.registry.registry import discover
from ganbench.results.records import Row
from ganbench.results.run_state import PlannedCell
from ganbench.running.audience import Audience
from ganbench.running.job import Job
from ganbench.running.listener import Silent
from ganbench.running.live import LiveRun, live_run
from ganbench.running.progress import Tell
from ganbench.running.provenance import empty_row
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from ganbench.running.tracked import Trackers
from ganbench.tracking.events import CellBegins, CellEnds, Event, Losses


class Heard(Silent):
    """A listener and a tracker's process that keep what they are told."""

    def __init__(self) -> None:
        self.ends: list[tuple[str, int]] = []
        self.events: list[Event] = []

    def ended(self, row: Row, cell: PlannedCell, left: int) -> None:
        assert row.cell == cell.cell
        self.ends.append((cell.cell, left))

    def tell(self, event: Event) -> None:
        self.events.append(event)


def two_jobs(folder: Path) -> Sequence[Job]:
    request = Request(("recon",), ("toy",), (0, 1), folder, preset="smoke", references=())
    return resolve(request, discover()).jobs


def audience_of(jobs: Sequence[Job], output: Path) -> tuple[Audience, LiveRun, Heard]:
    live, heard = live_run(jobs, jobs, (), output, 1), Heard()
    planned = {cell.cell: cell for cell in live.plan.cells}
    cells = {job.id: job.cell for job in jobs}
    trackers = Trackers([heard], cells, planned, output)  # type: ignore[list-item]
    return Audience(live, trackers, heard), live, heard


def row_of(job: Job) -> Row:
    return structs.replace(empty_row(job), metrics={"coverage": 0.5}, cost={"steps": 120.0})


def test_all_hear_of_a_cell_from_its_start_to_its_row(tmp_path: Path) -> None:
    first, second = two_jobs(tmp_path)
    audience, live, heard = audience_of((first, second), tmp_path)
    tell = Tell(audience.progress, first.id)
    tell.begins()
    assert live.run().state.cells[0].doing == "starting" and not heard.events
    tell.losses(120, {"adv_B": 1.0})
    audience.ended(row_of(first))
    audience.ended(row_of(second))
    assert heard.ends == [(first.id, 1), (second.id, 0)]
    kinds = [(type(event), event.cell) for event in heard.events]
    assert kinds == [
        *((CellBegins, first.id), (Losses, first.id), (CellEnds, first.id)),
        *((CellBegins, second.id), (CellEnds, second.id)),
    ]


def test_last_words_of_a_cell_may_come_after_its_row(tmp_path: Path) -> None:
    """From a queue beside that of rows; the run would be taken for one that left a cell, and a
    tracker would begin its run again.
    """
    jobs = two_jobs(tmp_path)
    audience, live, heard = audience_of(jobs, tmp_path)
    for job in jobs:
        tell = Tell(audience.progress, job.id)
        tell.begins()
        audience.ended(row_of(job))
        tell.losses(120, {"adv_B": 1.0})
    assert live.run().state.left == 0 and not live.run().state.cells
    assert isinstance(heard.events[-1], CellEnds)
    assert not any(isinstance(event, Losses) for event in heard.events)
