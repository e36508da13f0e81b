"""Numbers over training seeds, the unit of replication: intervals, paired tests, and their reach.

scipy.stats takes seconds to import, so it is imported where it is used.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

LEVEL = 0.95
ALPHA = 1 - LEVEL
POWER = 0.8
BOOTSTRAP_RESAMPLES = 9_999
EXACT_UP_TO_SEEDS = 40
RANDOM_SIGN_FLIPS = 99_999
TIED = 100 * float(np.finfo(np.float64).eps)  # of the mean: as close are equal up to rounding
ROUNDED = 4 * float(np.finfo(np.float64).eps)  # of the longest sum that there is
MAX_SEEDS = 1_000

Interval = Literal["t", "bca"]
INTERVALS: tuple[Interval, ...] = ("t", "bca")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """Mean over n seeds with a 95 % interval; low and high are nan below two seeds."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Comparison:
    """Two models over the seeds that both have.

    difference: of the first less the second, paired by seed; differences: seed by seed.
    p: two-sided sign-flip test of no difference, before any correction.
    dropped: seeds that only one of the two has.
    """

    difference: Estimate
    differences: tuple[float, ...]
    p: float
    dropped: int


def estimate(values: Sequence[float], interval: Interval = "t") -> Estimate:
    """Mean and 95 % interval of one or more values, one a seed, in their own unit.

    "t" is Student's interval, "bca" the bias-corrected and accelerated bootstrap (Efron, 1987).
    With few seeds the bootstrap covers too little, so "t" is the default; docs/statistics.md has
    the figures.
    """
    n, mean = len(values), statistics.fmean(values)
    if n < 2:
        return Estimate(mean, math.nan, math.nan, n)
    array = np.asarray(values, float)
    if array.min() == array.max():
        return Estimate(mean, mean, mean, n)
    low, high = (t_interval if interval == "t" else bca_interval)(array)
    return Estimate(mean, float(low), float(high), n)


def t_interval(values: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Low and high ends over the last axis of `values`, (..., n)."""
    from scipy.special import stdtrit

    n = values.shape[-1]
    mean = values.mean(axis=-1)
    half = stdtrit(n - 1, 0.5 + level / 2) * values.std(axis=-1, ddof=1) / math.sqrt(n)
    return mean - half, mean + half


def bca_interval(values: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """BCa bootstrap ends over the last axis of `values`, (..., n); seeded, so always the same.

    nan where all resamples are alike.
    """
    import warnings

    from scipy.stats import bootstrap

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of degenerate data, which the nan tells
        interval = bootstrap(
            (values,),
            np.mean,
            axis=-1,
            confidence_level=level,
            n_resamples=BOOTSTRAP_RESAMPLES,
            batch=100,
            method="BCa",
            rng=np.random.default_rng(0),
        ).confidence_interval
    return np.asarray(interval.low), np.asarray(interval.high)


def compare(
    first: Mapping[int, float], second: Mapping[int, float], interval: Interval = "t"
) -> Comparison | None:
    """`first` less `second`, seed by seed, over the seeds that both have; None if there is none."""
    seeds = sorted(first.keys() & second.keys())
    if not seeds:
        return None
    differences = tuple(first[seed] - second[seed] for seed in seeds)
    return Comparison(
        difference=estimate(differences, interval),
        differences=differences,
        p=sign_flip_p(np.array(differences)),
        dropped=len(first.keys() ^ second.keys()),
    )


def sign_flip_p(differences: Floats) -> float:
    """Two-sided p of a mean of zero, over all sign flips of `differences`, (n,).

    Exact up to EXACT_UP_TO_SEEDS values, beyond that by random flips with a fixed seed. It
    assumes that without an effect each difference is as likely to have the other sign. NaN where a
    difference is not finite.
    """
    if not np.isfinite(differences).all():
        return math.nan
    if len(differences) < 2 or not differences.any():
        return 1.0
    if len(differences) <= EXACT_UP_TO_SEEDS:
        return _exact_sign_flip_p(differences)
    return _random_sign_flip_p(differences)


def _exact_sign_flip_p(differences: Floats) -> float:
    """A sum of all differences is one of the first half and one of the second: with those of the
    second in order, the ones that reach far enough beside one of the first are counted by where
    they begin (after Horowitz and Sahni, 1974). So 2^40 flips take a fraction of a second.
    """
    half = len(differences) // 2
    first = np.sort(_sums_of_flips(differences[:half]))
    second = np.sort(_sums_of_flips(differences[half:]))
    observed, longest = abs(differences.sum()), np.abs(differences).sum()
    least = observed - max(TIED * observed, ROUNDED * longest)
    if least <= 0:
        return 1.0
    below = np.searchsorted(second, -least - first, side="right")
    above = len(second) - np.searchsorted(second, least - first, side="left")
    return float((below.sum() + above.sum()) / 2.0 ** len(differences))


def _sums_of_flips(values: Floats) -> Floats:
    """Over all signs of n values: (2^n,)."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums


def _random_sign_flip_p(differences: Floats) -> float:
    """The flip that was seen counts as one, so p is never 0 (Phipson and Smyth, 2010)."""
    signs = np.random.default_rng(0).choice((-1.0, 1.0), (RANDOM_SIGN_FLIPS, len(differences)))
    sums, observed = np.abs(signs @ differences), abs(differences.sum())
    as_far = np.count_nonzero(sums >= observed * (1 - TIED))
    return float((1 + as_far) / (1 + RANDOM_SIGN_FLIPS))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values (Holm, 1979): the chance of any false finding in the family stays below."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def least_p(n: int) -> float:
    """The smallest two-sided p that a sign-flip test of n pairs can give."""
    return min(1.0, 2.0 ** (1 - n))


def least_seeds(alpha: float = ALPHA, family: int = 1) -> int:
    """Seeds below which no test in a family of that size can reach `alpha` after Holm."""
    return 1 + math.ceil(math.log2(family / alpha))


def seeds_needed(differences: Floats, alpha: float = ALPHA) -> int | None:
    """Seeds at which a test detects an effect such as this one, with 80 % power at `alpha`.

    From the power of the paired t test at the effect size seen, but never fewer than the
    sign-flip test takes. A rough guide: with few seeds the effect size is itself a guess. None
    for no effect at all, for a single pair, or beyond MAX_SEEDS.
    """
    from scipy.stats import nct, t

    n = len(differences)
    mean = float(np.mean(differences))
    if n < 2 or mean == 0:
        return None
    spread = float(np.std(differences, ddof=1))
    fewest = least_seeds(alpha)
    if spread < 1e-12 * abs(mean):
        return fewest
    counts = np.arange(fewest, MAX_SEEDS + 1)
    limit = t.ppf(1 - alpha / 2, counts - 1)
    shift = abs(mean) / spread * np.sqrt(counts)
    enough = np.flatnonzero(nct.sf(limit, counts - 1, shift) >= POWER)
    return int(counts[enough[0]]) if len(enough) else None
