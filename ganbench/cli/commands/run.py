"""`ganbench run`: arguments to a request, progress to the terminal, rows to tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.commands.listeners import terminal_listener
from ganbench.cli.commands.live_view import duration
from ganbench.cli.commands.show import print_sheets
from ganbench.core.budget import KIMG
from ganbench.core.errors import UserError
from ganbench.core.files import for_shell
from ganbench.core.terminal import message
from ganbench.registry.registry import BUILT_IN, Registry
from ganbench.registry.source import Plugin
from ganbench.reporting.choice import Choice
from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.designs import design_of
from ganbench.reporting.groups import cell_labels
from ganbench.reporting.tables import table_sheets
from ganbench.results.folder import read_rows
from ganbench.results.records import Row
from ganbench.running.backends.early import Early
from ganbench.running.cell import TRACEBACK
from ganbench.running.compile_choice import only_kept
from ganbench.running.expected_time import expected_time
from ganbench.running.memory_check import require_memory
from ganbench.running.provenance import empty_row
from ganbench.running.request import Request, request_of
from ganbench.running.runner import Planned, carry_out, heaviest_first, planned, with_compiling
from ganbench.running.time_limit import TimeIsUp, time_limited


def run_command(
    *,
    seeds: int | None,
    seed_list: tuple[int, ...],
    steps: int | None,
    kimg: float | None,
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
    lengths = {"budget_steps": steps, KIMG: kimg}
    budget = {**lengths, "size": size, "width": width, "batch_size": batch_size}
    request = request_of(
        seeds=seed_list or seeds, budget=budget, plugins=plugin_folders, **same_names
    )
    try:
        with time_limited(request.time_limit_sec):
            return carried_out(request, dry_run, early)
    except TimeIsUp as up:
        click.echo(f"{up.what}; {up.fix}", err=True)
        return up.exit_code


def carried_out(request: Request, dry_run: bool, early: Early) -> int:
    plan = planned(request)
    if dry_run:
        plan = with_compiling(plan, only_kept, lambda line: click.echo(message(line, sys.stdout)))
        require_memory(plan.left, plan.request, plan.gpus)
        show_plan(plan)
        return 0
    result = carry_out(plan, terminal_listener(), early)
    report(result.rows, result.figures, plan.folder, plan.registry)
    columns, design = plan.registry.columns, design_of(plan.folder)
    print_sheets(claim_sheets(plan.file.claims, result.rows, columns, design=design), "rich")
    return 0 if result.complete else 1


def show_plan(plan: Planned) -> None:
    left = {job.cell.id for job in plan.left}
    first = plan.rounds.first
    labels = cell_labels(map(empty_row, first))
    for job in first:
        cell = job.cell
        state = "to do" if cell.id in left else "done"
        click.echo(
            f"{cell.id}  {cell.task}  {labels[cell.id]}  seed {cell.seed}  "
            f"{'/'.join(filter(None, (cell.preset.name, cell.recipe)))}  {state}"
        )
    click.echo(f"cells: {len(first)}, to do: {len(left)}, in {plan.folder}")
    if left:
        for line in time_lines(plan):
            click.echo(line)
    if more := len(plan.grid.jobs) - len(first):
        click.echo(f"then:  where a claim is undecided, up to {more} cells of further seeds")


def time_lines(plan: Planned) -> list[str]:
    """How long the cells will take, as far as rows of the folder tell."""
    jobs = heaviest_first(plan.left)
    workers = plan.backend.cells_at_a_time(jobs)
    expected = expected_time(jobs, read_rows(plan.folder).rows, workers)
    sources = {
        "{} by rows of the folder": expected.exact,
        "{} estimated from rows of other numbers of steps": expected.scaled,
        **{f"{{}} of {name} not known": number for name, number in expected.unknown.items()},
    }
    told = [text.format(number) for text, number in sources.items() if number]
    if not expected.exact + expected.scaled:
        return ["time:  not known, for the folder has no row of such cells on this device"]
    side = f" with {workers} cells at a time" if workers > 1 else ""
    return [f"time:  about {duration(expected.sec)}{side}", f"       cells: {', '.join(told)}"]


def report(rows: Sequence[Row], figures: Sequence[Path], folder: Path, registry: Registry) -> None:
    short = Choice(minor=registry.minor_columns)
    print_sheets(table_sheets(rows, registry.columns, choice=short), "rich")
    for figure in figures:
        click.echo(f"figure: {figure}")
    shown = for_shell(folder)
    click.echo(f"rows:   {folder / 'rows.jsonl'}")
    click.echo(f"again:  `ganbench table {shown}` prints the tables")
    for plugin in own_plugins([row for row in rows if TRACEBACK in row.reason], registry):
        click.echo(f"check:  `ganbench check {for_shell(plugin.path)}` looks for faults of it")
    trained = [row for row in rows if not row.is_reference]
    if min(len({row.model for row in trained}), len({row.seed for row in trained})) > 1:
        click.echo(f"tests:  `ganbench compare {shown}` tests the models against each other")


def own_plugins(rows: Sequence[Row], registry: Registry) -> list[Plugin]:
    """Those of the user's own that the rows are of, and all of his metrics, which rows that have
    failed do not name.
    """
    named = {*(row.model for row in rows), *(row.task for row in rows)}
    own = [plugin for plugin in registry.plugins if plugin.origin != BUILT_IN and not plugin.error]
    suspects = [plugin for plugin in own if plugin.name in named or plugin.kind == "metric"]
    return suspects if rows else []
