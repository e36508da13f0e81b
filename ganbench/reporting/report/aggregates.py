"""Models over several tasks at once, by the measures of Agarwal et al. (2021, "Deep reinforcement
learning at the edge of the statistical precipice"): the probability of improvement, and the
interquartile mean of scores that are brought to one scale; and the mean rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ganbench.core.spec import Column, column_of
from ganbench.reporting.entries import metric_label
from ganbench.reporting.groups import Group, Measured, measured_by_metric
from ganbench.reporting.report.loading import Setting
from ganbench.reporting.sheets import number

RESAMPLES = 1_000
WORST = "untrained"  # the reference that is 0 on the scale
BEST = ("oracle", "real")  # those that are 1, the first that has a number
LEVEL = 0.95
Floats = npt.NDArray[np.float64]
BySeeds = Sequence[Floats]  # a model's numbers, an array (seeds,) a task


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


def aggregates_of(
    settings: Sequence[Setting], columns: Mapping[str, Column], main: Sequence[str]
) -> list[Aggregate]:
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
        scores = common_scores(metric, by_task)
        if len(by_task) > 1 and len(scores) > 1:
            sign = 1.0 if column.higher_is_better else -1.0
            scales = [scale_of_references(metric, s.group) for s in by_task.values()]
            found.append(
                Aggregate(
                    metric_label(metric, columns),
                    tuple(setting.title for setting in by_task.values()),
                    standings(scores, sign, next(iter(by_task.values())), scales),
                )
            )
    return found


def scale_of_references(metric: str, group: Group) -> tuple[float, float] | None:
    """The means of the untrained and of the best reference; None where one has no number, or both
    have the same.
    """
    means = {}
    for rows in group.by_model.values():
        numbers = measured_by_metric(row.metrics for row in rows).get(metric, Measured()).numbers
        if rows[0].is_reference and numbers:
            means[rows[0].model] = float(np.mean(numbers))
    best = next((means[name] for name in BEST if name in means), None)
    worst = means.get(WORST)
    return None if best is None or worst is None or best == worst else (worst, best)


def common_scores(metric: str, by_task: Mapping[str, Setting]) -> dict[str, BySeeds]:
    """Numbers by label, of the labels that have some on every task."""
    groups = [setting.group for setting in by_task.values()]
    scores: dict[str, BySeeds] = {}
    for label in groups[0].trained if groups else ():
        own = [
            np.array(group.measured[label].get(metric, Measured()).numbers)
            for group in groups
            if label in group.trained
        ]
        if len(own) == len(groups) and all(map(len, own)):
            scores[label] = own
    return scores


def standings(
    scores: Mapping[str, BySeeds],
    sign: float,
    setting: Setting,
    scales: Sequence[tuple[float, float] | None],
) -> tuple[Standing, ...]:
    ranks = mean_ranks(scores, sign)
    known = [scale for scale in scales if scale is not None]
    lines = []
    for label, own in scores.items():
        others = [other for name, other in scores.items() if name != label]
        better = float(np.mean([improvement(own, other, sign) for other in others]))
        middle, text, interval = None, "none", "a task has no references to scale by"
        if len(known) == len(scales):
            scaled = [(x - zero) / (one - zero) for x, (zero, one) in zip(own, known, strict=True)]
            middle = float(interquartile_mean(np.concatenate(scaled)[None])[0])
            text, interval = number(middle), " to ".join(map(number, interval_of(scaled)))
        first = setting.group.by_model[label][0]
        lines.append(
            Standing(
                *(label, first.model, first.recipe, number(ranks[label]), text, interval),
                better=f"{100 * better:.0f} %",
                keys=(ranks[label], middle, better),
            )
        )
    return tuple(sorted(lines, key=lambda line: line.keys[0]))


def mean_ranks(scores: Mapping[str, BySeeds], sign: float) -> dict[str, float]:
    """1 is the best mean of a task; equal ones share their mean rank."""
    means = np.array([[own.mean() for own in of_model] for of_model in scores.values()]) * sign
    above = (means[None] > means[:, None]).sum(axis=1)  # (models, tasks)
    equal = (means[None] == means[:, None]).sum(axis=1)
    return dict(zip(scores, (above + (equal + 1) / 2).mean(axis=1).tolist(), strict=True))


def interquartile_mean(values: Floats) -> Floats:
    """The mean of the middle half of each line of `values`, (m, n); values at its ends count in
    part, so that any n will do.
    """
    n = values.shape[1]
    ends = np.arange(n + 1) / n
    weights = np.clip(ends[1:], 0.25, 0.75) - np.clip(ends[:-1], 0.25, 0.75)
    return np.asarray(np.sort(values, axis=1) @ weights / weights.sum())


def interval_of(own: BySeeds) -> tuple[float, float]:
    """Percentile bootstrap, stratified by task; the same each time."""
    rng = np.random.default_rng(0)
    drawn = np.concatenate(
        [seeds[rng.integers(len(seeds), size=(RESAMPLES, len(seeds)))] for seeds in own], axis=1
    )
    low, high = np.quantile(interquartile_mean(drawn), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def improvement(own: BySeeds, other: BySeeds, sign: float) -> float:
    """P(X > Y) of a seed each, ties counting half, as the mean over tasks."""
    chances = [
        ((sign * a[:, None] > sign * b).mean() + (a[:, None] == b).mean() / 2)
        for a, b in zip(own, other, strict=True)
    ]
    return float(np.mean(chances))
