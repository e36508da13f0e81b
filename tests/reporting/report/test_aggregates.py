"""Models over several tasks, as a report shows them."""

from __future__ import annotations

from pathlib import Path

from ganbench.reporting.report.aggregates import aggregates_of
from ganbench.reporting.report.loading import Folder, settings_of
from ganbench.results.records import Row
from tests.reporting.test_tables import COLUMNS, row


def rows_of(task: str, scale: float, references: bool = True) -> list[Row]:
    scored = [("a", 0.5), ("b", 0.9)]
    models = [row(m, s, scale * (x + 0.01 * s), task=task) for m, x in scored for s in range(3)]
    ends = [
        row(m, 0, scale * x, task=task, recipe="") for m, x in (("untrained", 0), ("oracle", 1))
    ]
    return [*models, *(ends if references else [])]


def aggregates(*rows: Row) -> list[tuple[str, str, str, str]]:
    settings = settings_of([Folder("f", Path("f"), rows, "")])
    (found,) = aggregates_of(settings, COLUMNS, ["score"])
    return [(line.label, line.rank, line.middle, line.better) for line in found.standings]


def test_scores_of_tasks_are_brought_to_the_scale_of_references() -> None:
    lines = aggregates(*rows_of("toy", 1.0), *rows_of("ring8", 100.0))
    assert lines == [("b", "1.00", "0.910", "100 %"), ("a", "2.00", "0.510", "0 %")]


def test_without_references_there_is_no_mean_over_scales() -> None:
    lines = aggregates(*rows_of("toy", 1.0), *rows_of("ring8", 100.0, references=False))
    assert [line[2] for line in lines] == ["none", "none"]


def test_one_task_has_no_aggregate() -> None:
    settings = settings_of([Folder("f", Path("f"), tuple(rows_of("toy", 1.0)), "")])
    assert aggregates_of(settings, COLUMNS, ["score"]) == []
