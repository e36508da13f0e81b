"""`ganbench status`: what a result folder's files and an engine tell. No torch here."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.table import Table
from rich.text import Text

from ganbench.cli.commands.live_view import cell_text
from ganbench.cli.commands.watch import bad_text, left_text, moment, run_text, table_of
from ganbench.core.errors import UserError
from ganbench.core.terminal import console
from ganbench.reporting.watching import Watched, WatchedRun, watched
from ganbench.results.run_state import CellState, PlannedCell
from ganbench.running.backends import slurm_commands

MAX_LOGS = 3
GOOD = ("done", "skipped")
ASKED_HOW = {"slurm": slurm_commands.states_of}
COLUMNS = ("at work", "step", "where")


def status_command(folder: Path) -> int:
    """Exit code 0 where every cell that the folder knows of is done, 1 where one is not."""
    now, screen = time.time(), console()
    seen = watched(folder, now)
    screen.print(Text(str(folder), "bold"))
    screen.print(table_of(seen))
    lines = [run_text(one, now) for one in seen.runs]
    lines += [line for one in seen.runs for line in engine_lines(one, now)]
    for line in lines:
        screen.print(Text(line))
    if any(run.state.cells for run in seen.at_work):
        screen.print(cells_at_work(seen))
    for line in trouble(seen):
        screen.print(Text(cell_text(line, 3 * screen.width)))
    screen.print(Text(summary(seen, now)))
    return 0 if is_done(seen) else 1


def is_done(seen: Watched) -> bool:
    rows = all(row.status in GOOD for row in seen.rows)
    return rows and not (seen.at_work or seen.waiting or seen.left_off)


def engine_lines(one: WatchedRun, now: float) -> Iterator[str]:
    """The jobs of a run's orders, as the engine has them."""
    for each in one.orders:
        engine = each.order.engine
        try:
            states: Mapping[str, str] = ASKED_HOW[engine](each.order.name)
        except (UserError, KeyError) as error:
            what = error.what if isinstance(error, UserError) else "not from here"
            yield f"{engine} jobs cannot be asked for: {what}"
            continue
        if states:
            told = ", ".join(f"{job} {state}" for job, state in sorted(states.items()))
            yield f"{engine} jobs: {told}"
    logs = [job.log for each in one.orders for job in each.jobs]
    if logs:
        yield f"logs: {', '.join(logs[:MAX_LOGS])}{', …' if len(logs) > MAX_LOGS else ''}"


def cells_at_work(seen: Watched) -> Table:
    """A line a cell: its step, and where it is."""
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in COLUMNS:
        grid.add_column(name, overflow="ellipsis", no_wrap=name != COLUMNS[0])
    for one in seen.runs:
        if one.life != "at work":
            continue
        planned = {cell.cell: cell for cell in one.run.plan.cells}
        for state in one.run.state.cells:
            name, step = planned[state.cell].name, step_of(planned, state)
            grid.add_row(*map(Text, (name, step, place_of(one, state))))
    return grid


def step_of(planned: Mapping[str, PlannedCell], state: CellState) -> str:
    steps = planned[state.cell].steps
    told = f"{state.step:,}/{steps:,}" if steps else ""
    return ", ".join(filter(None, (told, state.doing)))


def place_of(one: WatchedRun, state: CellState) -> str:
    """The machine that a cell is on, with the job of an engine or the process."""
    for each in one.orders:
        for job in each.jobs:
            if any(cell.cell == state.cell for cell in job.cells):
                return f"{job.host}, {each.order.engine} job {job.job}"
    return f"{one.run.plan.host}, process {one.run.plan.pid}"


def trouble(seen: Watched) -> Iterator[str]:
    """Cells that failed or diverged, and those that were left off as they trained, all of them."""
    for row in seen.rows:
        if row.status not in GOOD:
            yield bad_text(row, seen.labels[row.cell])
    yield from (left_text(cell) for cell in seen.left_off if cell.step)


def summary(seen: Watched, now: float) -> str:
    done = sum(row.status in GOOD for row in seen.rows)
    begun = sum(len(run.state.cells) for run in seen.at_work)
    numbers = {
        "done": done,
        "at work": begun,
        "waiting": len(seen.waiting),
        "failed or diverged": len(seen.rows) - done,
        "left off": len(seen.left_off),
    }
    told = ", ".join(f"{number:,} {what}" for what, number in numbers.items() if number)
    ends = [run.state.expected_end for run in seen.at_work]
    known = [end for end in ends if end is not None]
    end = f"; ends about {moment(max(*known, now), now)}" if known else ""
    go_on = "; the same command goes on" if seen.left_off and not seen.at_work else ""
    return f"cells: {told or 'none'}{end}{go_on}"
