"""Quality against cost, and against an option that was swept, as panels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganbench.core.budget import shared_budget
from ganbench.core.spec import Column
from ganbench.reporting.entries import metric_label
from ganbench.reporting.groups import Measured
from ganbench.reporting.report.charts import LOG_FROM, Drawn, Panel, panel
from ganbench.reporting.report.loading import Setting
from ganbench.reporting.statistics import Estimate, Interval, estimate
from ganbench.reporting.tables import mean_train_sec
from ganbench.results.jsonl import grouping_key
from ganbench.results.records import Row

NOT_SWEPT = frozenset({"name"})  # of a budget: it tells the other fields


@dataclass(frozen=True)
class Sweep:
    """A model's metrics over values of one option. task and presets: of its settings."""

    option: str
    model: str
    recipe: str
    task: str
    preset: str
    values: tuple[str, ...]
    panels: tuple[Panel, ...]


def cost_panels(
    setting: Setting,
    columns: Mapping[str, Column],
    main: Sequence[str],
    places: Mapping[str, int],
    interval: Interval,
) -> list[Panel]:
    """A point a model: mean seconds of training against the mean of a metric, with its interval."""
    group = setting.group
    seconds = {label: mean_train_sec(rows) for label, rows in group.trained.items()}
    known = {label: sec for label, sec in seconds.items() if not math.isnan(sec)}
    panels = []
    for metric in main:
        drawn = []
        for label, sec in known.items():
            numbers = group.measured[label].get(metric, Measured()).numbers
            if numbers:
                found, first = estimate(numbers, interval), group.by_model[label][0]
                told = f"{label}: {sec:.3g} s, {found.mean:.4g}"
                drawn.append(
                    Drawn(
                        *(label, first.model, first.recipe, places[label], told),
                        points=[(sec, found.mean)],
                        bars=[(sec, found.low, found.high)] if found.n > 1 else (),
                        lines=False,
                    )
                )
        if len(drawn) > 1:
            title = metric_label(metric, columns)
            panels.append(panel(title, "seconds of training a seed", drawn, log_x=True))
    return panels


@dataclass(frozen=True)
class Variant:
    """A model's rows at one point of the options. options: names and values of all that was set,
    such as "hparams.lambda_rec".
    """

    label: str
    rows: Sequence[Row]
    setting: Setting
    options: Mapping[str, Any]
    kind: bytes


def sweeps_of(
    settings: Iterable[Setting],
    columns: Mapping[str, Column],
    main: Sequence[str],
    interval: Interval,
) -> list[Sweep]:
    """Of each model that was run at several values of one number, all else equal: its metrics over
    these values.
    """
    variants = [v for setting in settings for v in variants_of(setting)]
    alike: dict[bytes, list[Variant]] = {}
    for variant in variants:
        alike.setdefault(variant.kind, []).append(variant)
    return [
        sweep_of(option, ordered, columns, main, interval)
        for same in alike.values()
        for option, ordered in swept(same)
    ]


def variants_of(setting: Setting) -> Iterable[Variant]:
    for label, rows in setting.group.trained.items():
        row = rows[0]
        budget = shared_budget(row.budget, row.preset)
        parts = {"hparams": row.hparams, "options": row.options, "budget": budget}
        options = {
            f"{part}.{name}": value
            for part, values in parts.items()
            for name, value in values.items()
            if name not in NOT_SWEPT
        }
        who = [
            row.model,
            row.recipe,
            row.task,
            row.data,
            setting.group.samples,
            row.split,
            setting.apart,
        ]
        yield Variant(label, rows, setting, options, grouping_key(who))


def swept(variants: Sequence[Variant]) -> Iterable[tuple[str, list[Variant]]]:
    """Each option that differs in number alone between some variants, with these by its value."""
    if len(variants) < 2:
        return
    names = dict.fromkeys(name for variant in variants for name in variant.options)
    for name in names:
        values = {grouping_key(variant.options.get(name)) for variant in variants}
        if len(values) < 2:
            continue
        rest: dict[bytes, list[Variant]] = {}
        for variant in variants:
            if is_number(variant.options.get(name)):
                others = {k: v for k, v in variant.options.items() if k != name}
                rest.setdefault(grouping_key(others), []).append(variant)
        for same in rest.values():
            if len({variant.options[name] for variant in same}) > 1:
                yield name, sorted(same, key=lambda variant: variant.options[name])


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def sweep_of(
    option: str,
    variants: Sequence[Variant],
    columns: Mapping[str, Column],
    main: Sequence[str],
    interval: Interval,
) -> Sweep:
    """One line: rows of one value, be they of several folders, are put together, a seed once."""
    row = variants[0].rows[0]
    part, _, name = option.partition(".")
    owner = {"hparams": row.model, "options": row.task}.get(part, "")
    values = [float(variant.options[option]) for variant in variants]
    ends = min(values), max(values)
    panels = []
    for metric in main:
        found = estimates(option, variants, metric, interval)
        if len(found) > 1:
            told = "; ".join(f"{x:g}: {e.mean:.4g} (n = {e.n})" for x, e in found.items())
            drawn = Drawn(
                *(row.model, row.model, row.recipe, 0, told),
                points=[(x, e.mean) for x, e in found.items()],
                bars=[(x, e.low, e.high) for x, e in found.items() if e.n > 1],
            )
            is_wide = ends[0] > 0 and ends[1] / ends[0] >= LOG_FROM
            panels.append(panel(metric_label(metric, columns), name, [drawn], log_x=is_wide))
    return Sweep(
        option=f"{owner}.{name}".removeprefix("."),
        model=row.model,
        recipe=row.recipe,
        task=row.task,
        preset=row.preset,
        values=tuple(f"{value:g}" for value in dict.fromkeys(values)),
        panels=tuple(panels),
    )


def estimates(
    option: str, variants: Sequence[Variant], metric: str, interval: Interval
) -> dict[float, Estimate]:
    """By the option's value."""
    numbers: dict[float, dict[int, float]] = {}
    for variant in variants:
        by_seed = numbers.setdefault(float(variant.options[option]), {})
        for row in variant.rows:
            value = variant.setting.group.metrics_of(row).get(metric)
            if isinstance(value, int | float):
                by_seed.setdefault(row.seed, float(value))
    return {x: estimate([*own.values()], interval) for x, own in numbers.items() if own}
