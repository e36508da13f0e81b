"""Which numbers of a table are the best, and which a test tells apart from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ganbench.core.spec import Column, column_of
from ganbench.reporting.comparisons import Pair, corrected
from ganbench.reporting.entries import Entry
from ganbench.reporting.groups import Group
from ganbench.reporting.sheets import number
from ganbench.reporting.statistics import (
    ALPHA,
    Estimate,
    Interval,
    compare,
    least_p,
    least_seeds,
)
from ganbench.results.records import number_of

Entries = Mapping[tuple[str, str], Entry]


@dataclass(frozen=True)
class Emphasis:
    """best, worse: pairs of metric and label. caption: what they mean, in sentences."""

    best: frozenset[tuple[str, str]] = frozenset()
    worse: frozenset[tuple[str, str]] = frozenset()
    caption: str = ""


Emphasise = Callable[[Group, Entries, Mapping[str, Column], Interval], Emphasis]


def none_emphasised(
    group: Group, entries: Entries, columns: Mapping[str, Column], interval: Interval
) -> Emphasis:
    return Emphasis()


def best_emphasised(
    group: Group, entries: Entries, columns: Mapping[str, Column], interval: Interval
) -> Emphasis:
    """Of each metric with a better end the model with the best mean, and the models that are not
    told apart from it: their intervals overlap, and the paired test finds no difference after
    Holm's correction over the table. References take no part.
    """
    rivals = {m: found for m in group.metrics if len(found := rivals_of(m, group, entries)) > 1}
    rivals = {m: found for m, found in rivals.items() if is_contest(m, found, columns)}
    best = {m: best_of(m, found, columns) for m, found in rivals.items()}
    pairs = [
        Pair(metric, best[metric], other, comparison)
        for metric, found in rivals.items()
        for other in found
        if other != best[metric]
        for values in [[by_seed(group, label, metric) for label in (best[metric], other)]]
        if (comparison := compare(values[0], values[1], interval)) is not None
        and any(comparison.differences)
    ]
    tests = corrected([pair for pair in pairs if pair.is_test])
    worse = frozenset((t.metric, t.second) for t in tests if t.p_holm <= ALPHA)
    bold = {
        (metric, label)
        for metric, found in rivals.items()
        for label, estimate in found.items()
        if overlap(estimate, found[best[metric]]) and (metric, label) not in worse
    }
    return Emphasis(frozenset(bold), worse, caption(tests, worse) if rivals else "")


def rivals_of(metric: str, group: Group, entries: Entries) -> dict[str, Estimate]:
    models = [label for label, rows in group.trained.items() if not rows[0].is_reference]
    found = {label: entries[metric, label].estimate for label in models}
    return {label: estimate for label, estimate in found.items() if estimate is not None}


def is_contest(metric: str, found: Mapping[str, Estimate], columns: Mapping[str, Column]) -> bool:
    """Whether some are better than others."""
    column = column_of(metric, columns)
    has_better_end = column is not None and column.higher_is_better is not None
    return has_better_end and len({estimate.mean for estimate in found.values()}) > 1


def best_of(metric: str, found: Mapping[str, Estimate], columns: Mapping[str, Column]) -> str:
    column = column_of(metric, columns)
    choose = max if column is not None and column.higher_is_better else min
    return choose(found, key=lambda label: found[label].mean)


def overlap(a: Estimate, b: Estimate) -> bool:
    """Of the intervals, or of the means where one has none."""
    if a.n > 1 and b.n > 1:
        return a.low <= b.high and b.low <= a.high
    return a.mean == b.mean


def by_seed(group: Group, label: str, metric: str) -> dict[int, float]:
    values = {
        row.seed: number_of(group.metrics_of(row).get(metric)) for row in group.by_model[label]
    }
    return {seed: value for seed, value in values.items() if value is not None}


def caption(tests: Sequence[Pair], worse: frozenset[tuple[str, str]]) -> str:
    if not tests:
        return "Bold: the best number of each metric; one seed cannot tell whether it is by chance."
    family, n = len(tests), max(test.comparison.difference.n for test in tests)
    which = f"exact sign-flip test over paired seeds, Holm's correction over {family} tests"
    bold = (
        "Bold: the best mean of each metric, and those of models that are not told apart from it "
        "(the intervals overlap and no test finds a difference)."
    )
    if worse:
        return f"{bold} *: worse than the best, p ≤ {ALPHA:.2g} ({which})."
    if family * least_p(n) > ALPHA:
        why = f"{n} seeds give no p below {number(least_p(n))}"
        fix = f"{least_seeds(ALPHA, family)} seeds could"
        return f"{bold} No test could find one ({which}): {why}; {fix}."
    return f"{bold} No test finds one ({which})."
