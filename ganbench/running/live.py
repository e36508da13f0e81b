"""A run while it is under way: what each of its cells does, how fast, and when it will end."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean

from ganbench.reporting.groups import cell_labels
from ganbench.results.records import Row
from ganbench.results.run_state import (
    SIGN_OF_LIFE_SEC,
    PlannedCell,
    Run,
    RunFiles,
    RunPlan,
    RunState,
    place,
    remove_taken_over,
    rows_bytes,
)
from ganbench.running.expected_time import Cost, add_cost, costs_of, kinds_of, side_by_side
from ganbench.running.job import Job
from ganbench.running.progress import Progress
from ganbench.running.provenance import empty_row
from ganbench.running.under_way import UnderWay

INTERRUPTED = "interrupted"
Clock = Callable[[], float]


class LiveRun:
    """Takes what a run tells of its cells, from one thread, and gives its state to others.

    costs: of cells that have their rows, by kind. clock: seconds since 1970.
    """

    def __init__(self, plan: RunPlan, costs: Mapping[str, Cost], clock: Clock = time.time) -> None:
        self.plan = plan
        self._costs, self._clock = dict(costs), clock
        self._lock = threading.Lock()
        self._cells: dict[str, UnderWay] = {}
        self._waiting = {cell.cell: cell for cell in plan.cells}
        self._planned = dict(self._waiting)
        self._doing = self._ended = ""

    def does(self, what: str) -> None:
        """What the run does as a whole before or after its cells; empty for nothing."""
        with self._lock:
            self._doing = what

    def progress(self, progress: Progress) -> None:
        with self._lock:
            self._waiting.pop(progress.cell, None)
            now = self._clock()
            new = UnderWay(progress.cell, progress.step, progress.doing, now)
            self._cells.setdefault(progress.cell, new).heard(progress, now)

    def ended(self, row: Row) -> None:
        with self._lock:
            self._waiting.pop(row.cell, None)
            self._cells.pop(row.cell, None)
            if "eval_sec" in row.cost:
                add_cost(self._costs, self._planned[row.cell].kind, row)

    def stop(self, why: str) -> None:
        with self._lock:
            self._ended = why

    def run(self) -> Run:
        """The state as it is now."""
        with self._lock:
            now = self._clock()
            left = self._left_sec(now)
            state = RunState(
                updated=now,
                doing=self._doing,
                cells=tuple(cell.state() for cell in self._cells.values()),
                left=len(self._left()),
                left_steps=sum(cell.steps for cell in self._left()),
                expected_end=None if left is None else now + left,
                ended=self._ended,
            )
        return Run(self.plan, state)

    def _left_sec(self, now: float) -> float | None:
        """Until the last cell is done; None where nothing is known of the speed."""
        per_step = self._sec_per_step()
        if not per_step and any(cell.steps for cell in self._left()):
            return None
        usual = fmean(per_step.values()) if per_step else 0.0

        def sec(cell: PlannedCell, steps: int) -> float:
            cost = self._costs.get(cell.kind)
            return per_step.get(cell.kind, usual) * steps + (cost.eval_sec if cost else 0.0)

        busy = []
        for cell in self._cells.values():
            planned = self._planned[cell.cell]
            spent = 0.0 if cell.step < planned.steps else now - cell.since
            busy.append(max(0.0, sec(planned, planned.steps - cell.step) - spent))
        waiting = [sec(cell, cell.steps) for cell in self._waiting.values()]
        return side_by_side(waiting, max(self.plan.workers, len(busy)), busy)

    def _left(self) -> list[PlannedCell]:
        return [*(self._planned[cell] for cell in self._cells), *self._waiting.values()]

    def _sec_per_step(self) -> dict[str, float]:
        """By kind: as it is now where one trains, else as rows tell it."""
        known = {kind: cost.sec_per_step for kind, cost in self._costs.items() if max(cost.steps)}
        cells = self._cells.values()
        now = {self._planned[c.cell].kind: c.sec_per_step for c in cells if c.sec_per_step}
        return known | now


def planned_cell(job: Job, label: str, kind: str) -> PlannedCell:
    cell = job.cell
    return PlannedCell(
        cell=job.id,
        task=cell.task,
        model=label,
        seed=cell.seed,
        kind=kind,
        steps=0 if cell.is_reference else cell.preset.budget_steps,
        samples=2 * int(cell.hparams.get("batch_size", 0)),
        unit="images" if cell.preset.size else "samples",
    )


def live_run(
    jobs: Sequence[Job], asked: Sequence[Job], rows: Sequence[Row], output: Path, workers: int
) -> LiveRun:
    """Of jobs in the order in which they are begun. asked: all of the request. rows: those of the
    folder `output`. workers: cells at a time.
    """
    labels = cell_labels(map(empty_row, asked))
    kinds = zip(jobs, kinds_of(jobs), strict=True)
    cells = tuple(planned_cell(job, labels.pop(job.id), kind) for job, kind in kinds)
    plan = RunPlan(
        started=time.time(),
        host=socket.gethostname(),
        place=place(),
        pid=os.getpid(),
        workers=workers,
        total=len(asked),
        rows_bytes=rows_bytes(output),
        cells=cells,
        done=labels,
    )
    return LiveRun(plan, costs_of(rows, jobs))


@contextmanager
def shown_to_others(live: LiveRun, output: Path) -> Iterator[None]:
    """Keeps the run's files while the context lasts. They stay where something is left to do."""
    remove_taken_over(output, [cell.cell for cell in live.plan.cells], time.time())
    files, over = RunFiles(output, live.plan), threading.Event()

    def tell() -> None:
        while True:
            files.write(live.run().state)
            if over.wait(SIGN_OF_LIFE_SEC):
                return

    telling = threading.Thread(target=tell, daemon=True)
    telling.start()
    try:
        yield
    except BaseException as error:
        is_interrupt = isinstance(error, KeyboardInterrupt)
        live.stop(INTERRUPTED if is_interrupt else f"{type(error).__name__}: {error}")
        raise
    finally:
        over.set()
        telling.join()
        state = live.run().state
        if state.left:
            files.write(state)
        else:
            files.remove()
