"""How both designs of `sequential_designs.py` fare: how often their verdicts are false, how often
they reach one, and by how many seeds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.statistics.sequential_designs import (
    FIXED,
    MAX_SEEDS,
    PAIRS,
    PAPERS,
    Floats,
    Outcome,
    committed,
    comparisons,
    fixed,
    sequential,
)
from ganbench.results.benchmark_file import Claim

FIGURES = (
    *("figure4/quick", "figure5/quick", "figure5/quick-code", "figure5/quick-thorough"),
    *("figure6/quick", "figure6/quick-thorough"),
)
TOGETHER: Mapping[str, Sequence[str]] = {
    "all three under quick": PAPERS,
    "figures 5 and 6 by thorough": (PAPERS[0], "figure5/quick-thorough", "figure6/quick-thorough"),
}
WORDS = {1: "replicated", -1: "not replicated", 0: "undecided"}
Draw = Callable[[np.random.Generator, tuple[int, ...]], Floats]

NULLS: Mapping[str, Draw] = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "heavy tails, t of 2 degrees": lambda rng, shape: rng.standard_t(2, shape),
    "all or nothing, beta(0.5, 0.5)": lambda rng, shape: rng.beta(0.5, 0.5, shape),
    "skewed, log-normal σ 1": lambda rng, shape: rng.lognormal(0, 1, shape),
    "with ties, binomial(3, 0.5)": lambda rng, shape: rng.binomial(3, 0.5, shape).astype(float),
}


# False verdicts


@dataclass(frozen=True)
class Errors:
    """Shares of runs with a false verdict: `one` of the first claim, `any_` of some claim."""

    distribution: str
    state: str
    one: float
    any_: float
    one_fixed: float
    any_fixed: float


STATES = {  # the true effects of the claims in units of the margin, and which verdict is false
    "no effect": (0.0,) * PAIRS,
    "effects as large as the margin": (1.0,) * PAIRS,
    "two of each": (0.0, 0.0, 1.0, 1.0),
}


def false_verdicts(runs: int) -> Iterator[Errors]:
    """PAIRS models against one other that they share their seeds with, so claims depend."""
    for name, draw in NULLS.items():
        rng = np.random.default_rng(1)
        scores = draw(rng, (runs, PAIRS + 1, MAX_SEEDS))
        differences = scores[:, :1] - scores[:, 1:]
        margin = float(np.median(np.abs(differences))) or 0.5
        claims = comparisons(margin)
        for state, truth in STATES.items():
            effects = differences + margin * np.array(truth)[:, None]
            wrong = np.where(np.array(truth) > 0, -1, 1)
            found = [design(claims, effects).sign == wrong for design in (sequential, fixed)]
            yield Errors(
                name,
                state,
                *(
                    share
                    for f in found
                    for share in (float(f[:, 0].mean()), float(f.any(1).mean()))
                ),
            )


def asymmetric(runs: int) -> Iterator[Errors]:
    """Where the assumption fails: a model's scores that are not symmetric about their mean."""
    mean = math.exp(0.5)
    for name, draw in {
        "log-normal σ 1, its mean on the bound": lambda r, s: r.lognormal(0, 1, s) - mean,
        "0.99 or 0.2, their mean on the bound of 0.7": lambda r, s: np.where(
            r.random(s) < 0.5 / 0.79, 0.29, -0.5
        ),
    }.items():
        effects = draw(np.random.default_rng(2), (runs, 1, MAX_SEEDS))
        claims = [Claim("b", "", "", "", "score", model="new", at_least=0.0)]
        found = [d(claims, effects).sign != 0 for d in (sequential, fixed)]
        shares = [float(f.mean()) for f in found]
        yield Errors(name, "either verdict", shares[0], shares[0], shares[1], shares[1])


# Power


@dataclass(frozen=True)
class Power:
    """Of normal differences with a mean of `effect` standard deviations, alone on a sheet."""

    effect: float
    replicated: float
    by_fixed: float
    seeds: float
    replicated_fixed: float


def power(runs: int) -> Iterator[Power]:
    draws = np.random.default_rng(3).standard_normal((runs, 1, MAX_SEEDS))
    claims = comparisons(0.5, 1)
    for effect in (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0):
        found, at_once = (d(claims, draws + effect) for d in (sequential, fixed))
        is_shown = found.sign == 1
        yield Power(
            effect,
            float(is_shown.mean()),
            float((is_shown & (found.seeds <= FIXED)).mean()),
            float(found.seeds.mean()),
            float((at_once.sign == 1).mean()),
        )


# Committed rows


@dataclass(frozen=True)
class Resampled:
    """A claim of a committed figure. size: the mean effect in standard deviations. verdict: of the
    fixed design on the rows themselves. same: the share of runs in which both designs give it one
    verdict, given that the fixed one gives one. seeds: mean number of these runs. to_ten: over
    all runs, where --max-seeds is FIXED. decided, decided_fixed: shares of runs with a verdict.
    """

    figure: str
    claim: str
    size: float
    verdict: str
    decided: float
    decided_by_ten: float
    decided_fixed: float
    same: float
    seeds: float
    to_ten: float


@dataclass(frozen=True)
class Cost:
    """Trainings of a figure's models, over FIXED for each: where seeds are added to what undecided
    claims name, up to FIXED. seeds_of_claims: mean seeds to a claim's verdict, over FIXED;
    seeds_of_decided: where the fixed design decides it too, which it does for so many claims in
    the mean.
    """

    figure: str
    trainings: float
    seeds_of_claims: float
    seeds_of_decided: float
    decided: float


def resampled(runs: int) -> Iterator[tuple[list[Resampled], Cost]]:
    for figure in FIGURES:
        claims, effects = committed(figure)
        rng = np.random.default_rng(4)
        drawn = rng.integers(effects.shape[1], size=(runs, MAX_SEEDS))
        again = effects[:, drawn].swapaxes(0, 1)
        found, at_once = sequential(claims, again), fixed(claims, again)
        truth = fixed(claims, effects[None]).sign[0]
        lines = [
            resampled_claim(figure, claim, effects[i], int(truth[i]), found.of(i), at_once.of(i))
            for i, claim in enumerate(claims)
        ]
        yield lines, cost(figure, claims, found, at_once)


def resampled_claim(
    figure: str, claim: Claim, effects: Floats, truth: int, found: Outcome, at_once: Outcome
) -> Resampled:
    """effects: of the claim's seeds. truth: the fixed design's sign on them. found, at_once: of
    both designs, (runs,).
    """
    is_found, is_decided = found.sign != 0, at_once.sign != 0
    is_same = is_decided & (found.sign == at_once.sign)
    spread = float(effects.std(ddof=1))
    return Resampled(
        figure,
        claim.id,
        size=float(effects.mean()) / spread if spread > 1e-9 else math.inf,
        verdict=WORDS[truth],
        decided=float(is_found.mean()),
        decided_by_ten=float((is_found & (found.seeds <= FIXED)).mean()),
        decided_fixed=float(is_decided.mean()),
        same=float(is_same.sum() / max(1, is_decided.sum())),
        seeds=float(found.seeds[is_same].mean()) if is_same.any() else math.nan,
        to_ten=float(np.minimum(found.seeds, FIXED).mean()),
    )


def cost(figure: str, claims: Sequence[Claim], found: Outcome, at_once: Outcome) -> Cost:
    models = sorted({model for claim in claims for model in claim.models})
    short = np.minimum(found.seeds, FIXED)
    is_decided = at_once.sign != 0
    needed = [
        short[:, [i for i, claim in enumerate(claims) if model in claim.models]].max(axis=1)
        for model in models
    ]
    return Cost(
        figure,
        float(np.mean(needed)) / FIXED,
        float(short.mean()) / FIXED,
        float(short[is_decided].mean()) / FIXED,
        is_decided.mean(axis=0).sum().item(),
    )


def of_all(costs: Sequence[Cost], name: str, figures: Sequence[str]) -> Cost:
    """Of the paper's figures together, each claim counting alike."""
    own = [c for c in costs if c.figure in figures]
    claims = [len(committed(c.figure)[0]) for c in own]
    return Cost(
        name,
        float(np.mean([c.trainings for c in own])),
        float(np.average([c.seeds_of_claims for c in own], weights=claims)),
        float(np.average([c.seeds_of_decided for c in own], weights=[c.decided for c in own])),
        sum(c.decided for c in own),
    )
