"""Verdicts on claims whose seeds were added until they were decided."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ganbench.core.spec import Column
from ganbench.reporting.claims import Design, Finding, Verdict, effects_by_seed
from ganbench.reporting.groups import Group
from ganbench.reporting.sequential import (
    ALPHA_AGAINST,
    ALPHA_FOR,
    COUNTED,
    LEAST_SEEDS,
    NEUTRAL,
    Floats,
    against_none,
    in_turn,
    lower_end,
)
from ganbench.reporting.sheets import estimate_text, number, seeds_text
from ganbench.reporting.statistics import Estimate, Interval
from ganbench.results.benchmark_file import Claim

FOR, AGAINST = round(1 / ALPHA_FOR), round(1 / ALPHA_AGAINST)
VERDICTS: Mapping[int, Verdict] = {1: "replicated", -1: "not replicated", 0: "undecided"}
DESIGN_NOTE = (
    "design: seeds are added until claims are decided, in the order of their numbers, with a look "
    "after each. The chance of any false verdict among the claims of this sheet is at most 5 %, "
    "however often one looks (docs/sequential.md)"
)
EVIDENCE_NOTE = (
    f"e for ≥ {FOR}: replicated; e against ≥ {AGAINST}: not replicated; both are corrected over "
    "the claims of this sheet"
)
EFFECT_NOTE = (
    "effect: mean [95 % confidence sequence], positive where it supports the claim, over the n "
    "seeds by which it was decided, or all where it is not"
)


def judge(
    claims: Sequence[Claim],
    group: Group,
    recipe: str,
    columns: Mapping[str, Column],
    interval: Interval,
) -> list[Finding]:
    """A finding for each claim, with a look after each seed.

    e-values are corrected over the claims that the rows have effects of. interval is not asked:
    the ends are those that hold at all looks.
    """
    effects = [effects_by_seed(claim, group, recipe, columns) for claim in claims]
    known = [(c, e) for c, e in zip(claims, effects, strict=True) if not isinstance(e, str)]
    findings = iter(decided([c for c, _ in known], [e for _, e in known]))
    return [
        Finding(claim, None, math.nan, reason=effect) if isinstance(effect, str) else next(findings)
        for claim, effect in zip(claims, effects, strict=True)
    ]


def decided(claims: Sequence[Claim], effects: Sequence[Mapping[int, float]]) -> list[Finding]:
    """effects: of each claim, by seed in their order."""
    if not claims:
        return []
    seeds = sorted(set().union(*effects))
    both = [evidence(c, np.array([*e.values()])) for c, e in zip(claims, effects, strict=True)]
    e_for, e_against = (
        np.array(
            [
                [at(e[side], own, seed) for e, own in zip(both, effects, strict=True)]
                for seed in seeds
            ]
        )
        for side in (0, 1)
    )
    course = in_turn(e_for, e_against)
    findings = []
    for i, (claim, own) in enumerate(zip(claims, effects, strict=True)):
        last = seeds[course.looks[i] - 1]
        values = np.array([value for seed, value in own.items() if seed <= last])
        evidences = float(course.e_for[i]), float(course.e_against[i])
        findings.append(
            Finding(
                claim,
                bounded(claim, values),
                1 / max(1.0, evidences[0]),
                VERDICTS[int(course.sign[i])],
                "" if course.sign[i] else reason(len(values)),
                *evidences,
            )
        )
    return findings


def evidence(claim: Claim, effects: Floats) -> tuple[Floats, Floats]:
    """E-values after each seed: that the effect is there, and that it is ruled out.

    A bound is kept by a mean that lies on it, and where there is no margin, models that are
    equal are not one better than the other; so ties count in one of the two.
    """
    equal_is_for, equal_is_against = not claim.compares, claim.compares and not claim.margin
    return (
        against_none(effects, COUNTED if equal_is_for else NEUTRAL),
        against_none(claim.margin - effects, COUNTED if equal_is_against else NEUTRAL),
    )


def at(e_values: Floats, own: Mapping[int, float], seed: int) -> float:
    """The e-value after a seed; 1 before the first."""
    n = sum(1 for one in own if one <= seed)
    return float(e_values[n - 1]) if n else 1.0


def bounded(claim: Claim, effects: Floats) -> Estimate:
    low = lower_end(effects, ALPHA_FOR)
    high = claim.margin - lower_end(claim.margin - effects, ALPHA_AGAINST)
    return Estimate(float(effects.mean()), low, high, len(effects))


def reason(n: int) -> str:
    if n < LEAST_SEEDS:
        return f"{seeds_text(n)} can decide nothing; {LEAST_SEEDS} can"
    return "neither e-value decides it; more seeds may"


def effect_text(effect: Estimate) -> str:
    """Where there are too few seeds for an end, without it."""
    if math.isfinite(effect.low) and math.isfinite(effect.high):
        return estimate_text(effect, symmetric=False)
    if math.isfinite(effect.low):
        return f"{number(effect.mean)} [≥ {number(effect.low)}]"
    return number(effect.mean)


def e_texts(finding: Finding) -> tuple[str, ...]:
    if finding.effect is None:
        return ("none", "none")
    return number(finding.e_for), number(finding.e_against)


def notes(findings: Sequence[Finding], group: Group, interval: Interval) -> list[str]:
    return [EFFECT_NOTE, EVIDENCE_NOTE, DESIGN_NOTE]


UNTIL_DECIDED = Design("until decided", judge, ("e for", "e against"), e_texts, effect_text, notes)
