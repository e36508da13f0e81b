"""The comparison of a setting as data: a line a model, a column a metric; and dots of seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ganbench.core.spec import Column, ColumnKey, Direction, column_of
from ganbench.reporting.entries import Entry, entry, metric_label, shown
from ganbench.reporting.groups import Group, Measured
from ganbench.reporting.report.charts import Scale, ends_around, look, scale_of, tick_text
from ganbench.reporting.report.loading import Setting
from ganbench.reporting.sheets import number
from ganbench.reporting.statistics import Interval
from ganbench.reporting.tables import STATUSES, is_absent_reference, mean_train_sec

WIDTH = 1_000  # of a strip, in its own units
MAX_TOLD = 20  # seeds whose numbers are named


@dataclass(frozen=True)
class Value:
    """A cell of the table. key: what it is sorted by; None for a text. told: in full."""

    text: str
    key: float | None
    told: str = ""
    is_best: bool = False


@dataclass(frozen=True)
class Line:
    label: str
    model: str
    recipe: str
    place: int
    is_reference: bool
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Table:
    """head: names with arrows, and what they mean."""

    direction: Direction
    head: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Strip:
    """A model's seeds in a panel of dots, WIDTH units wide. dots, span, mean: SVG paths."""

    label: str
    model: str
    recipe: str
    look: str
    text: str
    told: str
    dots: str
    span: str
    mean: str
    is_cut: bool


@dataclass(frozen=True)
class Dots:
    metric: str
    meaning: str
    ticks: tuple[tuple[float, str], ...]
    strips: tuple[Strip, ...]
    is_main: bool


def tables_of(
    setting: Setting, columns: Mapping[str, Column], places: Mapping[str, int], interval: Interval
) -> list[Table]:
    """One a direction, A to B first. References without such data are left out, as in tables."""
    group = setting.group
    present = {k: rows for k, rows in group.by_model.items() if not is_absent_reference(rows)}
    labels = list(present or group.by_model)
    found = []
    for direction in ("AB", "BA"):
        metrics = [m for m in group.metrics if ColumnKey.parse(m).direction == direction]
        if not metrics and (direction == "BA" or group.metrics):
            continue
        entries = {
            (m, label): entry(
                m, group.by_model[label], group.measured[label].get(m, Measured()), interval
            )
            for m in metrics
            for label in labels
        }
        best = {m: best_label(m, entries, group, columns) for m in metrics}
        head = [(metric_label(m, columns), meaning_of(m, columns)) for m in metrics]
        lines = []
        for label in labels:
            values = [
                value_of(entries[m, label], interval, is_best=best[m] == label) for m in metrics
            ]
            first = group.by_model[label][0]
            lines.append(
                Line(
                    *(label, first.model, first.recipe, places[label], first.is_reference),
                    (*values, *ends_of(group, label)),
                )
            )
        found.append(Table(direction, (*head, *ENDS), tuple(lines)))
    return found


ENDS = (("seeds done", "cells that have a row with numbers"), ("train_sec", "mean of a seed"))


def ends_of(group: Group, label: str) -> tuple[Value, Value]:
    """How many seeds are done, with those that are not, and how long one took."""
    counts = group.ends[label]
    told = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    text = str(counts["done"]) if counts["done"] == counts.total() else told
    seconds = mean_train_sec(group.by_model[label])
    sec = Value("none", None) if math.isnan(seconds) else Value(f"{seconds:.1f}", seconds)
    return Value(text, counts["done"], told), sec


def best_label(
    metric: str,
    entries: Mapping[tuple[str, str], Entry],
    group: Group,
    columns: Mapping[str, Column],
) -> str | None:
    """The model with the best mean; none for a metric without a better end, and for one model."""
    column = column_of(metric, columns)
    if column is None or column.higher_is_better is None:
        return None
    means = {
        label: found.estimate.mean
        for label in group.trained
        if (found := entries.get((metric, label))) and found.estimate
    }
    if len(means) < 2:
        return None
    best = (max if column.higher_is_better else min)(means.values())
    winners = [label for label, mean in means.items() if mean == best]
    return winners[0] if len(winners) == 1 else None


def value_of(found: Entry, interval: Interval, is_best: bool) -> Value:
    if found.estimate is None:
        return Value(shown(found, interval), None, found.reason)
    e = found.estimate
    told = f"n = {e.n}" + (
        f", 95 % interval {number(e.low)} to {number(e.high)}" if e.n > 1 else ": no interval"
    )
    return Value(shown(found, interval), e.mean, told, is_best)


def meaning_of(metric: str, columns: Mapping[str, Column]) -> str:
    column = column_of(metric, columns)
    if column is None:
        return ""
    return f"{column.text} ({column.unit})" if column.unit else column.text


def dots_of(
    setting: Setting,
    columns: Mapping[str, Column],
    main: Sequence[str],
    places: Mapping[str, int],
    interval: Interval,
) -> list[Dots]:
    """A panel for each metric that has a number: those of `main` first."""
    group = setting.group
    names = [*main, *(m for m in group.metrics if m not in main)]
    panels = []
    for metric in names:
        values = {
            label: numbers
            for label in group.by_model
            if (numbers := group.measured[label].get(metric, Measured()).numbers)
        }
        if values:
            meaning = meaning_of(metric, columns)
            ticks, strips = strips_of(metric, values, group, places, interval)
            panels.append(
                Dots(metric_label(metric, columns), meaning, ticks, strips, metric in main)
            )
    return panels


def strips_of(
    metric: str,
    values: Mapping[str, Sequence[float]],
    group: Group,
    places: Mapping[str, int],
    interval: Interval,
) -> tuple[tuple[tuple[float, str], ...], tuple[Strip, ...]]:
    """Ticks and a strip for each label. An interval that is far wider than the seeds' own range is
    cut, so that the seeds stay apart.
    """
    found = {label: entry(metric, (), Measured(tuple(v)), interval) for label, v in values.items()}
    scale = scale_around(values, found)
    strips = []
    for label, numbers in values.items():
        value = value_of(found[label], interval, is_best=False)
        estimate = found[label].estimate
        assert estimate is not None  # there are numbers
        low, high = (
            end if math.isfinite(end) else estimate.mean for end in (estimate.low, estimate.high)
        )
        named = ", ".join(map(number, numbers[:MAX_TOLD]))
        more = f" and {len(numbers) - MAX_TOLD} more" if len(numbers) > MAX_TOLD else ""
        first = group.by_model[label][0]
        strips.append(
            Strip(
                *(label, first.model, first.recipe, look(places[label]), value.text),
                told=f"{label}: {value.text}, {value.told}; seeds {named}{more}",
                dots="".join(f"M{across(scale, x)} 11h0" for x in numbers),
                span=f"M{max(across(scale, low), 0)} 11H{min(across(scale, high), WIDTH)}",
                mean=f"M{across(scale, estimate.mean)} 3V19",
                is_cut=low < scale.low or high > scale.high,
            )
        )
    ticks = tuple((round(100 * scale.share(x), 1), tick_text(x)) for x in scale.ticks())
    return ticks, tuple(strips)


def scale_around(values: Mapping[str, Sequence[float]], found: Mapping[str, Entry]) -> Scale:
    seeds = [x for numbers in values.values() for x in numbers]
    estimates = [each.estimate for each in found.values() if each.estimate]
    return scale_of(ends_around(seeds, [end for e in estimates for end in (e.low, e.high)]))


def across(scale: Scale, value: float) -> int:
    return round(WIDTH * scale.share(value))
