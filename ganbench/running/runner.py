"""The main job: plan what was asked, run the cells that are left, draw figures, give the rows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ganbench.core.errors import UserError
from ganbench.core.files import refuse_around, refuse_inside
from ganbench.core.own_process import require_started, without_script_of_no_file
from ganbench.core.portable import is_portable
from ganbench.core.portable_process import called_portable
from ganbench.core.spec import DEFAULT_EVERY, MAX_MEGAPIXELS, Every, ScoredSplit
from ganbench.data.datasets.download import Say
from ganbench.evaluation.fidelity.extractors import EXTRACTORS
from ganbench.evaluation.fidelity.obtain import obtain
from ganbench.registry.registry import Registry, discover
from ganbench.reporting.figures import draw_figures
from ganbench.reporting.groups import most_seeds
from ganbench.results.benchmark_file import NO_FILE, BenchmarkFile, keep_benchmark, read_benchmark
from ganbench.results.folder import (
    cell_folder,
    open_output,
    read_rows,
    read_rows_alone,
    refuse_among_results,
    refuse_odd_name,
    refuse_strangers,
    set_torn_aside,
)
from ganbench.results.looks import begin_design, note_look
from ganbench.results.records import Row
from ganbench.results.run_state import rows_bytes
from ganbench.running.audience import Audience
from ganbench.running.backends.backend import Backend
from ganbench.running.backends.choose import backend_for, gpus_here
from ganbench.running.backends.early import Early, no_early_workers
from ganbench.running.backends.gpus import Gpus
from ganbench.running.backends.part import settled
from ganbench.running.best_on_test import lines_on_rows_without
from ganbench.running.build import network_size
from ganbench.running.claim_names import require_known_names
from ganbench.running.compile_choice import Find, compiled_where_it_pays, kept_or_measured
from ganbench.running.frame import frame
from ganbench.running.job import Grid, Job
from ganbench.running.listener import Listener, Silent
from ganbench.running.live import live_run, shown_to_others
from ganbench.running.memory_check import require_memory
from ganbench.running.prepare import Prepare, nothing_to_prepare, prepare_data
from ganbench.running.request import LOCAL, WHERE_IT_PAYS, Compile, Request, completed, request_of
from ganbench.running.resolve import resolve
from ganbench.running.rounds import Rounds, all_seeds, rounds_of
from ganbench.running.tracked import tracked
from ganbench.training.checkpoint_selection import SNAPSHOTS
from ganbench.training.loop import CHECKPOINT

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Result:
    """The rows of the request's cells, in its order, and the figures that were drawn."""

    rows: tuple[Row, ...]
    figures: tuple[Path, ...]

    @property
    def complete(self) -> bool:
        """Every cell is done; one that a model does not support does not count."""
        return all(row.status in {"done", "skipped"} for row in self.rows)


def left_to_do(jobs: Sequence[Job], rows: Sequence[Row], afresh: bool) -> list[Job]:
    """Cells without a settled row, or whose row was scored by other code or lacks a metric."""
    known = {row.cell: row for row in rows}
    return [job for job in jobs if afresh or not settled(job, known.get(job.id))]


def check_output(grid: Grid, output: Path) -> None:
    """Raises UserError where rows would be written among the data or among other things."""
    paths = [path for task in grid.tasks for path in task.paths.values()]
    refuse_inside(output, paths, "--output")
    refuse_around(output, paths, "--output")
    refuse_among_results(output, "--output")
    refuse_strangers(output)
    refuse_odd_name(output, "--output")


@dataclass(frozen=True)
class Planned:
    """A request with every choice made but that of `with_compiling`. folder: for its rows. file:
    its benchmark, or `NO_FILE`. grid: of all seeds that it may come to. rounds: which of them are
    asked for, and when.
    """

    request: Request
    file: BenchmarkFile
    registry: Registry
    backend: Backend
    grid: Grid
    rounds: Rounds
    folder: Path
    gpus: Gpus

    @property
    def left(self) -> list[Job]:
        """What is to be done of the first round, as the folder's rows are now."""
        return left_to_do(self.rounds.first, read_rows(self.folder).rows, self.request.overwrite)


def planned(request: Request) -> Planned:
    """The request with its choices made; nothing is computed or written yet.

    Raises UserError for the user's mistakes.
    """
    file = read_benchmark(request.benchmark) if request.benchmark else NO_FILE
    request = completed(request, file)
    gpus = gpus_here(request)
    backend = backend_for(request, gpus)
    registry = discover(request.plugins)
    require_known_names(file.claims, registry)
    grid = resolve(replace(request, seeds=all_seeds(request)), registry)
    rounds = rounds_of(request, file, grid.jobs, registry.columns, backend)
    name = request.benchmark.stem if request.benchmark else "+".join(request.tasks)
    folder = request.output or default_output(name, grid.preset.name, request.split)
    check_output(grid, folder)
    return Planned(request, file, registry, backend, grid, rounds, folder, gpus)


def with_compiling(plan: Planned, find: Find, say: Say) -> Planned:
    """The plan with the choice of what is compiled made, where the request leaves it open."""
    if plan.request.compiled != WHERE_IT_PAYS:
        return plan
    workers = plan.backend.cells_at_a_time(plan.rounds.first)
    grid = compiled_where_it_pays(plan.grid, plan.request, plan.folder, workers, find, say)
    columns = plan.registry.columns
    rounds = rounds_of(plan.request, plan.file, grid.jobs, columns, plan.backend)
    return replace(plan, grid=grid, rounds=rounds)


def carry_out(plan: Planned, listener: Listener, early: Early = no_early_workers) -> Result:
    """Fetch weights, run the cells that are left, append their rows to the folder, draw figures.

    early: a context in which a backend has its workers for jobs already; nothing was computed yet.
    Raises UserError for the user's mistakes.
    """
    request, output = plan.request, plan.folder
    if not request.offline:
        fetch_weights(plan.grid.jobs, request.cache_dir, listener.say)
    open_output(output)
    find = partial(kept_or_measured, request, plan.gpus, listener.say)
    plan = with_compiling(plan, find, listener.say)
    first = plan.rounds.first
    if plan.file.claims:  # first, so that a run that is interrupted has its claims too
        keep_benchmark(plan.file, output)
    begin_design(output, plan.rounds.design)
    since, before = rows_bytes(output), whole_rows(output, listener)
    todo = left_to_do(first, before, request.overwrite)
    left = {job.id for job in todo}
    kept = {row.cell: row for row in before if row.cell not in left}
    for line in lines_on_rows_without(first, kept):
        listener.say(line)
    with early(plan.backend, todo):
        rows, has_worked = run_rounds(plan, before, since, listener)
    if has_worked:
        draw_figures(rows, output, plan.registry, listener.say)
    return Result(rows, tuple(sorted((output / "figures").glob("*.png"))))


def run_rounds(
    plan: Planned, before: Sequence[Row], since: int, listener: Listener
) -> tuple[tuple[Row, ...], bool]:
    """The run's rows in the end, and whether there was anything to do. before: of the folder.
    since: the length of its rows file before they were read.
    """
    asked: dict[str, Job] = {}
    jobs, stored, has_worked = plan.rounds.first, before, False
    while jobs:
        asked |= {job.id: job for job in jobs}
        todo = left_to_do(jobs, stored, plan.request.overwrite)
        require_memory(todo, plan.request, plan.gpus)
        if plan.request.overwrite:
            forget(todo, plan.folder)
        if todo:
            prepare = nothing_to_prepare if has_worked else prepare_data
            run_left(plan, todo, list(asked.values()), stored, since, listener, prepare)
            stored, has_worked = read_rows(plan.folder).rows, True
        else:
            listener.say(f"cells: {len(asked)}, to do: 0")
        rows = rows_of(plan.grid, stored)
        if plan.request.overwrite:  # older rows of further seeds take no part
            rows = tuple(row for row in rows if row.cell in asked)
        jobs = plan.rounds.then(rows, asked, listener.say)
    note_result(plan, stored)
    return rows, has_worked


def note_result(plan: Planned, stored: Sequence[Row]) -> None:
    """Notes that the run's results are looked at now. stored: the folder's rows."""
    if seeds := most_seeds(stored):
        note_look(plan.folder, plan.rounds.design, seeds)


def run_left(
    plan: Planned,
    todo: Sequence[Job],
    asked: Sequence[Job],
    rows: Sequence[Row],
    since: int,
    listener: Listener,
    prepare: Prepare,
) -> None:
    """Prepares the data, and runs the cells. asked: all of the run so far. rows: those that the
    folder has. since: as `run_rounds` has it.
    """
    output = plan.folder
    live = live_run(todo, asked, rows, output, plan.backend.cells_at_a_time(todo))
    with (
        listener.follow(live),
        shown_to_others(live, output),
        tracked(plan.request.log, output, todo, live.plan.cells, listener.say) as trackers,
    ):
        audience = Audience(live, trackers, listener)
        prepare(plan.grid.tasks, todo, output, live, listener.say)
        jobs = heaviest_first(todo)
        live.does("")
        listener.say(f"cells: {len(asked)}, to do: {len(todo)}")
        ended = plan.backend.run(jobs, output, since, audience.progress, listener.say)
        for _, row in zip(todo, ended, strict=True):
            audience.ended(row)


def fetch_weights(jobs: Sequence[Job], cache_dir: Path, say: Say) -> None:
    """Downloads what the jobs' metrics need and no folder has. Where that fails, the metrics tell
    in each row why they are skipped.
    """
    context = jobs[0].context
    names = {name for job in jobs for name in job.metrics if name in EXTRACTORS}
    for name in sorted(names):
        try:
            obtain(EXTRACTORS[name].weights, context.weights, cache_dir, say)
        except UserError as error:
            say(f"{name} will be skipped: {error}")


def whole_rows(output: Path, listener: Listener) -> Sequence[Row]:
    """The folder's rows; a last line that was cut off is set aside."""
    stored = read_rows_alone(output)
    if stored.torn:
        aside = set_torn_aside(output, stored.torn)
        listener.say(
            f"the last line of {output / 'rows.jsonl'} was cut off; it is now in {aside} "
            "and its cell is run again"
        )
    return stored.rows


def heaviest_first(jobs: Sequence[Job]) -> list[Job]:
    """Jobs by falling size of their networks, so that no long cell is left alone at the end."""
    sizes: dict[tuple[str, str], int] = {}
    for job in jobs:
        kind = job.cell.task, job.cell.model
        if kind not in sizes:
            sizes[kind] = network_size(job)
    return sorted(jobs, key=lambda job: -sizes[job.cell.task, job.cell.model])


def forget(jobs: Sequence[Job], output: Path) -> None:
    """Drop the checkpoints of cells that are to be trained from the start."""
    for job in jobs:
        (cell_folder(output, job.cell.id) / CHECKPOINT).unlink(missing_ok=True)


def rows_of(grid: Grid, stored: Sequence[Row]) -> tuple[Row, ...]:
    """Those of the stored rows that are of the grid's cells, in its order."""
    known = {row.cell: row for row in stored}
    return tuple(known[job.cell.id] for job in grid.jobs if job.cell.id in known)


def default_output(name: str, preset: str, split: ScoredSplit) -> Path:
    """name: of the tasks or of the benchmark file."""
    return Path("results") / "-".join([name, preset, *([] if split == "test" else [split])])


def run(
    models: Sequence[str] = (),
    tasks: Sequence[str] = (),
    seeds: int | Sequence[int] | None = None,
    *,
    benchmark: Path | str | None = None,
    output: Path | str | None = None,
    preset: str = "",
    recipe: str = "",
    sets: Sequence[str] = (),
    budget: Mapping[str, float] | None = None,
    data: Mapping[str, Path | str] | None = None,
    metrics: Sequence[str] = (),
    references: Sequence[str] | None = None,
    split: ScoredSplit = "test",
    device: str = "auto",
    precision: Literal["auto", "fp32", "bf16"] = "auto",
    threads: int = 1,
    workers: int = 0,
    per_device: int = 1,
    backend: str = "processes",
    on: str = LOCAL,
    on_sets: Sequence[str] = (),
    time_limit_sec: float = 0.0,
    together: int = 0,
    compiled: Compile = False,
    portable: bool = False,
    checkpoint_activations: bool = False,
    micro_batch: int = 0,
    checkpoint_every: Every = DEFAULT_EVERY,
    snapshots: int = SNAPSHOTS,
    best_on_test: str = "",
    overwrite: bool = False,
    weights_dir: Path | str | None = None,
    offline: bool = False,
    plugins: Sequence[Path | str] = (),
    log: Sequence[str] = (),
    until_decided: bool = False,
    max_seeds: int = 0,
    cache_dir: Path | str | None = None,
    skip_unreadable: bool = False,
    max_megapixels: float = MAX_MEGAPIXELS,
) -> pd.DataFrame:
    """`ganbench run`: options as `Request` has them; a cell a line. Raises TimeIsUp, UserError."""
    return frame(rows_asked(request_of(**locals())))  # of the arguments, all of them


def rows_asked(request: Request) -> tuple[Row, ...]:
    """Of a request that is carried out in silence. Raises UserError for the user's mistakes."""
    require_started()
    if request.portable and request.backend == "processes" and not is_portable(os.environ):
        return called_portable(rows_asked, request)
    with without_script_of_no_file():
        return carry_out(planned(request), Silent()).rows
