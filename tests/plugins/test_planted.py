"""Planted failures, on real renders and through the real probe: metrics order them rightly."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.broad import broad
from tests.plugins.planted import (
    IDENTITY,
    ORACLE,
    REAL,
    Mixed,
    Planted,
    collapsed,
    make_task,
    mirrored_oracle,
    mixtures,
    scores,
    towards,
)

Scores = dict[str, dict[str, float]]


@pytest.fixture(scope="module", params=[broad("car2car"), broad("face2face")])
def turned(request: pytest.FixtureRequest, cache_dir: Path) -> Scores:
    """Scores of planted failures on objects that turn."""
    task = make_task(request.param, 32, cache_dir, identities=90)
    planted = {
        "oracle": ORACLE(),
        "mirrored": Planted(mirrored_oracle),
        "real": REAL(),
        "collapsed": Planted(collapsed),
        "identity": IDENTITY(),
        **mixtures("collapsed", Planted(collapsed)),
        **mixtures("real", REAL()),
    }
    return scores(task, planted, cache_dir)


def test_the_oracle_is_at_the_ceiling_that_the_probe_allows(turned: Scores) -> None:
    for name, sign in (("oracle", 1), ("mirrored", -1)):
        found = turned[name]
        assert sign * found["azimuth_correlation"] > 0.97
        assert found["azimuth_alignment"] == abs(found["azimuth_correlation"])
        assert found["azimuth_rmse_deg"] < 2 * found["probe_mae_deg"] + 3
        assert found["azimuth_coverage"] > 0.97
        assert found["probe_mae_deg"] < 8


def test_ignoring_the_input_covers_the_views_but_does_not_align(turned: Scores) -> None:
    found = turned["real"]
    assert found["azimuth_alignment"] < 0.25
    assert found["azimuth_coverage"] > 0.95
    assert found["azimuth_rmse_deg"] > 50


def test_a_constant_neither_aligns_nor_covers(turned: Scores) -> None:
    found = turned["collapsed"]
    assert found["azimuth_alignment"] < 0.15
    assert found["azimuth_coverage"] == 0
    assert found["azimuth_rmse_deg"] > 40


def test_doing_nothing_keeps_the_azimuth_and_the_probe_sees_it(turned: Scores) -> None:
    """Objects of A look like those of B: alignment alone says nothing of the change of domain."""
    assert turned["identity"]["azimuth_alignment"] > 0.97


@pytest.mark.parametrize("end", ["collapsed", "real"])
def test_from_the_oracle_to_a_failure_the_scores_only_fall(turned: Scores, end: str) -> None:
    steps = towards(end, turned)
    for better, worse in pairwise(steps):
        assert better["azimuth_alignment"] > worse["azimuth_alignment"]
        assert better["azimuth_rmse_deg"] < worse["azimuth_rmse_deg"]
        if end == "collapsed":
            assert better["azimuth_coverage"] > worse["azimuth_coverage"]


@pytest.fixture(scope="module")
def toy(cache_dir: Path) -> Scores:
    """Scores of planted failures on the mixtures."""
    planted = {
        "oracle": ORACLE(),
        "real": REAL(),
        "collapsed": Planted(collapsed),
        "identity": IDENTITY(),
        **mixtures("collapsed", Planted(collapsed)),
        **{f"real {share}": Mixed(ORACLE(), REAL(), share) for share in (0.0, 0.02, 0.2, 1.0)},
    }
    return scores(make_task("toy", 0, cache_dir), planted, cache_dir)


def test_modes_of_the_oracle_and_of_real_samples(toy: Scores) -> None:
    for name, collisions in (("oracle", 0), ("real", 10)):
        found = toy[name]
        assert (found["modes_covered"], found["modes_captured"]) == (10, 10)
        assert found["high_quality_share"] == pytest.approx(0.989, abs=0.01)  # 1 - exp(-9 / 2)
        assert found["reverse_kl"] < 0.02
        assert found["mode_collisions"] == collisions


def test_modes_of_a_constant_and_of_the_input_itself(toy: Scores) -> None:
    found = toy["collapsed"]
    assert (found["modes_covered"], found["mode_collisions"]) == (1, 1)
    assert found["reverse_kl"] == pytest.approx(2.303, abs=0.001)  # log(10)
    assert toy["identity"]["high_quality_share"] < 0.05


def test_from_the_oracle_to_a_constant_modes_are_lost(toy: Scores) -> None:
    steps = towards("collapsed", toy)
    for better, worse in pairwise(steps):
        assert better["reverse_kl"] < worse["reverse_kl"]
        assert better["modes_covered"] >= worse["modes_covered"]
        assert better["mode_collisions"] <= worse["mode_collisions"]
    assert steps[0]["modes_covered"] > steps[-1]["modes_covered"]


def test_collisions_need_more_than_a_trace(toy: Scores) -> None:
    """2 % of stray points, 0.2 % a target mode, are none; of 20 and 100 % all modes collide."""
    counts = [toy[f"real {share}"]["mode_collisions"] for share in (0.0, 0.02, 0.2, 1.0)]
    assert counts[:2] == [0, 0] and counts[3] == 10 and counts == sorted(counts)
