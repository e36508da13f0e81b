"""`ganbench watch`: a result folder's files to a terminal. No torch here."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from time import sleep

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ganbench.cli.commands.live_view import cell_text, duration, run_view
from ganbench.core.terminal import console
from ganbench.reporting.watching import LeftOff, Watched, WatchedRun, columns_of, counts, watched
from ganbench.results.records import Row

LOOK_EVERY_SEC = 1.0
MAX_TOLD = 8  # cells of a list; the table has them all
STYLES = {"failed": "red", "diverged": "yellow", "left off": "yellow"}


def watch_command(folder: Path, once: bool) -> int:
    """Exit code 0, also where it is left by Ctrl-C."""
    screen = console()
    seen = watched(folder, time.time())
    if not once and screen.is_terminal and seen.at_work:
        seen = follow(folder, screen, seen)
    screen.print(shown(folder, seen, time.time(), screen.width, screen.height))
    return 0


def follow(folder: Path, screen: Console, seen: Watched) -> Watched:
    """Shows it until no run is at work, or Ctrl-C. Gives how it stands then."""
    with Live(console=screen, auto_refresh=False, transient=True, screen=False) as live:
        try:
            while seen.at_work:
                view = shown(folder, seen, time.time(), screen.width, screen.height)
                live.update(view, refresh=True)
                sleep(LOOK_EVERY_SEC)
                seen = watched(folder, time.time())
        except KeyboardInterrupt:
            return seen
    return seen


def shown(folder: Path, seen: Watched, now: float, width: int, height: int) -> RenderableType:
    """The table of counts, the bars of runs at work, and what went wrong."""
    parts: list[RenderableType] = [Text(str(folder), "bold"), table_of(seen)]
    lines = height - 6 - len(counts(seen))
    for one in seen.runs:
        parts.append(Text(run_text(one, now)))
        if one.life == "at work":
            parts.append(run_view(one.run, now, width, max(5, lines // len(seen.at_work))))
    parts += [Text(cell_text(line, 2 * width)) for line in trouble(seen)]
    return Group(*parts)


def table_of(seen: Watched) -> Table:
    """A line for each task and model: how many of its cells are done, under way and so on."""
    counted = counts(seen)
    columns = columns_of(counted)
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("task", "model"):
        grid.add_column(name, overflow="ellipsis", no_wrap=True)
    for name in columns:
        grid.add_column(name, justify="right", style=STYLES.get(name, ""))
    for (task, model), numbers in sorted(counted.items()):
        grid.add_row(Text(task), Text(model), *(f"{numbers.get(c, 0) or ''}" for c in columns))
    return grid


def run_text(one: WatchedRun, now: float) -> str:
    """Who runs, since when, and when it will end; or why it does not go on."""
    plan, state = one.run.plan, one.run.state
    who = f"run on {plan.host}, process {plan.pid}, since {moment(plan.started, now)}"
    if one.life == "at work":
        end = state.expected_end
        return who + (f"; ends about {moment(max(end, now), now)}" if end is not None else "")
    last = moment(state.updated, now)
    told = {
        "ended": f"{state.ended} at {last}",
        "killed": f"killed after {last}",
        "silent": f"no sign of life since {last}, {duration(now - state.updated)} ago",
    }[one.life]
    return f"{who}: {told}. The same command goes on."


def moment(sec: float, now: float) -> str:
    """A time of the day, with the date where it is not today's. Seconds since 1970."""
    then, today = datetime.fromtimestamp(sec), datetime.fromtimestamp(now).date()
    return f"{then:%H:%M}" if then.date() == today else f"{then:%Y-%m-%d %H:%M}"


def trouble(seen: Watched) -> Iterator[str]:
    """A line for each cell that failed or diverged, or was left off while it trained; the first
    of them.
    """
    bad = [row for row in seen.rows if row.status in ("failed", "diverged")]
    lines = [
        *(bad_text(row, seen.labels[row.cell]) for row in bad),
        *(left_text(cell) for cell in seen.left_off if cell.step),
    ]
    yield from lines[:MAX_TOLD]
    if len(lines) > MAX_TOLD:
        yield f"… and {len(lines) - MAX_TOLD} more"


def bad_text(row: Row, label: str) -> str:
    return f"{row.status}: {row.task} {label} seed {row.seed}: {row.reason}"


def left_text(cell: LeftOff) -> str:
    where = f"at step {cell.step:,} of {cell.steps:,}"
    return f"left off: {cell.task} {cell.model} seed {cell.seed}, {where}"
