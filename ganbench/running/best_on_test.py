"""The checkpoint of a run that does best on the test split, for comparison with what papers print.

It is asked for, kept apart, and has no effect: the run is trained, chosen and scored as without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ganbench.contracts.model import Model
from ganbench.contracts.task import Split, Task
from ganbench.core.errors import UserError, unknown
from ganbench.evaluation.evaluate import Scored
from ganbench.registry.registry import Registry
from ganbench.results.best_on_test import NAME, told, was_asked
from ganbench.results.records import Cell, Row
from ganbench.running.job import Job
from ganbench.running.request import Request
from ganbench.training.checkpoint_selection import Scores, Selection, snapshots

OPTION = "--best-on-test"


@dataclass(frozen=True)
class BestOnTest:
    """Looks at a run on the test split. steps: after which it does. score: the model as it is."""

    steps: frozenset[int]
    selection: Selection
    score: Callable[[], Scores]

    def look(self, step: int) -> None:
        """Keeps the weights after `step` where none before did better."""
        self.selection.look(step, self.score())

    def told(
        self, final: Scores, last_step: int, score: Callable[[], Scores]
    ) -> dict[str, float | str]:
        """For a row's `training`. The arguments are those of `Selection.result`."""
        return told(self.selection.result(final, last_step, score))


def best_on_test_of(
    job: Job,
    task: Task,
    model: Model,
    folder: Path,
    score: Callable[[Split, Sequence[str]], Scored],
) -> BestOnTest | None:
    """None where it is not asked for. folder: the cell's, in which it has one of its own."""
    if job.best_on_test is None:
        return None
    plugin, column = job.best_on_test
    higher = job.context.registry.load("metric", plugin).columns[column].higher_is_better
    own = folder / NAME
    own.mkdir(exist_ok=True)
    test = cache(lambda: task.load("test"))
    steps = job.cell.preset.budget_steps
    return BestOnTest(
        steps=snapshots(steps) | snapshots(steps, job.snapshots),
        selection=Selection(column, bool(higher), model, own),
        score=lambda: score(test(), [plugin]).metrics,
    )


def asked_column(
    request: Request, cell: Cell, metrics: Sequence[str], registry: Registry
) -> tuple[str, str] | None:
    """The plugin and the column that the request chooses on test by. None without such a request,
    and for a reference.

    Raises UserError for a column that is unknown, has no better end or is not scored, and where
    cells are scored on validation.
    """
    column, where = request.best_on_test, f"{OPTION} {request.best_on_test}"
    if not column or cell.is_reference:
        return None
    if request.split == "validation":
        raise UserError(
            "with --split validation nothing is scored on test", where, f"drop {OPTION}"
        )
    owners = {
        name: plugin.name
        for plugin in registry.of_kind("metric").values()
        for name, meaning in plugin.columns.items()
        if meaning.higher_is_better is not None
    }
    if column not in owners:
        raise unknown("column with a better end", column, owners, where)
    if owners[column] not in metrics:
        raise UserError(
            f"{cell.model} on {cell.task} is not scored by {column}",
            where,
            f"add --metrics {owners[column]}",
        )
    return owners[column], column


def lines_on_rows_without(jobs: Iterable[Job], rows: Mapping[str, Row]) -> list[str]:
    """A line where cells that are done were run without it, for their earlier weights are gone.

    rows: by cell, those that are not run again.
    """
    without = [
        job
        for job in jobs
        if job.best_on_test and job.cell.id in rows and not was_asked(rows[job.cell.id])
    ]
    if not without:
        return []
    return [
        f"{len(without)} cells were run without {OPTION} before, and their earlier weights are not "
        "kept: give --overwrite, or another --output"
    ]
