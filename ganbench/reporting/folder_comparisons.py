"""Two result folders on one metric, paired by task, model and seed: what a change has changed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

from ganbench.core.errors import UserError, unknown
from ganbench.core.spec import Column
from ganbench.reporting.comparisons import has_better_end
from ganbench.reporting.entries import INTERVAL_TEXT, metric_label
from ganbench.reporting.folder_pairs import Side, matched, model_notes, setting_notes
from ganbench.reporting.groups import Group, group_rows, model_rows, numbers
from ganbench.reporting.protocols import by_protocol_of, protocol_texts
from ganbench.reporting.sheets import Sheet, estimate_text, finite, number
from ganbench.reporting.statistics import (
    ALPHA,
    Comparison,
    Interval,
    compare,
    holm,
    least_p,
    least_seeds,
)
from ganbench.results.best_on_test import refuse_best_on_test
from ganbench.results.records import Row

NOTHING = "no model has a number of one column and seed in both"


@dataclass(frozen=True)
class Change:
    """One model's number in both folders, over the seeds that both have. p_holm: adjusted over the
    tests of its sheet, nan for what is no test.
    """

    metric: str
    label: str
    before: float
    after: float
    comparison: Comparison
    p_holm: float = math.nan

    @property
    def is_test(self) -> bool:
        """Not of a single seed, nor of what is equal in all."""
        return self.comparison.difference.n > 1 and any(self.comparison.differences)


def folder_sheets(
    before: tuple[str, Iterable[Row]],
    after: tuple[str, Iterable[Row]],
    columns: Mapping[str, Column],
    metrics: Sequence[str],
    interval: Interval,
) -> list[Sheet]:
    """A sheet for each task and data that both folders have: means, and `after` less `before`.

    before, after: a folder's name and its rows. metrics: only these columns; empty takes all that
    have a better end. Recipes, hyper-parameters, budgets and code may differ, and are told. What
    has other data, or a column of another protocol, is left out and told. Raises UserError where
    nothing is left, for unknown columns, and for what was chosen on test.
    """
    old, new = (Side(name, group_rows(rows)) for name, rows in (before, after))
    known = {m for side in (old, new) for group in side.groups for m in group.all_named}
    for name in metrics:
        refuse_best_on_test(name, "--metrics")
        if name not in known:
            raise unknown("metric", name, known, "--metrics")
    pairs, apart = matched(old, new)
    sheets = [
        folder_sheet((a, b), (old.name, new.name), columns, metrics, interval) for a, b in pairs
    ]
    told = [sheet for sheet in sheets if sheet.lines]
    apart += [f"not compared: {one.title}: {one.notes[0]}" for one in sheets if not one.lines]
    if not told:
        raise UserError(
            "the folders have no numbers that compare",
            "\n         ".join([f"{old.name} and {new.name}", *apart]),
            "give two folders of one task, the same data, models and seeds",
        )
    first, *others = told
    return [replace(first, notes=(*first.notes, *apart)), *others]


def folder_sheet(
    groups: tuple[Group, Group],
    names: tuple[str, str],
    columns: Mapping[str, Column],
    metrics: Sequence[str],
    interval: Interval,
) -> Sheet:
    """names: of the two folders."""
    asked = [m for m in groups[0].all_named if m in metrics or not metrics]
    asked = [m for m in asked if metrics or has_better_end(m, columns)]
    mixed = mixed_notes(asked, groups, names)
    changes = corrected(changes_of([m for m in asked if m not in mixed], groups, interval))
    lines = [change_line(change, columns, interval) for change in changes]
    first = groups[0].first
    split = "" if first.split == "test" else f" · {first.split} split"
    before, after = short(names)
    return Sheet(
        f"{first.task} · data {groups[0].data}{split} · {after} less {before}",
        ("metric", "model", before, after, "difference", "p", "p Holm", "n"),
        tuple(lines),
        (
            *test_notes(changes, interval),
            *mixed.values(),
            *([] if changes or mixed else [NOTHING]),
            *model_notes(groups, names),
            *setting_notes(groups, (before, after)),
        ),
        tuple(record(change, groups, names) for change in changes),
        keys=2,
        texts=2,
    )


def short(names: tuple[str, str]) -> tuple[str, str]:
    """The folders' last parts, or all where these are equal."""
    last = tuple(name.rstrip("/").rpartition("/")[2] for name in names)
    return (last[0], last[1]) if last[0] != last[1] else names


def mixed_notes(
    metrics: Iterable[str], groups: tuple[Group, Group], names: tuple[str, str]
) -> dict[str, str]:
    """By metric, the protocols that keep its numbers apart."""
    notes = {}
    for metric in metrics:
        rows = [row for group in groups for row in group.rows]
        parties = by_protocol_of(metric, rows)
        if len(parties) > 1:
            told = " and ".join(protocol_texts(metric, parties))
            notes[metric] = f"{metric} is not compared, for its protocols differ: {told}"
    return notes


def changes_of(
    metrics: Iterable[str], groups: tuple[Group, Group], interval: Interval
) -> Iterator[Change]:
    before, after = map(model_rows, groups)
    for metric in metrics:
        for label in (label for label in before if label in after):
            old, new = numbers(before[label], metric), numbers(after[label], metric)
            comparison = compare(new, old, interval)
            if comparison is not None:
                seeds = old.keys() & new.keys()
                mean_old, mean_new = (fmean(side[s] for s in seeds) for side in (old, new))
                yield Change(metric, label, mean_old, mean_new, comparison)


def corrected(changes: Iterable[Change]) -> list[Change]:
    found = list(changes)
    adjusted = iter(holm([change.comparison.p for change in found if change.is_test]))
    return [replace(c, p_holm=next(adjusted)) if c.is_test else c for c in found]


def change_line(
    change: Change, columns: Mapping[str, Column], interval: Interval
) -> tuple[str, ...]:
    comparison = change.comparison
    p, p_holm = (number(comparison.p), number(change.p_holm)) if change.is_test else ("none",) * 2
    equal = not any(comparison.differences)
    difference = estimate_text(comparison.difference, symmetric=interval == "t")
    return (
        metric_label(change.metric, columns),
        change.label,
        number(change.before),
        number(change.after),
        "equal" if equal else difference,
        p,
        p_holm,
        str(comparison.difference.n),
    )


def test_notes(changes: Sequence[Change], interval: Interval) -> list[str]:
    tests = [change for change in changes if change.is_test]
    equal = sum(not any(change.comparison.differences) for change in changes)
    notes = [f"{equal} of {len(changes)} numbers are equal in every seed"] if equal else []
    if not tests:
        one_seed = any(any(change.comparison.differences) for change in changes)
        return notes + ["one seed in common, so there is no interval and no test"] * one_seed
    family, n = len(tests), max(test.comparison.difference.n for test in tests)
    notes += [
        f"means over the seeds that both have; difference: {INTERVAL_TEXT[interval]}",
        f"p: two-sided sign-flip test; p Holm: corrected over the {family} tests shown",
    ]
    if family * least_p(n) > ALPHA:
        notes.append(
            f"{n} seeds can give no p below {number(least_p(n))}, so none of {family} tests can "
            f"be significant at {ALPHA:g}: take {least_seeds(ALPHA, family)} seeds or more, or "
            "test less (--metrics)"
        )
    if any(change.comparison.dropped for change in changes):
        notes.append("seeds that only one folder has a number of are left out")
    return notes


def record(change: Change, groups: tuple[Group, Group], names: tuple[str, str]) -> dict[str, Any]:
    first, difference = groups[0].first, change.comparison.difference
    return {
        "task": first.task,
        "data": groups[0].data,
        "split": first.split,
        "metric": change.metric,
        "model": change.label,
        "before": names[0],
        "after": names[1],
        "mean_before": change.before,
        "mean_after": change.after,
        "difference": difference.mean,
        "ci_low": finite(difference.low),
        "ci_high": finite(difference.high),
        "p": change.comparison.p if change.is_test else None,
        "p_holm": finite(change.p_holm),
        "n": difference.n,
        "dropped": change.comparison.dropped,
    }
