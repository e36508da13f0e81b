"""Models over several tasks at once: mean rank, interquartile mean, probability of improvement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ganbench.core.spec import Column, column_of
from ganbench.reporting.across_tasks import (
    BySeeds,
    common_scores,
    improvement,
    interquartile_mean,
    mean_ranks,
    on_one_scale,
    ranged,
)
from ganbench.reporting.entries import metric_label
from ganbench.reporting.report.loading import Setting
from ganbench.reporting.sheets import number


@dataclass(frozen=True)
class Standing:
    """A model's place over tasks. middle, interval: interquartile mean with its 95 % interval,
    where 1 is the best reference and 0 the untrained one. better: the chance that a seed of it
    is better than one of another model, over tasks and models. keys: by which lines are sorted.
    """

    label: str
    model: str
    recipe: str
    rank: str
    middle: str
    interval: str
    better: str
    keys: tuple[float, float | None, float]


@dataclass(frozen=True)
class Aggregate:
    metric: str
    tasks: tuple[str, ...]
    standings: tuple[Standing, ...]


@dataclass(frozen=True)
class Many:
    """Tasks that have a metric, and the scores of models that have it on all of them. signed: where
    more is better. scaled: as `on_one_scale` has them.
    """

    metric: str
    settings: tuple[Setting, ...]
    signed: Mapping[str, BySeeds]
    scaled: Mapping[str, BySeeds] | None


def many_of(
    settings: Sequence[Setting], columns: Mapping[str, Column], main: Sequence[str]
) -> list[Many]:
    """For each main metric that two models or more have on two tasks or more. Of a task that has
    several settings the first with that metric is taken.
    """
    found = []
    for metric in main:
        column = column_of(metric, columns)
        if column is None or column.higher_is_better is None:
            continue
        by_task: dict[str, Setting] = {}
        for setting in settings:
            if metric in setting.group.metrics:
                by_task.setdefault(setting.group.first.task, setting)
        groups = [setting.group for setting in by_task.values()]
        scores = common_scores(metric, groups)
        if len(groups) > 1 and len(scores) > 1:
            sign = 1.0 if column.higher_is_better else -1.0
            signed = {label: [sign * x for x in own] for label, own in scores.items()}
            scaled = on_one_scale(scores, metric, groups)
            found.append(Many(metric, tuple(by_task.values()), signed, scaled))
    return found


def aggregates_of(
    settings: Sequence[Setting], columns: Mapping[str, Column], main: Sequence[str]
) -> list[Aggregate]:
    return [
        Aggregate(
            metric_label(many.metric, columns),
            tuple(setting.title for setting in many.settings),
            standings(many),
        )
        for many in many_of(settings, columns, main)
    ]


def standings(many: Many) -> tuple[Standing, ...]:
    ranks = mean_ranks(many.signed)
    lines = []
    for label, own in many.signed.items():
        others = [other for name, other in many.signed.items() if name != label]
        better = float(np.mean([improvement(own, other) for other in others]))
        middle, text, interval = None, "none", "a task has no references to scale by"
        if many.scaled is not None:
            found = ranged(interquartile_mean, many.scaled[label])
            middle, text = found.value, number(found.value)
            interval = f"{number(found.low)} to {number(found.high)}"
        first = many.settings[0].group.by_model[label][0]
        lines.append(
            Standing(
                *(label, first.model, first.recipe, number(ranks[label]), text, interval),
                better=f"{100 * better:.0f} %",
                keys=(ranks[label], middle, better),
            )
        )
    return tuple(sorted(lines, key=lambda line: line.keys[0]))
