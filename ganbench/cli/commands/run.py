"""`ganbench run`: arguments to a request, progress to the terminal, rows to tables."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TimeRemainingColumn

from ganbench.cli.commands.show import print_sheets
from ganbench.core.errors import UserError
from ganbench.core.terminal import console, text_column
from ganbench.registry.registry import Registry
from ganbench.reporting.choice import Choice
from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.groups import variant_labels
from ganbench.reporting.tables import table_sheets
from ganbench.results.records import Row
from ganbench.running.backends.backend import Progress as CellProgress
from ganbench.running.backends.early import Early
from ganbench.running.job import Job
from ganbench.running.memory_check import require_memory
from ganbench.running.provenance import empty_row
from ganbench.running.request import request_of
from ganbench.running.runner import Listener, Planned, carry_out, planned

PLAIN_EVERY_SEC = 15.0
MAX_FOLLOWED = 8  # cells that are shown one by one; many seeds may train together


def run_command(
    *,
    seeds: int | None,
    seed_list: tuple[int, ...],
    steps: int | None,
    size: int | None,
    width: int | None,
    batch_size: int | None,
    plugin_folders: Sequence[Path],
    dry_run: bool,
    early: Early,
    **same_names: Any,
) -> int:
    """The exit code: 0 all cells done, 1 some cell not done. early: a context in which a backend
    has its workers for jobs already.
    """
    if seeds and seed_list:
        raise UserError("--seeds and --seed-list exclude each other", "ganbench run", "drop one")
    budget = {"budget_steps": steps, "size": size, "width": width, "batch_size": batch_size}
    request = request_of(
        seeds=seed_list or seeds, budget=budget, plugins=plugin_folders, **same_names
    )
    plan = planned(request)
    if dry_run:
        require_memory(plan.left, plan.request, plan.gpus)
        show_plan(plan)
        return 0
    result = carry_out(plan, terminal_listener(), early)
    report(result.rows, result.figures, plan.folder, plan.registry)
    print_sheets(claim_sheets(plan.file.claims, result.rows, plan.registry.columns), "rich")
    return 0 if result.complete else 1


def show_plan(plan: Planned) -> None:
    left = {job.cell.id for job in plan.left}
    labels = variant_labels(map(empty_row, plan.grid.jobs))
    for job in plan.grid.jobs:
        cell = job.cell
        state = "to do" if cell.id in left else "done"
        click.echo(
            f"{cell.id}  {cell.task}  {labels[cell.id]}  seed {cell.seed}  "
            f"{cell.preset.name}/{cell.recipe}  {state}"
        )
    click.echo(f"cells: {len(plan.grid.jobs)}, to do: {len(left)}, in {plan.folder}")


def report(rows: Sequence[Row], figures: Sequence[Path], folder: Path, registry: Registry) -> None:
    short = Choice(minor=registry.minor_columns)
    print_sheets(table_sheets(rows, registry.columns, choice=short), "rich")
    for figure in figures:
        click.echo(f"figure: {figure}")
    click.echo(f"rows:   {folder / 'rows.jsonl'}  (`ganbench table {folder}` prints this again)")
    trained = [row for row in rows if not row.is_reference]
    if min(len({row.model for row in trained}), len({row.seed for row in trained})) > 1:
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
        self._shown_at: dict[str, float] = {}
        self._left = 0

    def say(self, line: str) -> None:
        click.echo(line, err=True)

    def start(self, jobs: Sequence[Job], total: int) -> None:
        self._jobs = {job.cell.id: job for job in jobs}
        self._left = len(jobs)
        self.say(f"cells: {total}, to do: {len(jobs)}")

    def progress(self, progress: CellProgress) -> None:
        if progress.cell not in self._shown_at and len(self._shown_at) >= MAX_FOLLOWED:
            return
        now = time.monotonic()
        last = self._shown_at.setdefault(progress.cell, now)
        if progress.losses and now - last >= PLAIN_EVERY_SEC:
            self._shown_at[progress.cell] = now
            job = self._jobs[progress.cell]
            steps = f"{progress.step}/{job.cell.preset.budget_steps}"
            self.say(f"{cell_name(job)}: step {steps} {losses_text(progress.losses)}")

    def ended(self, row: Row) -> None:
        self._left -= 1
        self._shown_at.pop(row.cell, None)
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
