"""Seeds to "replicated" by other designs than the one that was taken: group-sequential tests, and
e-values of other bets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.statistics.sequential_designs import (
    FIXED,
    MAX_SEEDS,
    PAPERS,
    Floats,
    committed,
    fixed,
)
from ganbench.reporting.sequential import ALPHA_FOR, least_mean, usual_size


@dataclass(frozen=True)
class Choice:
    """Mean seeds to "replicated", MAX_SEEDS at most, over the claims of a figure that the fixed
    design replicates; and the same where FIXED are the most.
    """

    design: str
    figure: str
    seeds: float
    to_ten: float


Spending = Callable[[float, int], float]  # of a level, what may be spent by so many seeds
CHOOSING_RUNS, PATHS = 100, 4_096


def obrien_fleming(level: float, n: int) -> float:
    """Lan & DeMets, "Discrete sequential boundaries for clinical trials" (Biometrika 1983)."""
    from scipy.stats import norm

    return float(2 * norm.sf(norm.isf(level / 2) / math.sqrt(n / MAX_SEEDS)))


def pocock(level: float, n: int) -> float:
    return level * math.log1p((math.e - 1) * n / MAX_SEEDS)


def as_soon_as_possible(level: float, n: int) -> float:
    """One sign pattern as soon as the level allows for it, the rest bit by bit, without an end."""
    first = math.ceil(math.log2(1 / level))
    if n < first:
        return 0.0
    return level - (level - 2.0**-first) * math.exp(-(n - first) / 10)


SPENDING: Mapping[str, Spending] = {
    "group-sequential, O'Brien-Fleming-like spending": obrien_fleming,
    "group-sequential, Pocock-like spending": pocock,
    "group-sequential, as soon as possible": as_soon_as_possible,
}
E_VALUES = {
    "e-values, all on the sign": ((1.0, math.inf),),
    "e-values, 0.8 on the sign, 0.2 of boldness 1 (taken)": ((0.8, math.inf), (0.2, 1.0)),
    "e-values, 0.6 on the sign, boldness 1 and 0.5": ((0.6, math.inf), (0.2, 1.0), (0.2, 0.5)),
    "e-values, boldness 2, 1 and 0.5": ((0.34, 2.0), (0.33, 1.0), (0.33, 0.5)),
    "e-values, boldness 1": ((1.0, 1.0),),
}


def choices(runs: int) -> Iterator[Choice]:
    """runs: of them CHOOSING_RUNS for group-sequential tests, which take long."""
    for figure in PAPERS:
        claims, effects = committed(figure)
        drawn = np.random.default_rng(5).integers(effects.shape[1], size=(runs, MAX_SEEDS))
        again = effects[:, drawn].swapaxes(0, 1)
        shown = fixed(claims, effects[None]).sign[0] == 1
        for name, bets in E_VALUES.items():
            yield choice(name, figure, seeds_by_e_values(again, bets)[:, shown])
        for name, bets in E_VALUES.items():
            if "taken" in name:
                by_holm = seeds_by_e_values(again, bets, corrected=lambda e: e / e.shape[-1])
                yield choice("the same, corrected by Bonferroni", figure, by_holm[:, shown])
        for name, spending in SPENDING.items():
            seeds = seeds_by_groups(again[:CHOOSING_RUNS], spending)
            yield choice(name, figure, seeds[:, shown])


def choice(name: str, figure: str, seeds: Floats) -> Choice:
    return Choice(name, figure, float(seeds.mean()), float(np.minimum(seeds, FIXED).mean()))


def seeds_by_e_values(
    runs: Floats,
    bets: Sequence[tuple[float, float]],
    corrected: Callable[[Floats], Floats] = least_mean,
) -> Floats:
    """Until "replicated", (runs, claims). runs: effects (runs, claims, seeds)."""
    sizes = usual_size(runs)
    bold = np.divide(runs, sizes, out=np.sign(runs), where=sizes > 0)
    factors = {b: 1 + (np.sign(runs) if math.isinf(b) else np.tanh(b * bold)) for _, b in bets}
    e_values = sum(share * np.cumprod(factors[b], axis=-1) for share, b in bets)
    enough = corrected(np.moveaxis(np.asarray(e_values), 1, -1)) >= 1 / ALPHA_FOR
    return first_true(enough.swapaxes(1, 2))


def first_true(enough: npt.NDArray[np.bool_]) -> Floats:
    """How many of the last axis until it is, all of them where it never is."""
    return np.where(enough.any(-1), enough.argmax(-1) + 1, enough.shape[-1]).astype(float)


def seeds_by_groups(runs: Floats, spending: Spending) -> Floats:
    """The same by group-sequential sign-flip tests and Holm (Ye, Li, Liu & Yao, "A group sequential
    Holm procedure with multiple primary endpoints", Statistics in Medicine 2013).
    """
    count = runs.shape[1]
    rng = np.random.default_rng(6)
    signs = rng.choice([-1.0, 1.0], size=(PATHS, MAX_SEEDS))
    exact = int(math.log2(PATHS))
    signs[:, :exact] = 1 - 2 * ((np.arange(PATHS)[:, None] >> np.arange(exact)) & 1)
    crossed = np.array(
        [
            [crossings(effects, signs, [ALPHA_FOR / k for k in range(1, count + 1)], spending)
             for effects in run]
            for run in runs
        ]
    )  # fmt: skip
    return np.array([holm_times(times) for times in crossed])


def crossings(
    effects: Floats, signs: Floats, levels: Sequence[float], spending: Spending
) -> list[int]:
    """At which seed the test of each level crosses its boundary; one beyond the last for never.

    The boundary of a look is the smallest that no more sign patterns come to for the first time
    than the level has left to spend, so the test is exact for whatever sizes the effects have.
    """
    sums = np.cumsum(signs * np.abs(effects), axis=1)
    observed, times = np.cumsum(effects), []
    for level in levels:
        alive, spent, time = np.ones(len(signs), bool), 0, MAX_SEEDS + 1
        for n in range(1, MAX_SEEDS + 1):
            left = int(len(signs) * spending(level, n) * (1 + 1e-9)) - spent
            if left <= 0:
                continue
            own = sums[alive, n - 1]
            edge = -math.inf
            if left < len(own):  # no more than are left lie beyond it
                edge = float(np.partition(own, len(own) - left - 1)[len(own) - left - 1])
                edge += 1e-9 * (1 + abs(edge))
            if observed[n - 1] > edge:
                time = n
                break
            crossing = alive & (sums[:, n - 1] > edge)
            spent += int(crossing.sum())
            alive &= ~crossing
        times.append(time)
    return times


def holm_times(times: npt.NDArray[np.int64]) -> list[int]:
    """times: (claims, levels) of ALPHA_FOR / 1, / 2 and so on."""
    ends = [MAX_SEEDS] * len(times)
    rejected: set[int] = set()
    for n in range(1, MAX_SEEDS + 1):
        while new := {
            i
            for i, own in enumerate(times)
            if i not in rejected and own[len(times) - len(rejected) - 1] <= n
        }:
            rejected |= new
            for i in new:
                ends[i] = n
    return ends
