"""Who shows a run while it goes on: bars on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console, RenderableType
from rich.live import Live

from ganbench.cli.commands.live_view import cell_line, duration, run_view, whole_line
from ganbench.core.terminal import console, message, wrapped
from ganbench.results.records import Row
from ganbench.results.run_state import PlannedCell
from ganbench.running.listener import Listener
from ganbench.running.live import LiveRun

PLAIN_EVERY_SEC = 15.0
REFRESHES_A_SEC = 4
MAX_FOLLOWED = 8  # cells that lines are written of; many seeds may train together


def terminal_listener() -> Listener:
    screen = console(stderr=True)
    return BarListener(screen) if screen.is_terminal else PlainListener()


def ended_text(row: Row, cell: PlannedCell) -> str:
    seconds = row.cost.get("train_sec", 0.0)
    why = f": {row.reason}" if row.reason else ""
    return f"{cell.name} {row.status} in {seconds:.0f} s{why}"


class PlainListener:
    """Lines for a log file: each cell's end, and now and then where those under way stand."""

    def say(self, line: str) -> None:
        click.echo(message(line, sys.stderr), err=True)

    @contextmanager
    def follow(self, live: LiveRun) -> Iterator[None]:
        over = threading.Event()

        def tell() -> None:
            while not over.wait(PLAIN_EVERY_SEC):
                for line in plain_lines(live):
                    self.say(line)

        telling = threading.Thread(target=tell, daemon=True)
        telling.start()
        try:
            yield
        finally:
            over.set()
            telling.join()

    def ended(self, row: Row, cell: PlannedCell, left: int) -> None:
        self.say(f"{ended_text(row, cell)} ({left} left)")


def plain_lines(live: LiveRun) -> list[str]:
    """What the run does, a line each for the first of its cells, and one for all."""
    run, now = live.run(), time.time()
    if run.state.doing:
        return [f"{run.state.doing} ({duration(now - run.plan.started)})"]
    planned = {cell.cell: cell for cell in run.plan.cells}
    lines = []
    for state in run.state.cells[:MAX_FOLLOWED]:
        line = cell_line(planned[state.cell], state, now)
        percent, steps, left = line.texts
        told = f"step {steps}, {percent}" if steps else ""
        parts = (told, left, " ".join(line.below))
        lines.append(f"{line.name}: {', '.join(filter(None, parts))}")
    if len(run.state.cells) < run.state.left:
        _, cells, left = whole_line(run, now, "").texts
        lines.append(f"all cells: {cells} done" + (f", about {left}" if left else ""))
    return lines


class BarListener:
    """Bars. screen: from `terminal.console`, for the lines above them."""

    def __init__(self, screen: Console) -> None:
        self._screen = screen

    def say(self, line: str) -> None:
        self._screen.print(wrapped(line, self._screen.width), soft_wrap=True)

    @contextmanager
    def follow(self, live: LiveRun) -> Iterator[None]:
        def view() -> RenderableType:
            return run_view(live.run(), time.time(), self._screen.width, self._screen.height)

        with Live(
            get_renderable=view,
            console=self._screen,
            refresh_per_second=REFRESHES_A_SEC,
            transient=True,
        ):
            yield

    def ended(self, row: Row, cell: PlannedCell, left: int) -> None:
        self.say(ended_text(row, cell))
