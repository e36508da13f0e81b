"""Verdicts on a paper's claims: replicated, not replicated, or undecided."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from ganbench.core.errors import UserError, unknown
from ganbench.core.spec import Column, column_of
from ganbench.reporting.groups import Group, group_rows, numbers
from ganbench.reporting.looks import fixed_design_notes
from ganbench.reporting.origins import origin_notes
from ganbench.reporting.sheets import Sheet, estimate_text, finite, number
from ganbench.reporting.statistics import (
    ALPHA,
    TIED,
    Estimate,
    Interval,
    estimate,
    holm,
    least_p,
    least_seeds,
    sign_flip_p,
)
from ganbench.results.benchmark_file import Claim
from ganbench.results.best_on_test import refuse_best_on_test
from ganbench.results.records import Row

Verdict = Literal["replicated", "not replicated", "undecided"]
HEAD = ("claim", "figure", "in numbers", "verdict", "effect")


@dataclass(frozen=True)
class Finding:
    """What the rows say of a claim.

    effect: in the metric's unit, positive where it supports the claim: the paired difference,
        or the distance from the bound. None where there are too few seeds.
    p: of no effect, nan without any; corrected over the sheet as its design says.
    e_for, e_against: of a sequential design, the evidence that the effect is there, and that it
        is ruled out; else nan.
    """

    claim: Claim
    effect: Estimate | None
    p: float
    verdict: Verdict = "undecided"
    reason: str = ""
    e_for: float = math.nan
    e_against: float = math.nan


Judge = Callable[[Sequence[Claim], Group, str, Mapping[str, Column], Interval], list[Finding]]


@dataclass(frozen=True)
class Design:
    """How many seeds there are, and so how verdicts come about.

    name: in records. judge: a finding for each claim, from the group's rows of one recipe.
    head, evidence: names of the columns of evidence, and their texts. effect: its text.
    notes: what stands below, of findings of a group.
    """

    name: str
    judge: Judge
    head: tuple[str, ...]
    evidence: Callable[[Finding], tuple[str, ...]]
    effect: Callable[[Estimate], str]
    notes: Callable[[Sequence[Finding], Group, Interval], list[str]]


def claim_sheets(
    claims: Sequence[Claim],
    rows: Iterable[Row],
    columns: Mapping[str, Column],
    interval: Interval = "t",
    design: Design | None = None,
) -> list[Sheet]:
    """A sheet for each setting and recipe in the rows that some claim is about.

    design: of the rows; None for a fixed number of seeds.
    Raises UserError for a metric that is unknown or has no better end.
    """
    design = design or FIXED
    return [
        claim_sheet(findings, group, recipe, interval, design)
        for group, recipe, findings in judged(claims, rows, columns, design, interval)
    ]


def judged(
    claims: Sequence[Claim],
    rows: Iterable[Row],
    columns: Mapping[str, Column],
    design: Design,
    interval: Interval = "t",
) -> Iterator[tuple[Group, str, list[Finding]]]:
    """The findings of each setting and recipe that some claim is about."""
    for group in group_rows(rows):
        of_task = [claim for claim in claims if claim.task == group.first.task]
        for recipe in recipes_of(group) if of_task else ():
            yield group, recipe, design.judge(of_task, group, recipe, columns, interval)


def judge(
    claims: Sequence[Claim],
    group: Group,
    recipe: str,
    columns: Mapping[str, Column],
    interval: Interval,
) -> list[Finding]:
    """A finding for each claim, from a number of seeds that was fixed beforehand."""
    findings = [measure(claim, group, recipe, columns, interval) for claim in claims]
    tested = [i for i, f in enumerate(findings) if f.claim.compares and not math.isnan(f.p)]
    for i, p in zip(tested, holm([findings[i].p for i in tested]), strict=True):
        findings[i] = replace(findings[i], p=p)
    return [decide(finding, len(tested)) for finding in findings]


def recipes_of(group: Group) -> dict[str, None]:
    return dict.fromkeys(rows[0].recipe for rows in group.trained.values())


def measure(
    claim: Claim,
    group: Group,
    recipe: str,
    columns: Mapping[str, Column],
    interval: Interval,
) -> Finding:
    """Effect and uncorrected p of one claim."""
    effects = effects_by_seed(claim, group, recipe, columns)
    if isinstance(effects, str):
        return Finding(claim, None, math.nan, reason=effects)
    values = list(effects.values())
    return Finding(claim, estimate(values, interval), sign_flip_p(np.array(values)))


def effects_by_seed(
    claim: Claim, group: Group, recipe: str, columns: Mapping[str, Column]
) -> dict[int, float] | str:
    """The claim's effect in each seed, in their order; or why there is none."""
    sign = direction(claim, columns)
    values = []
    for model in claim.models:
        variants = [
            rows
            for rows in group.by_model.values()
            if rows[0].model == model and rows[0].recipe in (recipe, "")
        ]
        if len(variants) > 1:
            return f"the rows have several variants of {model}"
        values.append(numbers(variants[0] if variants else (), claim.metric))
        if not values[-1]:
            return f"no row of {model} has the metric"
    if not claim.compares:
        return {seed: distance(claim, value) for seed, value in sorted(values[0].items())}
    both = sorted(values[0].keys() & values[1].keys())
    if not both:
        return "the models have no seed in common"
    return {seed: sign * apart(values[0][seed], values[1][seed]) for seed in both}


def distance(claim: Claim, value: float) -> float:
    """How far a value lies on the right side of the claim's bound."""
    if claim.at_least is not None:
        return apart(value, claim.at_least)
    return apart(claim.at_most or 0.0, value)


def apart(value: float, other: float) -> float:
    """Their difference, exactly 0 where they are equal up to rounding."""
    return 0.0 if math.isclose(value, other, rel_tol=TIED) else value - other


def direction(claim: Claim, columns: Mapping[str, Column]) -> float:
    """1 where higher is better, else -1. Raises UserError where neither end is, and for what was
    chosen on test.
    """
    refuse_best_on_test(claim.metric, f"claim {claim.id}")
    column = column_of(claim.metric, columns)
    if column is None:
        raise unknown("metric", claim.metric, columns, f"claim {claim.id}")
    if column.higher_is_better is None and claim.compares:
        raise UserError(
            f"neither end of {claim.metric} is better", f"claim {claim.id}", "use another metric"
        )
    return 1.0 if column.higher_is_better else -1.0


def decide(finding: Finding, family: int) -> Finding:
    """The verdict, with the reason where there is none.

    A comparison is replicated where Holm's p is at most 0.05 in its favour and the interval does
    not rule out the margin, and not replicated where the interval does. A bound is decided by
    the interval alone.
    """
    effect, claim = finding.effect, finding.claim
    if effect is None:
        return finding
    if effect.n < 2:
        return replace(finding, reason="one seed decides nothing")
    if effect.high < max(claim.margin, 0):
        return replace(finding, verdict="not replicated")
    significant = finding.p <= ALPHA and effect.mean > 0
    if significant if claim.compares else effect.low >= 0:
        return replace(finding, verdict="replicated")
    if claim.compares and family * least_p(effect.n) > ALPHA:
        fewest = least_seeds(ALPHA, family)
        text = f"{effect.n} seeds can decide none of {family} tests; {fewest} can"
        return replace(finding, reason=text)
    return replace(finding, reason="the interval holds both answers")


def claim_sheet(
    findings: Sequence[Finding], group: Group, recipe: str, interval: Interval, design: Design
) -> Sheet:
    first = next(rows[0] for rows in group.trained.values() if rows[0].recipe == recipe)
    lines = [
        (
            f.claim.id,
            f.claim.figure,
            f.claim.short,
            f.verdict,
            design.effect(f.effect) if f.effect else "none",
            *design.evidence(f),
            str(f.effect.n if f.effect else 0),
        )
        for f in findings
    ]
    reasons = [f"{f.claim.id}: {f.reason}" for f in findings if f.reason]
    split = "" if first.split == "test" else f" · {first.split} split"
    data = f" · data {group.data}" if group.data != first.data else ""
    return Sheet(
        f"claims · {first.task}{data} · preset {first.preset} · recipe {recipe}{split}",
        (*HEAD, *design.head, "n"),
        tuple(lines),
        (*reasons, *design.notes(findings, group, interval), *origin_notes(group)),
        tuple(record(f, first, group.data, design) for f in findings),
        texts=3,
    )


def p_text(finding: Finding) -> tuple[str, ...]:
    has_test = finding.effect and finding.effect.n > 1
    return (number(finding.p) if has_test else "none",)


def fixed_notes(findings: Sequence[Finding], group: Group, interval: Interval) -> list[str]:
    """What stands in the columns, of intervals only where there is one; and the design."""
    supports = "positive where it supports the claim"
    if not any(finding.effect and finding.effect.n > 1 for finding in findings):
        return [f"effect: {supports}"]
    over = f"mean [95 % {interval} interval] over seeds"
    return [f"effect: {over}, {supports}; p of comparisons is Holm's", *fixed_design_notes(group)]


def record(finding: Finding, first: Row, data: str, design: Design) -> dict[str, Any]:
    claim, effect = finding.claim, finding.effect
    return {
        "id": claim.id,
        "figure": claim.figure,
        "verdict": finding.verdict,
        "effect": effect.mean if effect else None,
        "ci_low": finite(effect.low) if effect else None,
        "ci_high": finite(effect.high) if effect else None,
        "p": finite(finding.p),
        "n": effect.n if effect else 0,
        "task": first.task,
        "data": data,
        "preset": first.preset,
        "recipe": first.recipe,
        "split": first.split,
        "metric": claim.metric,
        "claim": claim.short,
        "text": claim.text,
        "reason": finding.reason,
        "design": design.name,
        "e_for": finite(finding.e_for),
        "e_against": finite(finding.e_against),
    }


FIXED = Design(
    "fixed",
    judge,
    ("p",),
    p_text,
    partial(estimate_text, symmetric=False),
    fixed_notes,
)
