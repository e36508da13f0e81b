"""A result folder as one who watches it sees it: what is done, under way, waiting and left off."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from ganbench.core.errors import UserError
from ganbench.reporting.groups import cell_labels
from ganbench.results.curves import LOSS_LOG
from ganbench.results.engine_state import (
    JobState,
    Order,
    order_folder,
    read_jobs,
    read_orders,
)
from ganbench.results.folder import CELL_ID, ROWS, cell_folder, read_cell, read_rows
from ganbench.results.records import Row
from ganbench.results.run_state import Life, PlannedCell, Run, life, read_runs, rows_since

TAIL_BYTES = 4_096  # of a loss log, which hold its last line


@dataclass(frozen=True)
class OrderAtWork:
    """What jobs of an engine were ordered to do, and those that are at it."""

    order: Order
    jobs: tuple[JobState, ...]


@dataclass(frozen=True)
class WatchedRun:
    """A run and its jobs elsewhere, if it has any. It is at work as long as one of them is, though
    the process that ordered them may be gone: `run.state` then has their cells.
    """

    run: Run
    life: Life
    orders: tuple[OrderAtWork, ...] = ()


@dataclass(frozen=True)
class LeftOff:
    """A cell that nobody is at, and that has no row for it. step: the last one in its loss log, 0
    where it has none. steps: of its whole training, 0 where that is not known.
    """

    task: str
    model: str
    seed: int
    step: int
    steps: int


@dataclass(frozen=True)
class Watched:
    """runs: whose files are there, the oldest first. rows: the settled and failed ones, without
    those of cells that a run at work is to make again. waiting: cells that runs at work have not
    begun. left_off: cells that no run is at. labels: by cell of `rows`, what its model is called.
    """

    runs: tuple[WatchedRun, ...]
    rows: tuple[Row, ...]
    waiting: tuple[PlannedCell, ...]
    left_off: tuple[LeftOff, ...]
    labels: Mapping[str, str]

    @property
    def at_work(self) -> tuple[Run, ...]:
        return tuple(one.run for one in self.runs if one.life == "at work")


def watched(output: Path, now: float) -> Watched:
    """now: seconds since 1970. Raises UserError for a folder that is none of a run."""
    runs = watched_runs(output, now)
    if not (runs or (output / "cells").is_dir() or (output / ROWS).is_file()):
        what = "this is no result folder" if output.is_dir() else "there is no such result folder"
        raise UserError(what, str(output), "give a run's --output")
    rows = {row.cell: row for row in read_rows(output).rows}
    begun: set[str] = set()
    open_cells: dict[str, PlannedCell] = {}
    stopped: dict[str, PlannedCell] = {}
    for one in runs:
        new = rows_since(output, one.run.plan.rows_bytes)
        left = {cell.cell: cell for cell in one.run.plan.cells if cell.cell not in new}
        if one.life == "at work":
            open_cells |= left
            begun |= {state.cell for state in one.run.state.cells}
        else:
            stopped |= {cell: planned for cell, planned in left.items() if cell not in rows}
    waiting = tuple(cell for key, cell in open_cells.items() if key not in begun)
    known = {*rows, *open_cells, *begun, *stopped}
    return Watched(
        runs,
        tuple(row for cell, row in rows.items() if cell not in open_cells),
        waiting,
        (
            *(left_off(output, cell) for key, cell in stopped.items() if key not in open_cells),
            *left_by_older_runs(output, known),
        ),
        labels_of(rows.values(), [one.run for one in runs]),
    )


def watched_runs(output: Path, now: float) -> tuple[WatchedRun, ...]:
    """The oldest first. Orders are those of the process of a run."""
    orders = [order_at_work(output, order, now) for order in read_orders(output)]
    runs = []
    for run in read_runs(output):
        whose = run.plan.place, run.plan.pid
        own = [one for one in orders if (one.order.place, one.order.pid) == whose]
        cells = {state.cell: state for one in own for job in one.jobs for state in job.cells}
        how = life(run, now)
        if any(one.jobs for one in own):
            how = "at work"
            planned = {cell.cell for cell in run.plan.cells}
            known = tuple(state for cell, state in cells.items() if cell in planned)
            state = structs.replace(run.state, cells=known, ended="")
            runs.append(WatchedRun(structs.replace(run, state=state), how, tuple(own)))
        else:
            runs.append(WatchedRun(run, how, tuple(own)))
    return tuple(runs)


def order_at_work(output: Path, order: Order, now: float) -> OrderAtWork:
    jobs = read_jobs(order_folder(output, order.name))
    return OrderAtWork(order, tuple(job for job in jobs if job.is_at_work(now)))


def labels_of(rows: Iterable[Row], runs: Iterable[Run]) -> dict[str, str]:
    """What the models of rows are called: as the last run calls them that knows them."""
    labels = cell_labels(rows)
    for run in runs:
        labels |= run.plan.done | {cell.cell: cell.model for cell in run.plan.cells}
    return labels


def left_off(output: Path, cell: PlannedCell) -> LeftOff:
    step = last_step(cell_folder(output, cell.cell))
    return LeftOff(cell.task, cell.model, cell.seed, step, cell.steps)


def left_by_older_runs(output: Path, known: set[str]) -> Iterator[LeftOff]:
    """Cells with a folder of which neither a row nor a run tells."""
    try:
        folders = sorted((output / "cells").iterdir())
    except OSError:
        return
    for folder in folders:
        if folder.name in known or not CELL_ID.fullmatch(folder.name):
            continue
        with suppress(UserError):
            cell = read_cell(folder)
            steps = 0 if cell.is_reference else cell.preset.budget_steps
            yield LeftOff(cell.task, cell.model, cell.seed, last_step(folder), steps)


def last_step(folder: Path) -> int:
    """Of a cell's loss log; 0 where there is none."""
    try:
        with open(folder / LOSS_LOG, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL_BYTES))
            lines = file.read().split(b"\n")[:-1]  # what comes last has no end yet
        return int(lines[-1].split(b",")[0]) if lines else 0
    except (OSError, ValueError):
        return 0


Counts = Mapping[tuple[str, str], Mapping[str, int]]


def counts(seen: Watched) -> Counts:
    """Cells by task and model, and by what has become of them."""
    found: dict[tuple[str, str], dict[str, int]] = {}

    def count(task: str, model: str, what: str) -> None:
        of_model = found.setdefault((task, model), {})
        of_model[what] = of_model.get(what, 0) + 1

    for row in seen.rows:
        count(row.task, seen.labels[row.cell], row.status)
    for run in seen.at_work:
        planned = {cell.cell: cell for cell in run.plan.cells}
        for state in run.state.cells:
            count(planned[state.cell].task, planned[state.cell].model, "under way")
    for cell in seen.waiting:
        count(cell.task, cell.model, "waiting")
    for left in seen.left_off:
        count(left.task, left.model, "left off")
    return found


def columns_of(counted: Counts) -> Sequence[str]:
    """Those that some cell is in, in the order of a cell's life."""
    order = ("done", "diverged", "failed", "skipped", "under way", "waiting", "left off")
    return [name for name in order if any(name in one for one in counted.values())]
