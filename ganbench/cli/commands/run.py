"""`ganbench run`: arguments to a request, progress to the terminal, rows to tables."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TimeRemainingColumn

from ganbench.cli.commands.score import say
from ganbench.cli.commands.show import print_sheets
from ganbench.core.cache import default_cache_dir
from ganbench.core.errors import UserError
from ganbench.core.terminal import console, text_column
from ganbench.evaluation.fidelity.extractors import EXTRACTORS
from ganbench.evaluation.fidelity.weights import obtain
from ganbench.registry.registry import Registry, discover
from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.tables import table_sheets
from ganbench.results.benchmark_file import NO_FILE, BenchmarkFile, keep_benchmark, read_benchmark
from ganbench.results.folder import open_output, read_rows
from ganbench.results.records import Row
from ganbench.running.executor import Progress as CellProgress
from ganbench.running.job import Job, Request
from ganbench.running.resolve import resolve
from ganbench.running.runner import Listener, check_output, default_output, left_to_do, run_grid

DEFAULT_SEEDS = 3
PLAIN_EVERY_SEC = 15.0
MAX_FOLLOWED = 8  # cells that are told of one by one; many seeds may train together


def run_command(
    *,
    benchmark: Path | None,
    workers: int | None,
    output: Path | None,
    dry_run: bool,
    overwrite: bool,
    offline: bool,
    plugin_folders: Sequence[Path],
    **asked: Any,
) -> int:
    """The exit code: 0 all cells done, 1 some cell not done."""
    file = read_benchmark(benchmark) if benchmark else NO_FILE
    request = request_for(file, **asked)
    registry = discover(plugin_folders)
    grid = resolve(request, registry)
    name = benchmark.stem if benchmark else "+".join(request.tasks)
    folder = output or default_output(name, grid.preset.name, request.split)
    check_output(grid, folder)
    if dry_run:
        show_plan(grid.jobs, left_to_do(grid, read_rows(folder).rows, overwrite), folder)
        return 0
    if not offline:
        fetch_weights(grid.jobs, request.cache_dir)
    if file.claims:  # first, so that a run that is interrupted has its claims too
        open_output(folder)
        keep_benchmark(file, folder)
    result = run_grid(grid, folder, workers or 0, overwrite, terminal_listener())
    report(result.rows, result.figures, folder, registry)
    print_sheets(claim_sheets(file.claims, result.rows, registry.columns), "rich")
    return 0 if result.complete else 1


def request_for(
    file: BenchmarkFile,
    *,
    models: tuple[str, ...],
    tasks: tuple[str, ...],
    seeds: int | None,
    seed_list: tuple[int, ...],
    steps: int | None,
    size: int | None,
    width: int | None,
    batch_size: int | None,
    cache_dir: Path | None,
    sets: tuple[str, ...],
    metrics: tuple[str, ...],
    preset: str,
    recipe: str,
    together: int | None,
    **same_names: Any,
) -> Request:
    """What the options ask for; where they leave a choice, the file's."""
    if seeds and seed_list:
        raise UserError("--seeds and --seed-list exclude each other", "ganbench run", "drop one")
    models, tasks = models or file.models, tasks or file.tasks
    for name, given in (("--models", models), ("--task", tasks)):
        if not given:
            raise UserError("no name is given", name, "see `ganbench list`")
    budget = {"budget_steps": steps, "size": size, "width": width, "batch_size": batch_size}
    return Request(
        models=models,
        tasks=tasks,
        seeds=seed_list or tuple(range(seeds or 0)) or file.seeds or tuple(range(DEFAULT_SEEDS)),
        cache_dir=cache_dir or default_cache_dir(),
        budget={key: value for key, value in budget.items() if value is not None},
        sets=(*sets_for(file, (*models, *tasks)), *sets),
        metrics=metrics or file.metrics,
        preset=preset or file.preset,
        recipe=recipe or file.recipe,
        together=together or 0,
        **same_names,
    )


def fetch_weights(jobs: Sequence[Job], cache_dir: Path) -> None:
    """Downloads what the jobs' metrics need and no folder has. Where that fails, the metrics tell
    in each row why they are skipped.
    """
    names = {name for job in jobs for name in job.metrics if name in EXTRACTORS}
    for name in sorted(names):
        try:
            obtain(EXTRACTORS[name].weights, jobs[0].weights, cache_dir, say)
        except UserError as error:
            say(f"{name} will be skipped: {error}")


def sets_for(file: BenchmarkFile, wanted: Sequence[str]) -> list[str]:
    """The file's options, without those of its models and tasks that this run leaves out."""
    left_out = {*file.models, *file.tasks} - set(wanted)
    return [text for text in file.sets if text.partition(".")[0] not in left_out]


def show_plan(jobs: Sequence[Job], todo: Sequence[Job], folder: Path) -> None:
    left = {job.cell.id for job in todo}
    for job in jobs:
        cell = job.cell
        state = "to do" if cell.id in left else "done"
        click.echo(
            f"{cell.id}  {cell.task}  {cell.model}  seed {cell.seed}  "
            f"{cell.preset.name}/{cell.recipe}  {state}"
        )
    click.echo(f"cells: {len(jobs)}, to do: {len(todo)}, in {folder}")


def report(rows: Sequence[Row], figures: Sequence[Path], folder: Path, registry: Registry) -> None:
    print_sheets(table_sheets(rows, registry.columns), "rich")
    for figure in figures:
        click.echo(f"figure: {figure}")
    click.echo(f"rows:   {folder / 'rows.jsonl'}  (`ganbench table {folder}` prints this again)")
    click.echo(f"tests:  `ganbench compare {folder}` tests the models against each other")


def terminal_listener() -> Listener:
    screen = console(stderr=True)
    return BarListener(screen) if screen.is_terminal else PlainListener()


def cell_name(job: Job) -> str:
    return f"{job.cell.task} {job.cell.model} seed {job.cell.seed}"


def losses_text(losses: Mapping[str, float]) -> str:
    return " ".join(f"{name} {value:.3g}" for name, value in losses.items())


def ended_text(row: Row) -> str:
    seconds = row.cost.get("train_sec", 0.0)
    why = f": {row.reason}" if row.reason else ""
    return f"{row.task} {row.model} seed {row.seed} {row.status} in {seconds:.0f} s{why}"


class PlainListener:
    """Lines for a log file: each cell's start and end, and now and then where it stands."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._told_at: dict[str, float] = {}
        self._left = 0

    def say(self, line: str) -> None:
        click.echo(line, err=True)

    def start(self, jobs: Sequence[Job], total: int) -> None:
        self._jobs = {job.cell.id: job for job in jobs}
        self._left = len(jobs)
        self.say(f"cells: {total}, to do: {len(jobs)}")

    def progress(self, progress: CellProgress) -> None:
        if progress.cell not in self._told_at and len(self._told_at) >= MAX_FOLLOWED:
            return
        now = time.monotonic()
        last = self._told_at.setdefault(progress.cell, now)
        if progress.losses and now - last >= PLAIN_EVERY_SEC:
            self._told_at[progress.cell] = now
            job = self._jobs[progress.cell]
            steps = f"{progress.step}/{job.cell.preset.budget_steps}"
            self.say(f"{cell_name(job)}: step {steps} {losses_text(progress.losses)}")

    def ended(self, row: Row) -> None:
        self._left -= 1
        self._told_at.pop(row.cell, None)
        self.say(f"{ended_text(row)} ({self._left} left)")


class BarListener:
    """A bar for the whole run with its ETA, and one for each cell that is followed, with its
    losses. screen: from `terminal.console`, for the lines above the bars.
    """

    def __init__(self, screen: Console) -> None:
        self._bars = Progress(
            text_column("{task.description}"),
            BarColumn(),
            text_column("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
            text_column("{task.fields[losses]}"),
            console=screen,
            transient=True,
        )
        self._jobs: dict[str, Job] = {}
        self._cells: dict[str, TaskID] = {}
        self._whole: TaskID | None = None
        self._steps: dict[str, int] = {}

    def say(self, line: str) -> None:
        self._bars.console.print(line)

    def start(self, jobs: Sequence[Job], total: int) -> None:
        self.say(f"cells: {total}, to do: {len(jobs)}")
        self._jobs = {job.cell.id: job for job in jobs}
        if jobs:
            steps = sum(job.cell.preset.budget_steps for job in jobs)
            self._whole = self._bars.add_task("all cells", total=steps, losses="")
            self._bars.start()

    def progress(self, progress: CellProgress) -> None:
        job = self._jobs[progress.cell]
        self._steps[progress.cell] = progress.step
        self._update_whole()
        if progress.cell not in self._cells:
            if len(self._cells) >= MAX_FOLLOWED:
                return
            total = job.cell.preset.budget_steps
            self._cells[progress.cell] = self._bars.add_task(cell_name(job), total=total, losses="")
        bar = self._cells[progress.cell]
        self._bars.update(bar, completed=progress.step, losses=losses_text(progress.losses))

    def ended(self, row: Row) -> None:
        if row.cell in self._cells:
            self._bars.remove_task(self._cells.pop(row.cell))
        self._steps[row.cell] = self._jobs[row.cell].cell.preset.budget_steps
        self._update_whole()
        self.say(ended_text(row))
        del self._jobs[row.cell]
        if not self._jobs:
            self._bars.stop()

    def _update_whole(self) -> None:
        if self._whole is not None:
            self._bars.update(self._whole, completed=sum(self._steps.values()))
