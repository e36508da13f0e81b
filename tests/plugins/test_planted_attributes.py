"""Planted failures of conversions, on real renders and through the real probes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from ganbench.contracts.task import Domain
from ganbench.registry.registry import discover
from tests.plugins.planted import (
    IDENTITY,
    ORACLE,
    REAL,
    Planted,
    collapsed,
    make_task,
    mixtures,
    scores,
    towards,
)

Scores = dict[str, dict[str, float]]
edges = discover().load("metric", "edges")


# Whose features are compared too.
SEEN = ("oracle", "real 0.5", "identity 0.5", "identity", "real", "collapsed")


@pytest.fixture(scope="module")
def hair(cache_dir: Path) -> Scores:
    """The faces read by probes, and those of `SEEN` by a pretrained network."""
    task = make_task("hair", 32, cache_dir, people=240, pictures=2)
    planted = {
        "oracle": ORACLE(),
        "real": REAL(),
        "collapsed": Planted(collapsed),
        "identity": IDENTITY(),
        **mixtures("identity", IDENTITY()),
        **mixtures("real", REAL()),
    }
    seen = {name: planted.pop(name) for name in SEEN}
    return {
        **scores(task, seen, cache_dir, ["efficientnet_lite0", "resemblance"]),
        **scores(task, planted, cache_dir),
    }


@pytest.mark.broad
def test_probes_read_most_of_what_a_face_shows(hair: Scores) -> None:
    assert hair["oracle"]["flip_probe_accuracy"] > 0.8
    assert hair["oracle"]["preservation_probe_accuracy"] > 0.8


@pytest.mark.broad
def test_the_oracle_flips_and_preserves_up_to_the_probes(hair: Scores) -> None:
    found = hair["oracle"]
    assert found["flip_rate"] > 0.8
    # With so few faces some inputs have no target that agrees in all seven attributes.
    assert found["preservation_rate"] > found["preservation_probe_accuracy"] - 0.15


@pytest.mark.broad
def test_doing_nothing_preserves_all_and_flips_nothing(hair: Scores) -> None:
    found = hair["identity"]
    assert found["flip_rate"] < 0.2
    assert found["preservation_rate"] > hair["oracle"]["preservation_rate"]
    assert found["feature_cosine"] == pytest.approx(1, abs=1e-5)


@pytest.mark.broad
def test_somebody_else_flips_but_preserves_by_chance(hair: Scores) -> None:
    found = hair["real"]
    assert found["flip_rate"] > 0.8
    assert 0.35 < found["preservation_rate"] < 0.65  # half of two values
    assert found["feature_cosine"] < hair["oracle"]["feature_cosine"]


@pytest.mark.broad
def test_a_constant_preserves_by_chance(hair: Scores) -> None:
    assert 0.3 < hair["collapsed"]["preservation_rate"] < 0.7
    assert hair["collapsed"]["flip_rate"] in (0, 1)


@pytest.mark.broad
def test_the_scores_only_fall_towards_a_failure(hair: Scores) -> None:
    for better, worse in pairwise(towards("identity", hair)):
        assert better["flip_rate"] > worse["flip_rate"]
    for better, worse in pairwise(towards("real", hair)):
        assert better["preservation_rate"] > worse["preservation_rate"]


@pytest.mark.broad
def test_faces_left_as_they_are_lie_far_from_the_other_domain(hair: Scores) -> None:
    steps = [hair[name] for name in ("oracle", "identity 0.5", "identity")]
    for better, worse in pairwise(steps):
        assert better["kd_efficientnet_lite0"] < worse["kd_efficientnet_lite0"] - 0.05
        assert better["fd_efficientnet_lite0"] < worse["fd_efficientnet_lite0"]
        assert better["precision_efficientnet_lite0"] > worse["precision_efficientnet_lite0"]


@pytest.mark.broad
def test_other_real_faces_are_the_floor(hair: Scores) -> None:
    """The kernel distance has it at nothing; the Fréchet distance does not, with 46 faces."""
    assert abs(hair["real"]["kd_efficientnet_lite0"]) < 0.05
    assert hair["real"]["fd_efficientnet_lite0"] > 1.5 * hair["oracle"]["fd_efficientnet_lite0"]
    assert hair["real"]["precision_efficientnet_lite0"] > 0.7
    assert hair["real 0.5"]["kd_efficientnet_lite0"] < 0.1


@pytest.mark.broad
def test_one_face_for_all_is_precise_and_shows_in_recall_and_diversity(hair: Scores) -> None:
    found = hair["collapsed"]
    assert found["precision_efficientnet_lite0"] in (0, 1)
    assert found["recall_efficientnet_lite0"] < 0.1
    assert (
        found["diversity_efficientnet_lite0"] < 1e-6 < hair["real"]["diversity_efficientnet_lite0"]
    )
    assert found["kd_efficientnet_lite0"] > hair["identity"]["kd_efficientnet_lite0"]


@pytest.fixture(scope="module")
def bags(cache_dir: Path) -> Scores:
    planted = {"oracle": ORACLE(), "real": REAL(), "identity": IDENTITY()}
    return scores(make_task("handbags2shoes", 32, cache_dir, products=240), planted, cache_dir)


@pytest.mark.broad
def test_colour_and_pattern_are_kept_by_the_oracle_alone(bags: Scores) -> None:
    oracle, real = bags["oracle"], bags["real"]
    assert oracle["preservation_probe_accuracy"] > 0.7
    assert oracle["preserved_colour"] > 0.75
    assert real["preserved_colour"] < 0.3  # eleven colours
    assert real["preserved_pattern"] < 0.55  # three patterns
    assert real["preservation_rate"] < oracle["preservation_rate"] - 0.3


def shifted(source: Domain, target: Domain, rng: np.random.Generator) -> torch.Tensor:
    return source.samples.roll(5, -1)


def test_edges_agree_with_themselves_and_less_with_others(cache_dir: Path) -> None:
    """From a photograph to its edges and back."""
    task = make_task("shoes2edges", 32, cache_dir, products=240)
    found = scores(
        task, {"real": REAL(), "identity": IDENTITY(), "shifted": Planted(shifted)}, cache_dir
    )
    pair = make_task("handbags2shoes", 32, cache_dir, products=240)
    same = scores(pair, {"identity": IDENTITY(), "shifted": Planted(shifted)}, cache_dir)
    assert same["identity"]["edge_agreement"] == pytest.approx(1)
    assert same["shifted"]["edge_agreement"] < 0.8
    assert found["real"]["edge_agreement"] < 0.75


def test_edge_agreement_by_hand() -> None:
    given, found = np.zeros((2, 1, 8, 8), bool)
    given[0, 2, 2:6] = True
    found[0, 3, 2:6] = True  # one pixel below: within tolerance
    assert edges.compute.__globals__["agreement"](given, found) == pytest.approx(1)
    found[0, 7, :4] = True  # as many again where nothing is
    assert edges.compute.__globals__["agreement"](given, found) == pytest.approx(2 / 3)
    assert edges.compute.__globals__["agreement"](given, np.zeros_like(given)) == 0
