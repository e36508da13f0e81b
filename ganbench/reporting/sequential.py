"""Evidence from seeds that come one after the other, which one may look at after each of them.

An e-value is the wealth of one who bets against a hypothesis at fair or worse odds, starting with
1: if the hypothesis holds, the chance that it ever comes to 1/alpha is at most alpha (Ville, 1939;
Ramdas, Grünwald, Vovk & Shafer, "Game-theoretic statistics and safe anytime-valid inference",
Statistical Science 2023). So looking after every seed, and stopping or going on for whatever
reason, costs no error.

The hypothesis here: the values are distributed symmetrically about their mean, which is 0 or less.
Then a value is at least as likely to be below 0 as to be as far above it, and bets on its sign are
fair or worse. Paired differences of two models that do equally well are symmetric by exchange.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ganbench.reporting.statistics import ALPHA

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ALPHA_FOR, ALPHA_AGAINST = 0.8 * ALPHA, 0.2 * ALPHA  # for false verdicts of either kind
# Shares of the wealth, and how boldly each bets, in values of the usual size. The boldest puts all
# on the sign, which doubles it or loses it: nothing decides sooner where all seeds agree. These and
# the parting of alpha were chosen by simulation (benchmarks/statistics/sequential.py).
BETS = ((0.8, math.inf), (0.2, 1.0))
NEUTRAL, COUNTED = 1.0, 2.0  # what a value of exactly 0 does to the boldest: nothing, or a win
LEAST_SEEDS = math.ceil(math.log2(1 / ALPHA_FOR))  # no wealth grows faster than twofold a seed


def wealth(values: Floats, scales: Floats, ties: float = NEUTRAL) -> Floats:
    """The e-value after each seed against "symmetric about a mean of 0 or less"; (..., n).

    values: (..., n) in the order of seeds. scales: (..., n), the usual size before each value, as
    `usual_size` gives it. ties: COUNTED where the hypothesis is a mean below 0, and 0 itself is
    against it.

    Each bet multiplies its share by exp(bx) / cosh(bx) for the value x in usual sizes, boldness b:
    the exact form of de la Peña's exp(bx - b²x² / 2) ("A general class of exponential inequalities
    for martingales and ratios", Annals of Probability 1999), which is never larger. It grows with
    x whatever the scale, so that a mean below 0 only lowers it.
    """
    total = np.zeros(values.shape)
    for share, boldness in BETS:
        if math.isinf(boldness):
            factors = np.where(values == 0, ties, 1 + np.sign(values))
        else:
            known = scales > 0
            with np.errstate(over="ignore"):  # the tanh of what is too large is 1
                sizes = np.divide(values, scales, out=np.sign(values), where=known)
            factors = 1 + np.tanh(boldness * sizes)
        total += share * np.cumprod(factors, axis=-1)
    return total


def usual_size(values: Floats) -> Floats:
    """The mean distance from 0 of the values before each one, (..., n). Where there is none but 0
    it is 0, for not known: then the bets are on the sign alone.
    """
    before = np.zeros(values.shape)
    np.cumsum(np.abs(values[..., :-1]), axis=-1, out=before[..., 1:])
    return before / np.maximum(np.arange(values.shape[-1]), 1)


def against_none(values: Floats, ties: float = NEUTRAL) -> Floats:
    """`wealth` with the values' own usual size."""
    return wealth(values, usual_size(values), ties)


def least_mean(e_values: Floats) -> Floats:
    """E-values of hypotheses (..., m), corrected for their number: the smallest mean of each with
    any others.

    At 1/alpha and more, rejecting is a closed test by arithmetic means, so that the chance of any
    false rejection among the m is at most alpha, however they depend on each other (Vovk & Wang,
    "E-values: calibration, combination and applications", Annals of Statistics 2021). It is never
    below a m-th of the e-value, Bonferroni's, and no loss at all where the others are as large.
    """
    others = np.sort(e_values, axis=-1)
    least = e_values
    for k in range(1, e_values.shape[-1]):
        smallest = others[..., :k].sum(axis=-1, keepdims=True)
        own = e_values <= others[..., k - 1 : k]  # is one of the k smallest, so take the next too
        sums = np.where(own, others[..., : k + 1].sum(axis=-1, keepdims=True), smallest + e_values)
        least = np.minimum(least, sums / (k + 1))
    return np.asarray(least)


@dataclass(frozen=True)
class Course:
    """What became of claims look by look. All have a last axis of claims.

    sign: 1 where the effect is shown to be there, -1 where it is ruled out, 0 undecided.
    looks: after how many looks that was; all of them where undecided.
    e_for, e_against: the largest corrected e-values by then.
    """

    sign: Ints
    looks: Ints
    e_for: Floats
    e_against: Floats


def in_turn(e_for: Floats, e_against: Floats) -> Course:
    """Decides claims as seeds come.

    e_for, e_against: (looks, ..., claims), e-values after each look against "there is no effect"
    and against "there is one that matters". The chance of any false verdict among the claims is
    at most ALPHA_FOR for one kind, ALPHA_AGAINST for the other, and ALPHA for both. A claim that
    is decided keeps its e-values of then. Where a look gives both, the effect is ruled out.
    """
    shape = e_for.shape[1:]
    sign, looks = np.zeros(shape, int), np.full(shape, len(e_for))
    now = np.ones(shape), np.ones(shape)
    largest = np.zeros(shape), np.zeros(shape)
    for look, found in enumerate(zip(e_for, e_against, strict=True), 1):
        is_open = sign == 0
        now = np.where(is_open, found[0], now[0]), np.where(is_open, found[1], now[1])
        corrected = least_mean(now[0]), least_mean(now[1])
        largest = (
            np.where(is_open, np.maximum(largest[0], corrected[0]), largest[0]),
            np.where(is_open, np.maximum(largest[1], corrected[1]), largest[1]),
        )
        new = np.where(
            corrected[1] >= 1 / ALPHA_AGAINST, -1, np.where(corrected[0] >= 1 / ALPHA_FOR, 1, 0)
        )
        looks = np.where(is_open & (new != 0), look, looks)
        sign = np.where(is_open, new, sign)
    return Course(sign, looks, *largest)


def lower_end(values: Floats, alpha: float) -> float:
    """A bound below the mean of values (n,), symmetric about it, that holds at all looks at once
    with the chance 1 - alpha: means below it have an e-value of 1/alpha or more. Minus infinity
    where there are too few seeds for one.
    """
    from scipy.optimize import bisect

    scales = usual_size(values)

    def excess(distances: Floats) -> float:
        return float(wealth(distances, scales).max()) - 1 / alpha

    if excess(np.full(len(values), math.inf)) <= 0:
        return -math.inf
    high = float(values.max())
    width = float(np.ptp(values) + np.abs(values).max()) or 1.0
    while excess(values - (high - width)) <= 0:
        width *= 2
    return float(bisect(lambda mean: excess(values - mean), high - width, high, xtol=1e-9 * width))
