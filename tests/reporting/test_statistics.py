"""Intervals, exact tests and their correction: worked examples, invariants, and simulations."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, permutation_test

from ganbench.reporting.statistics import (
    ALPHA,
    EXACT_UP_TO_SEEDS,
    _random_sign_flip_p,
    bca_interval,
    compare,
    estimate,
    holm,
    least_p,
    least_seeds,
    seeds_needed,
    sign_flip_p,
    t_interval,
)

SIMULATIONS = 2_000


def test_the_t_interval_of_a_printed_table() -> None:
    found = estimate([1.0, 2.0, 3.0])
    assert (found.mean, found.n) == (2.0, 3)
    half = 4.302652729911275 / math.sqrt(3)  # t(0.975, 2) from a printed table, sd 1
    assert found.low == pytest.approx(2 - half)
    assert found.high == pytest.approx(2 + half)


@pytest.mark.parametrize("interval", ["t", "bca"])
def test_one_seed_has_no_interval_and_equal_seeds_have_a_point(interval: str) -> None:
    one, equal = estimate([1.0], interval), estimate([2.0] * 4, interval)  # type: ignore[arg-type]
    assert math.isnan(one.low) and math.isnan(one.high) and one.n == 1
    assert (equal.mean, equal.low, equal.high) == (2.0, 2.0, 2.0)


def test_bca_is_scipys_and_leans_towards_the_long_tail() -> None:
    values = [1.0, 1.1, 1.2, 1.3, 1.5, 1.8, 2.4, 6.0]
    found = estimate(values, "bca")
    assert found.high - found.mean > found.mean - found.low
    again = estimate(values, "bca")
    assert (again.low, again.high) == (found.low, found.high)


def enumerated_p(differences: np.ndarray) -> float:
    """The test as its definition has it: the share of sign flips at least as far from zero."""
    signs = np.array(list(product((-1, 1), repeat=len(differences))))
    sums = np.abs(signs @ differences)
    return float((sums >= abs(differences.sum()) - 1e-9).mean())


def test_a_worked_sign_flip_test() -> None:
    """Of 32 flips only the data, the one flip of -0.2, and their mirror images reach 3.0."""
    assert sign_flip_p(np.array([1.2, 0.8, 0.3, -0.2, 0.9])) == pytest.approx(4 / 32)
    assert sign_flip_p(np.ones(6)) == pytest.approx(2 / 64) == least_p(6)
    assert sign_flip_p(np.zeros(5)) == 1.0


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=9))
def test_the_sign_flip_test_is_exact(integers: list[int]) -> None:
    differences = np.array(integers, float)
    p = sign_flip_p(differences)
    assert p == pytest.approx(enumerated_p(differences))
    assert sign_flip_p(-differences) == pytest.approx(p)
    assert sign_flip_p(1e3 * differences) == pytest.approx(p)


def scipys_p(differences: np.ndarray) -> float:
    flips = permutation_test(
        (differences,),
        lambda x, axis: x.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=2 ** len(differences),
    )
    return float(flips.pvalue)


@settings(max_examples=30)
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=9).filter(any))
def test_the_sign_flip_test_is_scipys(values: list[float]) -> None:
    assert sign_flip_p(np.array(values)) == scipys_p(np.array(values))


@pytest.mark.parametrize("n", [15, 16])
def test_a_long_exact_test_is_scipys(n: int) -> None:
    differences = np.random.default_rng(6).normal(0.4, 1, n)
    assert sign_flip_p(differences) == scipys_p(differences)


@pytest.mark.parametrize("wrong", [12, 20])
def test_the_largest_exact_test_counts_signs_of_equal_differences(wrong: int) -> None:
    """Then it is the sign test, whose p is a binomial's."""
    differences = np.ones(EXACT_UP_TO_SEEDS)
    differences[:wrong] = -1
    expected = binomtest(wrong, EXACT_UP_TO_SEEDS).pvalue
    assert sign_flip_p(differences) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("n", [3, EXACT_UP_TO_SEEDS + 1])
def test_what_is_not_finite_has_no_p(value: float, n: int) -> None:
    assert math.isnan(sign_flip_p(np.array([value, *np.ones(n - 1)])))


def test_beyond_the_exact_range_the_test_is_close() -> None:
    differences = np.random.default_rng(1).normal(0.35, 1, EXACT_UP_TO_SEEDS)
    exact = sign_flip_p(differences)
    assert 0.01 < exact < 0.5
    assert _random_sign_flip_p(differences) == pytest.approx(exact, abs=0.005)


def test_holm_of_a_worked_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_a_p_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
    assert max(adjusted) <= min(1, len(p_values) * max(p_values)) + 1e-12
    pairs = sorted(zip(p_values, adjusted, strict=True))
    assert [q for _, q in pairs] == sorted(q for _, q in pairs)


@pytest.mark.parametrize("family", [1, 2, 4, 6, 30])
def test_least_seeds_is_where_significance_begins(family: int) -> None:
    n = least_seeds(ALPHA, family)
    assert family * least_p(n) <= ALPHA + 1e-12 < family * least_p(n - 1)
    assert holm([sign_flip_p(np.ones(n))] + [1.0] * (family - 1))[0] <= ALPHA + 1e-12


def test_seeds_needed_falls_with_the_effect_and_is_none_without() -> None:
    noise = np.random.default_rng(0).standard_normal(8)
    noise -= noise.mean()
    needs = [seeds_needed(noise + effect) for effect in (0.2, 0.5, 1.0, 5.0)]
    assert needs == sorted(needs, key=lambda n: -(n or 0)) and needs[-1] == least_seeds()
    assert seeds_needed(noise - noise) is None
    assert seeds_needed(np.full(3, 2.0)) == least_seeds()
    assert seeds_needed(np.array([1.0])) is None


def test_seeds_needed_of_a_printed_power_table() -> None:
    """Cohen (1988): a paired t test of effect size 0.5 takes 34 pairs for 80 % power."""
    base = np.array([-1.0, 1.0] * 500)
    assert seeds_needed(base / base.std(ddof=1) + 0.5) == 34


def test_a_comparison_pairs_by_seed_and_counts_what_it_drops() -> None:
    found = compare({0: 5.0, 1: 6.0, 2: 8.0, 7: 0.0}, {2: 5.0, 1: 4.0, 0: 4.0})
    assert found is not None
    assert found.differences == (1.0, 2.0, 3.0)
    assert (found.difference.mean, found.difference.n, found.dropped) == (2.0, 3, 1)
    assert compare({0: 1.0}, {1: 1.0}) is None


def within_binomial_error(rate: float, expected: float, n: int) -> bool:
    return abs(rate - expected) <= 3.3 * math.sqrt(expected * (1 - expected) / n)


def test_under_the_null_the_test_errs_as_often_as_it_says() -> None:
    """10 pairs: the largest attainable level below 0.05 is floor(0.05 * 512) / 512."""
    rng = np.random.default_rng(3)
    p_values = [sign_flip_p(rng.standard_normal(10)) for _ in range(SIMULATIONS)]
    level = math.floor(ALPHA * 2**9) / 2**9
    rate = float(np.mean([p <= ALPHA for p in p_values]))
    assert within_binomial_error(rate, level, SIMULATIONS), rate


def test_under_the_null_a_family_errs_no_more_than_once() -> None:
    rng = np.random.default_rng(4)
    runs = [
        min(holm([sign_flip_p(d) for d in rng.standard_normal((3, 9))])) <= ALPHA
        for _ in range(1_000)
    ]
    assert float(np.mean(runs)) <= ALPHA + 3.3 * math.sqrt(ALPHA * (1 - ALPHA) / 1_000)


def coverage(low: np.ndarray, high: np.ndarray, truth: float) -> float:
    return float(((low <= truth) & (truth <= high)).mean())


@pytest.mark.parametrize("n", [3, 5, 10])
def test_the_t_interval_covers_95_percent_of_normal_seeds(n: int) -> None:
    values = np.random.default_rng(n).standard_normal((SIMULATIONS, n))
    found = coverage(*t_interval(values), 0.0)
    assert within_binomial_error(found, 0.95, SIMULATIONS), found


@pytest.mark.parametrize(("n", "most"), [(3, 0.80), (5, 0.88)])
def test_bca_covers_too_little_with_few_seeds(n: int, most: float) -> None:
    """Why t is the default. Should scipy's BCa come to cover more, this is where to see it."""
    values = np.random.default_rng(n).standard_normal((400, n))
    assert coverage(*bca_interval(values), 0.0) < most
