"""The checkpoint that validation chooses: the best by its score, and no trace in the training."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench.contracts.model import Model
from ganbench.evaluation.evaluate import evaluate, translations_of_model
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.fidelity.weights import places
from ganbench.registry.registry import discover
from ganbench.training.checkpoint_selection import Selection, snapshots
from ganbench.training.loop import Plan, train
from tests.broad import some_models
from tests.plugins.test_models import IMAGES, build
from tests.training.test_loop import data, state


@given(st.integers(1, 10_000))
def test_snapshots_are_few_and_end_with_the_run(budget: int) -> None:
    steps = snapshots(budget)
    assert budget in steps and 1 <= len(steps) <= 4 and min(steps) >= 1


def watched(folder: Path, scores: dict[int, float | str], higher: bool) -> Selection:
    """A run whose snapshots scored so; its weights are the number of the step."""
    model = torch.nn.Linear(1, 1, bias=False)
    told = Selection("score", higher, model, folder)
    for step, score in scores.items():
        torch.nn.init.constant_(model.weight, step)
        told.look(step, {"score": score})
    return told


@pytest.mark.parametrize(("higher", "best"), [(True, 20), (False, 30)])
def test_the_best_snapshots_weights_are_kept(tmp_path: Path, higher: bool, best: int) -> None:
    told = watched(tmp_path, {10: 0.5, 20: 0.9, 30: 0.1, 40: 0.4}, higher)
    found = told.result({"a": 1.0}, 40, lambda: {"a": told._model.weight.item()})
    assert (found["step"], found["by"]) == (best, "score")
    assert found["metrics"] == {"a": float(best)}
    assert found["validation"] == {10: 0.5, 20: 0.9, 30: 0.1, 40: 0.4}


def test_where_the_last_is_best_nothing_is_scored_again(tmp_path: Path) -> None:
    told = watched(tmp_path, {10: 0.5, 20: 0.9}, True)
    found = told.result({"a": 1.0}, 20, lambda: pytest.fail("scored again"))
    assert found["metrics"] == {"a": 1.0}


def test_a_snapshot_without_a_number_is_never_chosen(tmp_path: Path) -> None:
    told = watched(tmp_path, {10: "undefined: not finite", 20: 0.2}, False)
    assert told.scores == {20: 0.2}


def test_a_snapshot_that_is_undefined_one_way_is_never_chosen(tmp_path: Path) -> None:
    """The mean over the other direction alone would be of another scale."""
    told = Selection("score", False, torch.nn.Linear(1, 1), tmp_path)
    told.look(10, {"score": 0.5, "score_BA": 0.7})
    told.look(20, {"score": "undefined: not finite", "score_BA": 0.1})
    assert told.scores == {10: 0.6}


def test_a_run_without_numbers_selects_nothing(tmp_path: Path) -> None:
    told = watched(tmp_path, {10: "skipped: few images"}, False)
    assert told.result({"a": 1.0}, 10, dict) == {}


def test_looking_twice_after_a_crash_changes_nothing(tmp_path: Path) -> None:
    scores: dict[int, float | str] = {10: 0.5, 20: 0.1, 30: 0.4}
    first = watched(tmp_path, scores, False)
    before = (tmp_path / "selected.safetensors").read_bytes(), first.scores
    again = watched(tmp_path, scores, False)
    assert ((tmp_path / "selected.safetensors").read_bytes(), again.scores) == before


@pytest.mark.parametrize("name", some_models())
def test_a_scored_snapshot_leaves_the_training_as_it_is(tmp_path: Path, name: str) -> None:
    """Models with and without a way back, with chance of their own, and with batch norm."""
    registry = discover()
    metrics = {m: registry.load("metric", m)() for m in ("reconstruction", "variety", "edges")}
    reader = FeatureReader(places(tmp_path, None), tmp_path, "cpu")
    seen: list[int] = []
    final = []
    for folder, steps in (("plain", frozenset[int]()), ("scored", frozenset({2, 4}))):
        model, untrained = (build(name, IMAGES, "paper") for _ in range(2))

        def look(step: int, model: Model = model, untrained: Model = untrained) -> None:
            made = translations_of_model(model, untrained, data(IMAGES, 9), "cpu")
            found = evaluate(made, data(IMAGES, 9), IMAGES, metrics, pytest.fail, reader)
            assert isinstance(found.metrics["edge_agreement"], float)
            seen.append(step)

        (tmp_path / folder).mkdir()
        plan = Plan(6, batch_size=4, seed=0, snapshots=steps)
        train(model, data(IMAGES), plan, tmp_path / folder, lambda *_: None, lambda: False, look)
        final.append(state(model))
    assert seen == [2, 4]
    assert all(torch.equal(final[0][key], final[1][key]) for key in final[0])
