"""How long cells will take, from what rows of such cells took on such a device."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from ganbench.core.devices import CPU, device_name
from ganbench.core.spec import content_hash
from ganbench.results.records import Row
from ganbench.running.job import Job
from ganbench.running.provenance import empty_row
from ganbench.running.seed_ids import setting_ids

NOT_OF_A_KIND = ("name", "budget_steps")  # of the budget


@dataclass(frozen=True)
class Cost:
    """What cells of a kind took on average. sec_per_step: of training. eval_sec: of scoring.
    steps: of the trainings that it comes from. rows: how many there are. peak_bytes: what one
    took at most, of the memory of its process or of its GPU.
    """

    sec_per_step: float
    eval_sec: float
    steps: frozenset[int]
    rows: int
    peak_bytes: int = 0

    def sec(self, steps: int) -> float:
        """Of a cell whose training has so many steps."""
        return self.sec_per_step * steps + self.eval_sec


@dataclass(frozen=True)
class Expected:
    """sec: of all cells whose kind is known, side by side. exact, scaled: how many of them have
    rows of the same number of steps, or of another one. unknown: kinds without a row, as
    "task model", with their numbers of cells.
    """

    sec: float
    exact: int
    scaled: int
    unknown: Mapping[str, int]


def kind_of(row: Row) -> str:
    """Equal for rows of cells that take equally long a step on one device."""
    budget = {name: row.budget[name] for name in row.budget if name not in NOT_OF_A_KIND}
    how = [row.provenance.get(name) for name in ("precision", "threads", "compiled")]
    what = row.task, row.data, row.model, row.recipe, row.split
    return content_hash([*what, row.hparams, row.options, budget, how])[:16]


def kind_of_job(job: Job) -> str:
    cell = job.cell
    how = {"precision": cell.precision, "threads": cell.threads}
    more = {"compiled": 1} if cell.compiled else {}
    return kind_of(structs.replace(empty_row(job), provenance=how | more))


def kinds_of(jobs: Sequence[Job]) -> Iterator[str]:
    """Of each job in turn. Cells that differ in their seed alone are of one kind."""
    known: dict[str, str] = {}
    for job, setting in zip(jobs, setting_ids(jobs), strict=True):
        if setting not in known:
            known[setting] = kind_of_job(job)
        yield known[setting]


def is_of_device(row: Row, device: str) -> bool:
    """Whether a row was computed on such a device: this processor, or any accelerator."""
    where = str(row.provenance.get("device", ""))
    return where == device_name(CPU) if device == CPU else not where.startswith(CPU)


def is_of_kind(row: Row, device: str) -> bool:
    """The same, on any processor: that of a machine which is not known yet."""
    return device.startswith(CPU) == str(row.provenance.get("device", "")).startswith(CPU)


def costs_of(
    rows: Iterable[Row], jobs: Sequence[Job], is_of: Callable[[Row, str], bool] = is_of_device
) -> dict[str, Cost]:
    """By kind, of the jobs' tasks and models, on their device, or on what counts as such."""
    wanted = {(job.cell.task, job.cell.model): job.cell.device for job in jobs}
    costs: dict[str, Cost] = {}
    for row in rows:
        device = wanted.get((row.task, row.model))
        if device is not None and is_of(row, device) and "eval_sec" in row.cost:
            add_cost(costs, kind_of(row), row)
    return costs


def add_cost(costs: dict[str, Cost], kind: str, row: Row) -> None:
    """Takes a row of the kind into the means."""
    steps = int(row.cost.get("steps", 0))
    per_step = row.cost.get("train_sec", 0.0) / steps if steps else 0.0
    peak = int(row.cost.get("peak_memory_bytes", 0))
    new = Cost(per_step, row.cost.get("eval_sec", 0.0), frozenset({steps}), 1, peak)
    old = costs.get(kind, replace(new, rows=0))
    rows = old.rows + 1
    costs[kind] = Cost(
        old.sec_per_step + (new.sec_per_step - old.sec_per_step) / rows,
        old.eval_sec + (new.eval_sec - old.eval_sec) / rows,
        old.steps | new.steps,
        rows,
        max(old.peak_bytes, peak),
    )


def expected_time(jobs: Sequence[Job], rows: Iterable[Row], workers: int) -> Expected:
    """Of jobs in the order in which they are begun. workers: cells at a time."""
    costs = costs_of(rows, jobs)
    secs, exact, scaled = [], 0, 0
    unknown: dict[str, int] = {}
    for job, kind in zip(jobs, kinds_of(jobs), strict=True):
        if job.unsupported:
            continue
        steps = 0 if job.cell.is_reference else job.cell.preset.budget_steps
        cost = costs.get(kind)
        if cost is None:
            name = f"{job.cell.task} {job.cell.model}"
            unknown[name] = unknown.get(name, 0) + 1
            continue
        exact, scaled = exact + (steps in cost.steps), scaled + (steps not in cost.steps)
        secs.append(cost.sec(steps))
    return Expected(side_by_side(secs, workers), exact, scaled, unknown)


def side_by_side(secs: Sequence[float], workers: int, busy: Sequence[float] = ()) -> float:
    """Until the last of some pieces of work is done, each begun by the first worker that is free.

    secs: of each, in order. busy: seconds that workers still need for what they are at.
    """
    free_at = [*busy, *[0.0] * (workers - len(busy))] or [0.0]
    heapq.heapify(free_at)
    for sec in secs:
        heapq.heapreplace(free_at, free_at[0] + sec)
    return max(free_at)
