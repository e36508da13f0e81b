"""The data of a run, before its cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ganbench.contracts.task import Task
from ganbench.core.reports import Passing
from ganbench.data.datasets.download import Say
from ganbench.running.job import Job
from ganbench.running.live import LiveRun
from ganbench.running.preview import draw_previews
from ganbench.running.small_sets import small_sets

Prepare = Callable[[Sequence[Task], Sequence[Job], Path, LiveRun, Say], None]


def prepare_data(
    tasks: Sequence[Task], todo: Sequence[Job], output: Path, live: LiveRun, say: Say
) -> None:
    """Makes or reads the data of the cells, says what is odd about them, and draws both domains."""
    preparing = f"preparing the data of {', '.join(dict.fromkeys(job.cell.task for job in todo))}"

    def report(line: str) -> None:
        is_passing = isinstance(line, Passing)
        live.does(str(line) if is_passing else preparing)  # as plain text, to be written
        if not is_passing:
            say(line)

    live.does(preparing)
    for task in tasks:
        task.prepare(report)
    for line in small_sets(todo):
        say(line)
    for path in draw_previews(todo, output):
        say(f"both domains: {path}")


def nothing_to_prepare(
    tasks: Sequence[Task], todo: Sequence[Job], output: Path, live: LiveRun, say: Say
) -> None:
    """Of a later round, whose data are there."""
