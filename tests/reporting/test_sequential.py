"""E-values of seeds that one looks at after each, and verdicts by them."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.sequential import (
    ALPHA_AGAINST,
    ALPHA_FOR,
    BETS,
    COUNTED,
    LEAST_SEEDS,
    NEUTRAL,
    against_none,
    in_turn,
    least_mean,
    lower_end,
    usual_size,
    wealth,
)
from ganbench.reporting.sequential_claims import UNTIL_DECIDED
from ganbench.reporting.statistics import ALPHA
from ganbench.results.benchmark_file import Claim
from ganbench.results.records import Row
from tests.reporting.test_claims import BETTER, BOUND, COLUMNS, rows

SIZES = st.lists(st.sampled_from([0.0, 0.1, 1.0, 2.5, 7.0]), min_size=1, max_size=6)
DRAWS = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "heavy tails": lambda rng, shape: rng.standard_t(2, shape),
    "all or nothing": lambda rng, shape: rng.beta(0.5, 0.5, shape) - rng.beta(0.5, 0.5, shape),
    "log-normal": lambda rng, shape: rng.lognormal(0, 1, shape) - rng.lognormal(0, 1, shape),
    "with ties": lambda rng, shape: rng.integers(-1, 2, shape).astype(float),
}


@given(SIZES)
def test_over_all_signs_no_bet_wins(sizes: list[float]) -> None:
    """Each sign is as likely, so the mean of the wealth over all patterns is 1 at each look."""
    signs = np.array(list(product((-1, 1), repeat=len(sizes))))
    e_values = against_none(signs * np.array(sizes))
    assert e_values.mean(axis=0) == pytest.approx(np.ones(len(sizes)))
    assert (e_values >= 0).all()


@given(SIZES, st.floats(0, 3))
def test_a_mean_below_none_loses(sizes: list[float], by: float) -> None:
    """Whatever the distribution about it: the mean over all patterns, moved down, is 1 at most.
    The usual sizes are those of seeds before, as in the order in which they come.
    """
    signs = np.array(list(product((-1, 1), repeat=len(sizes))))
    moved = signs * np.array(sizes) - by
    for ties in (NEUTRAL, COUNTED) if by else (NEUTRAL,):
        assert (against_none(moved, ties).mean(axis=0) <= 1 + 1e-12).all()


def test_shares_are_one_wealth_and_errors_one_alpha() -> None:
    assert sum(share for share, _ in BETS) == pytest.approx(1)
    assert pytest.approx(ALPHA) == ALPHA_FOR + ALPHA_AGAINST


@given(st.lists(st.floats(0, 100), min_size=1, max_size=5))
def test_correction_is_the_closed_test_by_means(e_values: list[float]) -> None:
    found = least_mean(np.array(e_values))
    for i, own in enumerate(e_values):
        others = e_values[:i] + e_values[i + 1 :]
        means = [
            (own + sum(some)) / (1 + k)
            for k in range(len(e_values))
            for some in combinations(others, k)
        ]
        assert found[i] == pytest.approx(min(means))


@pytest.mark.parametrize("name", DRAWS)
def test_false_verdicts_with_a_look_after_each_seed(name: str) -> None:
    """Of four claims without an effect, 2,000 times 40 seeds; within two standard errors."""
    values = DRAWS[name](np.random.default_rng(0), (2000, 4, 40))
    course = in_turn(np.moveaxis(against_none(values), -1, 0), np.ones((40, 2000, 4)))
    error = math.sqrt(ALPHA_FOR * (1 - ALPHA_FOR) / 2000)
    assert 0 < (course.sign == 1).any(axis=1).mean() <= ALPHA_FOR + 2 * error < ALPHA


def test_five_seeds_can_replicate_and_four_cannot() -> None:
    e_values = against_none(np.full(9, 0.3))
    enough = (e_values >= 1 / ALPHA_FOR).tolist()
    assert enough.index(True) + 1 == LEAST_SEEDS == 5
    assert (e_values >= 1 / ALPHA_AGAINST).tolist().index(True) + 1 == 7


def test_where_all_claims_agree_their_number_costs_nothing() -> None:
    same = np.tile(against_none(np.full(6, 0.3))[:, None], 5)
    assert in_turn(same, np.ones((6, 5))).looks.tolist() == [5] * 5
    same[:, 0] = 0
    assert in_turn(same, np.ones((6, 5))).looks.tolist() == [6] * 5


@settings(max_examples=30)
@given(st.lists(st.floats(-5, 5).map(lambda x: round(x, 2)), min_size=5, max_size=12))
def test_means_below_the_lower_end_are_ruled_out(values: list[float]) -> None:
    array = np.array(values)
    low, scales = lower_end(array, ALPHA_FOR), usual_size(array)
    beyond = 1e-6 * (1 + np.abs(array).max())
    assert wealth(array - (low - beyond), scales).max() >= 1 / ALPHA_FOR
    assert wealth(array - (low + beyond), scales).max() < 1 / ALPHA_FOR


def test_too_few_seeds_have_no_end() -> None:
    assert lower_end(np.full(4, 2.0), ALPHA_FOR) == -math.inf
    assert lower_end(np.full(5, 2.0), ALPHA_FOR) == pytest.approx(2.0)
    assert lower_end(np.zeros(9), ALPHA_FOR) == pytest.approx(0, abs=1e-6)


# Verdicts


def verdicts(found: list[Row], *claims: Claim) -> list[dict[str, Any]]:
    (sheet,) = claim_sheets(claims, found, COLUMNS, design=UNTIL_DECIDED)
    assert {record["design"] for record in sheet.records} == {"until decided"}
    return [dict(record) for record in sheet.records]


def compared(*differences: float) -> list[Row]:
    return rows("new", [5 + x for x in differences]) + rows("old", [5.0] * len(differences))


def test_seeds_beyond_the_verdict_change_nothing() -> None:
    better, worse = (1.0, 2.0, 1.5, 1.0, 2.0), (-1.0,) * 9
    (first,), (later,) = (verdicts(compared(*x), BETTER) for x in (better, (*better, *worse)))
    assert (first["verdict"], first["n"]) == ("replicated", 5)
    assert first == later
    (other,) = verdicts(compared(*worse, *better), BETTER)
    assert (other["verdict"], other["n"]) == ("not replicated", 7)


def test_too_few_seeds_decide_nothing_and_say_how_many_would() -> None:
    (found,) = verdicts(compared(1.0, 2.0, 1.5, 1.0), BETTER)
    assert found["verdict"] == "undecided" and found["ci_low"] is None
    assert found["reason"] == "4 seeds can decide nothing; 5 can"
    (found,) = verdicts(compared(*[1.0, -1.0] * 5), BETTER)
    assert found["reason"] == "neither e-value decides it; more seeds may"


def test_an_effect_below_the_margin_is_ruled_out() -> None:
    claim = replace(BETTER, margin=1.0)
    (found,) = verdicts(compared(*[0.1, -0.1] * 4), claim)
    assert (found["verdict"], found["n"]) == ("not replicated", 7)
    assert found["ci_high"] < 1.0


def test_equal_models_are_not_one_better_than_the_other() -> None:
    assert verdicts(compared(*[0.0] * 8), BETTER)[0]["verdict"] == "not replicated"
    assert verdicts(compared(*[0.0] * 8), replace(BETTER, margin=1.0))[0]["verdict"] == (
        "not replicated"
    )
    summed = rows("new", [0.1 + 0.2] * 8) + rows("old", [0.3] * 8)  # equal up to rounding
    assert verdicts(summed, BETTER)[0]["verdict"] == "not replicated"


@pytest.mark.parametrize(
    ("value", "verdict", "n"),
    [(6.0, "replicated", 5), (5.0, "replicated", 5), (4.0, "not replicated", 7)],
)
def test_a_bound_is_kept_by_what_lies_on_it(value: float, verdict: str, n: int) -> None:
    (found,) = verdicts(rows("new", [value] * 9), BOUND)
    assert (found["verdict"], found["n"]) == (verdict, n)


def test_interval_and_verdict_agree_where_a_claim_is_alone() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        (found,) = verdicts(compared(*rng.normal(0.8, 1, 15)), replace(BETTER, margin=0.4))
        low, high = found["ci_low"], found["ci_high"] or math.inf  # of five or six seeds
        assert (found["verdict"] == "replicated") == (low > 0 and high >= 0.4)
        assert (found["verdict"] == "not replicated") == (high < 0.4)


def test_claims_without_rows_take_no_part() -> None:
    found = compared(1.0, 2.0, 1.5, 1.0, 2.0)
    known, unknown = verdicts(found, BETTER, replace(BETTER, id="x", worse="nobody"))
    assert known["verdict"] == "replicated"
    assert unknown["reason"] == "no row of nobody has the metric" and unknown["e_for"] is None


def test_a_value_beyond_all_before_it_counts_as_the_sign_alone() -> None:
    """And no warning is printed of its size, which is too large to be told."""
    values = np.array([1e-300, 1e300])
    with np.errstate(over="raise"):
        assert against_none(values)[-1] == against_none(np.array([1.0, 1e9]))[-1]
