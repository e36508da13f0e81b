"""Aggregates over tasks, against the numbers of rliable and what can be counted by hand."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, trim_mean

from ganbench.cli.main import main
from ganbench.core.errors import UserError
from ganbench.registry.registry import Registry, discover
from ganbench.reporting.across_tasks import (
    BySeeds,
    improvement,
    interquartile_mean,
    mean_ranks,
    profile,
    ranged,
    ranged_improvement,
    redrawn,
    with_ends,
)
from ganbench.reporting.aggregate_sheets import MEASURES, THRESHOLDS, aggregate_sheets
from ganbench.reporting.formats import renderers
from ganbench.reporting.report.loading import Folder, settings_of
from ganbench.results.records import Row
from tests.reporting.test_tables import row

# `python benchmarks/statistics/rliable_numbers.py` made them.
RLIABLE: dict[str, Any] = json.loads(Path(__file__).with_name("rliable_numbers.json").read_text())
MODELS = tuple(RLIABLE["scores"])
METRIC = "azimuth_alignment"


def scores(model: str) -> BySeeds:
    return list(np.array(RLIABLE["scores"][model]).T)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", MEASURES)
def test_aggregates_are_rliables(model: str, name: str) -> None:
    found = ranged(MEASURES[name], scores(model), RLIABLE["reps"])
    expected = RLIABLE["aggregates"][model][name]
    assert found.value == pytest.approx(expected["value"][0], abs=1e-9)
    assert [found.low, found.high] == pytest.approx(np.ravel(expected["ends"]), abs=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_profiles_are_rliables(model: str) -> None:
    thresholds = np.array(RLIABLE["thresholds"])
    assert thresholds == pytest.approx(THRESHOLDS)
    measure = partial(profile, thresholds=thresholds)
    value, *ends = with_ends(measure, scores(model), RLIABLE["reps"])
    expected = RLIABLE["profiles"][model]
    assert value == pytest.approx(np.array(expected["value"]), abs=1e-9)
    assert np.array(ends) == pytest.approx(np.array(expected["ends"]), abs=1e-9)


@pytest.mark.parametrize("names", RLIABLE["improvement"])
def test_chances_to_be_better_are_rliables(names: str) -> None:
    one, other = names.split(" over ")
    found = ranged_improvement(scores(one), scores(other), RLIABLE["reps"])
    expected = RLIABLE["improvement"][names]
    assert found.value == pytest.approx(expected["value"][0], abs=1e-9)
    assert [found.low, found.high] == pytest.approx(np.ravel(expected["ends"]), abs=1e-9)


@given(st.lists(st.floats(-100, 100), min_size=4, max_size=40))
def test_the_interquartile_mean_is_scipys(values: list[float]) -> None:
    found = interquartile_mean([np.array(values)])
    assert found == pytest.approx(trim_mean(values, 0.25), abs=1e-9)


@given(*[st.lists(st.integers(0, 5), min_size=1, max_size=9)] * 2)
def test_the_chance_to_be_better_is_mann_whitneys(one: list[int], other: list[int]) -> None:
    a, b = np.array(one, float), np.array(other, float)
    expected = mannwhitneyu(a, b).statistic / (len(a) * len(b))
    assert improvement([a], [b]) == pytest.approx(expected)
    assert improvement([b], [a]) == pytest.approx(1 - expected)


def test_equal_models_share_their_rank() -> None:
    own = {"a": [np.array([1.0])], "b": [np.array([1.0])], "c": [np.array([2.0])]}
    assert mean_ranks(own) == {"a": 2.5, "b": 2.5, "c": 1.0}


def test_tasks_may_have_different_numbers_of_seeds() -> None:
    own = [np.arange(3.0), 10 + np.arange(5.0)]
    drawn = redrawn(own, 7, np.random.RandomState(0))
    assert [scores.shape for scores in drawn] == [(7, 3), (7, 5)]
    assert all(set(np.ravel(d)) <= set(o) for d, o in zip(drawn, own, strict=True))
    found = ranged(interquartile_mean, own)
    assert found.low <= found.value <= found.high
    assert found == ranged(interquartile_mean, own)


# Of rows


@pytest.fixture(scope="module")
def registry() -> Registry:
    return discover()


def rows_of(task: str, scale: float, references: bool = True) -> list[Row]:
    scored = [("a", 0.5), ("b", 0.9)]
    found = [
        row(m, s, "skipped: x", task=task, metrics={METRIC: scale * (x + 0.01 * s)})
        for m, x in scored
        for s in range(3)
    ]
    ends = [
        row(m, 0, "skipped: x", task=task, recipe="", metrics={METRIC: scale * x})
        for m, x in (("untrained", 0.0), ("oracle", 1.0))
    ]
    return [*found, *(ends if references else [])]


def records(registry: Registry, *rows: Row) -> list[dict[str, Any]]:
    settings = settings_of([Folder("f", Path("f"), rows, "")])
    sheets = aggregate_sheets(settings, registry, [METRIC])
    assert renderers()["markdown"](sheets, "records")
    return [dict(record) for sheet in sheets for record in sheet.records]


def test_scores_of_tasks_are_brought_to_the_scale_of_references(registry: Registry) -> None:
    found = records(registry, *rows_of("toy", 1.0), *rows_of("ring8", 100.0))
    means = {r["model"]: r["value"] for r in found if r["measure"] == "IQM"}
    assert means == pytest.approx({"a": 0.51, "b": 0.91})
    above = {r["threshold"]: r["value"] for r in found if r.get("threshold") and r["model"] == "a"}
    assert (above[0.4], above[0.5], above[0.6]) == (1.0, pytest.approx(2 / 3), 0.0)
    chances = {(r["model"], r["over"]): r["value"] for r in found if "over" in r}
    assert chances == {("a", "b"): 0.0, ("b", "a"): 1.0}


def test_without_references_only_what_needs_no_scale_is_told(registry: Registry) -> None:
    found = records(registry, *rows_of("toy", 1.0), *rows_of("ring8", 100.0, references=False))
    assert {r["measure"] for r in found} == {"probability of improvement"}


def test_one_task_is_refused(registry: Registry) -> None:
    with pytest.raises(UserError, match="on two tasks or more"):
        records(registry, *rows_of("toy", 1.0))


def test_the_command_compares_committed_figures() -> None:
    folders = [f"results/reference/{name}/quick" for name in ("figure5", "figure6")]
    root = Path(__file__).parents[2]
    arguments = ["aggregate", *(str(root / f) for f in folders), "--metrics", METRIC]
    done = CliRunner().invoke(main, [*arguments, "--format", "json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["records"]
    best = max((r for r in found if r["measure"] == "IQM"), key=lambda r: r["value"])
    assert best["model"] == "discogan" and best["ci_low"] < best["value"] < best["ci_high"]
    alone = CliRunner().invoke(main, [*arguments[:2], "--metrics", METRIC])
    assert alone.exit_code == 2 and "on two tasks or more" in alone.stderr
