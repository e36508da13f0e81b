"""Models over several tasks, against what can be counted by hand, and scipy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, trim_mean

from ganbench.reporting.report.aggregates import (
    aggregates_of,
    improvement,
    interquartile_mean,
    interval_of,
    mean_ranks,
)
from ganbench.reporting.report.loading import Folder, settings_of
from ganbench.results.records import Row
from tests.reporting.test_tables import COLUMNS, row


@given(st.lists(st.floats(-100, 100), min_size=4, max_size=40).filter(lambda v: len(v) % 4 == 0))
def test_the_interquartile_mean_is_scipys(values: list[float]) -> None:
    found = interquartile_mean(np.array([values]))[0]
    assert found == pytest.approx(trim_mean(values, 0.25), abs=1e-9)


@given(*[st.lists(st.integers(0, 5), min_size=1, max_size=9)] * 2)
def test_the_chance_to_be_better_is_mann_whitneys(one: list[int], other: list[int]) -> None:
    a, b = np.array(one, float), np.array(other, float)
    expected = mannwhitneyu(a, b).statistic / (len(a) * len(b))
    assert improvement([a], [b], 1.0) == pytest.approx(expected)
    assert improvement([a], [b], -1.0) == pytest.approx(1 - expected)


def test_equal_models_share_their_rank() -> None:
    scores = {"a": [np.array([1.0])], "b": [np.array([1.0])], "c": [np.array([2.0])]}
    assert mean_ranks(scores, 1.0) == {"a": 2.5, "b": 2.5, "c": 1.0}
    assert mean_ranks(scores, -1.0) == {"a": 1.5, "b": 1.5, "c": 3.0}


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    own = [np.random.default_rng(1).normal(size=12) for _ in range(2)]
    low, high = interval_of(own)
    assert low < interquartile_mean(np.concatenate(own)[None])[0] < high
    assert interval_of(own) == (low, high)


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
