"""Two models on one metric, paired by seed: difference, exact test, and Holm over the family."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from ganbench.core.errors import unknown
from ganbench.core.spec import Column, column_of
from ganbench.reporting.entries import INTERVAL_TEXT, metric_label
from ganbench.reporting.groups import Group, group_rows, model_rows, numbers
from ganbench.reporting.looks import DesignNotes, fixed_design_notes
from ganbench.reporting.origins import origin_notes
from ganbench.reporting.sheets import Sheet, estimate_text, finite, number
from ganbench.reporting.statistics import (
    ALPHA,
    Comparison,
    Interval,
    compare,
    holm,
    least_p,
    least_seeds,
    seeds_needed,
)
from ganbench.results.best_on_test import refuse_best_on_test
from ganbench.results.records import Row

HEAD = ("metric", "models", "difference", "p", "p Holm", "n", "seeds for 80 % power")


@dataclass(frozen=True)
class Pair:
    """One test of the family. p_holm: adjusted over all tests of its sheet."""

    metric: str
    first: str
    second: str
    comparison: Comparison
    p_holm: float = math.nan

    @property
    def is_test(self) -> bool:
        """One seed is none."""
        return self.comparison.difference.n > 1


def comparison_sheets(
    rows: Iterable[Row],
    columns: Mapping[str, Column],
    baseline: str,
    metrics: Sequence[str],
    interval: Interval,
    design: DesignNotes = fixed_design_notes,
) -> list[Sheet]:
    """A sheet of tests for each setting in the rows.

    baseline: compare every model with this one only; empty takes all pairs. metrics: only these;
    empty takes all that have a better end. design: notes on how many seeds there are, and why.
    Raises UserError for names that the rows do not have,
    and for what was chosen on test.
    """
    groups = group_rows(rows)
    models = {label for group in groups for label in model_rows(group)}
    known = {metric for group in groups for metric in group.metrics}
    if baseline and baseline not in models:
        raise unknown("model", baseline, models, "--baseline")
    for name in metrics:
        refuse_best_on_test(name, "--metrics")
        if name not in known:
            raise unknown("metric", name, known, "--metrics")
    return [
        comparison_sheet(group, columns, baseline, metrics, interval, design) for group in groups
    ]


def comparison_sheet(
    group: Group,
    columns: Mapping[str, Column],
    baseline: str,
    metrics: Sequence[str],
    interval: Interval,
    design: DesignNotes,
) -> Sheet:
    pairs = corrected(paired(group, columns, baseline, metrics, interval))
    family = len(pairs)
    lines = [(*pair_texts(pair, columns, interval), needed_text(pair, family)) for pair in pairs]
    records = tuple(record(group, pair, family) for pair in pairs)
    notes = [*family_notes(pairs, interval), *origin_notes(group)]
    if any(pair.is_test for pair in pairs):
        notes.append("seeds for 80 % power: a rough guide, from the effect size seen here")
        notes += design(group)
    return Sheet(group.title, HEAD, tuple(lines), tuple(notes), records, keys=2, texts=2)


def pair_texts(
    pair: Pair, columns: Mapping[str, Column], interval: Interval
) -> tuple[str, str, str, str, str, str]:
    """The line of a pair, below all names of `HEAD` but the last."""
    difference = pair.comparison.difference
    p = map(number, (pair.comparison.p, pair.p_holm)) if pair.is_test else ("none", "none")
    return (
        metric_label(pair.metric, columns),
        f"{pair.first} − {pair.second}",
        estimate_text(difference, symmetric=interval == "t"),
        *p,
        str(difference.n),
    )


def paired(
    group: Group,
    columns: Mapping[str, Column],
    baseline: str,
    metrics: Sequence[str],
    interval: Interval,
) -> list[Pair]:
    """Every test of the family, uncorrected.

    A metric on which two models agree seed by seed, such as the probe's own error, is no test.
    """
    rows = model_rows(group)
    pairs = [
        (later, earlier) if baseline != later else (earlier, later)
        for earlier, later in combinations(rows, 2)
        if not baseline or baseline in (earlier, later)
    ]
    tests = []
    for metric in group.metrics:
        if metric not in metrics if metrics else not has_better_end(metric, columns):
            continue
        for first, second in pairs:
            values = numbers(rows[first], metric), numbers(rows[second], metric)
            comparison = compare(*values, interval)
            if comparison is not None and any(comparison.differences):
                tests.append(Pair(metric, first, second, comparison))
    return tests


def has_better_end(metric: str, columns: Mapping[str, Column]) -> bool:
    column = column_of(metric, columns)
    return column is not None and column.higher_is_better is not None


def corrected(pairs: Sequence[Pair]) -> list[Pair]:
    adjusted = holm([pair.comparison.p for pair in pairs])
    return [replace(pair, p_holm=p) for pair, p in zip(pairs, adjusted, strict=True)]


def needed_text(pair: Pair, family: int) -> str:
    """Seeds that would find such a difference in a family of this size."""
    if not pair.is_test:
        return "none"
    needed = seeds_needed(np.array(pair.comparison.differences), ALPHA / family)
    return "over 1,000" if needed is None else str(needed)


def family_notes(pairs: Sequence[Pair], interval: Interval) -> list[str]:
    """What the correction ran over, and whether any test could have been significant at all."""
    if not pairs:
        return ["no two models have a metric with a better end and seeds in common"]
    family, n = len(pairs), max(pair.comparison.difference.n for pair in pairs)
    if n < 2:
        return ["differences of one seed: there is no interval and no test; take more seeds"]
    notes = [
        f"differences over paired seeds, {INTERVAL_TEXT[interval]}",
        f"p: two-sided sign-flip test; p Holm: corrected over the {family} tests shown",
    ]
    if family * least_p(n) > ALPHA:
        notes.append(
            f"{n} seeds can give no p below {number(least_p(n))}, so none of {family} tests can "
            f"be significant at {ALPHA:g}: take {least_seeds(ALPHA, family)} seeds or more, or "
            "test less (--metrics, --baseline)"
        )
    dropped = sum(pair.comparison.dropped for pair in pairs)
    if dropped:
        notes.append("seeds that only one of two models has are left out of their pairs")
    return notes


def record(group: Group, pair: Pair, family: int) -> dict[str, Any]:
    first, comparison = group.first, pair.comparison
    return {
        "task": first.task,
        "data": group.data,
        "split": first.split,
        "preset": first.preset,
        "metric": pair.metric,
        "first": pair.first,
        "second": pair.second,
        "difference": comparison.difference.mean,
        "ci_low": finite(comparison.difference.low),
        "ci_high": finite(comparison.difference.high),
        "p": comparison.p,
        "p_holm": pair.p_holm,
        "n": comparison.difference.n,
        "dropped": comparison.dropped,
        "family": family,
        "seeds_needed": seeds_needed(np.array(comparison.differences), ALPHA / family),
    }
