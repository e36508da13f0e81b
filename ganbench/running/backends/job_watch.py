"""What the jobs of an engine write of themselves, as the process that asked for them sees it."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ganbench.core.disk import NoRoom
from ganbench.core.errors import UserError
from ganbench.results.engine_state import JobState, Order, order_folder, read_jobs, read_orders
from ganbench.results.run_state import CellState, rows_since
from ganbench.running.backends.order import identity_of
from ganbench.running.job import Job
from ganbench.running.progress import OnProgress, Progress


@dataclass
class JobWatch:
    """The jobs of some orders. Of their cells only what is new is passed on."""

    output: Path
    orders: Sequence[Order]
    on_progress: OnProgress
    seen: dict[str, CellState] = field(default_factory=dict)

    def states(self) -> list[JobState]:
        return [job for order in self.orders for job in self.of(order)]

    def of(self, order: Order) -> list[JobState]:
        return read_jobs(order_folder(self.output, order.name))

    def begun(self, order: Order) -> bool:
        """Whether a job of the order has."""
        return bool(self.of(order))

    def pass_on(self, todo: Collection[str]) -> bool:
        """Tells what cells have told since the last look. Whether one trained further."""
        further, now = False, time.time()
        at_work = [job for job in self.states() if job.is_at_work(now)]
        for state in (cell for job in at_work for cell in job.cells):
            before = self.seen.get(state.cell)
            if before == state or state.cell not in todo:
                continue
            self.seen[state.cell] = state
            if before is None or before.doing != state.doing:
                self.on_progress(Progress(state.cell, state.step, {}, state.doing))
            if state.losses and (before is None or before.step != state.step):
                losses = {name: nan_of(value) for name, value in state.losses.items()}
                self.on_progress(Progress(state.cell, state.step, losses, state.doing))
                further = True
        return further


def nan_of(value: float | None) -> float:
    return float("nan") if value is None else value


def still_at_work(engine: str, todo: Mapping[str, Job], output: Path) -> list[Order]:
    """Orders of earlier runs that come to the same now: the same cells, by the same code."""
    identity = identity_of(list(todo.values()))
    return [
        order
        for order in read_orders(output)
        if order.engine == engine
        and order.identity == identity
        and {*order.cells} - rows_since(output, order.rows_bytes) == todo.keys()
    ]


def refuse(states: Sequence[JobState], order: Order, output: Path) -> None:
    """Raises what the first job says that refuses to work, since the order was given."""
    for job in states:
        if job.refused is None or job.updated < order.started:
            continue
        kind = NoRoom if job.refused.full else UserError
        where = f"{job.refused.where}; job {job.job} on {job.host}, log {output / job.log}"
        raise kind(job.refused.what, where, job.refused.fix)
