"""Frequencies of descriptions: shares that are met, odds that are kept, and draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.task_families.frequencies import drawn, even, ties, with_shares

SHAPES = st.lists(st.integers(2, 4), min_size=2, max_size=4)


@given(shape=SHAPES, seed=st.integers(0, 100))
def test_shares_are_met_and_odds_are_those_of_the_ties(shape: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    logs = ties(shape, 0.7, rng)
    shares = [rng.dirichlet(np.full(size, 5.0)) for size in shape]
    chance = with_shares(np.exp(logs), shares)
    assert chance.shape == tuple(shape) and chance.sum() == pytest.approx(1)
    for axis, share in enumerate(shares):
        others = tuple(i for i in range(len(shape)) if i != axis)
        assert chance.sum(others) == pytest.approx(share, rel=1e-6)
    corners = [x.reshape(*shape[:2], -1)[:2, :2, 0] for x in (logs, np.log(chance))]
    odds = [x[0, 0] - x[0, 1] - x[1, 0] + x[1, 1] for x in corners]
    assert odds[0] == pytest.approx(odds[1])


@given(shape=SHAPES)
def test_evenly_all_are_equally_frequent(shape: list[int]) -> None:
    assert np.ptp(even(shape)) == 0 and even(shape).sum() == pytest.approx(1)


def test_draws_follow_the_frequencies_and_a_larger_set_begins_with_the_smaller_one() -> None:
    chance = np.array([[0.5, 0.1], [0.0, 0.4]])
    found = drawn(chance, 20_000, seed=3)
    assert found.shape == (20_000, 2)
    shares = [[np.mean((found == (i, j)).all(1)) for j in range(2)] for i in range(2)]
    assert np.array(shares) == pytest.approx(chance, abs=0.01) and shares[1][0] == 0
    assert (drawn(chance, 50, seed=3) == found[:50]).all()
