"""Models over several tasks at once, by the measures of Agarwal et al. (2021, "Deep reinforcement
learning at the edge of the statistical precipice"): the interquartile mean over all seeds and
tasks, and the probability of improvement; and the mean rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ganbench.core.spec import Column, column_of
from ganbench.reporting.entries import metric_label
from ganbench.reporting.groups import Measured
from ganbench.reporting.report.loading import Setting
from ganbench.reporting.sheets import number

RESAMPLES = 1_000
LEVEL = 0.95
Floats = npt.NDArray[np.float64]
BySeeds = Sequence[Floats]  # a model's numbers, an array (seeds,) a task


@dataclass(frozen=True)
class Standing:
    """A model's place over tasks. middle, low, high: interquartile mean with its 95 % interval.
    better: the chance that a seed of it is better than one of another model, over tasks and models.
    """

    label: str
    model: str
    recipe: str
    rank: str
    middle: str
    interval: str
    better: str
    keys: tuple[float, float, float]


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
            found.append(
                Aggregate(
                    metric_label(metric, columns),
                    tuple(setting.title for setting in by_task.values()),
                    standings(scores, sign, next(iter(by_task.values()))),
                )
            )
    return found


def common_scores(metric: str, by_task: Mapping[str, Setting]) -> dict[str, BySeeds]:
    """Numbers by label, of the labels that have some on every task."""
    groups = [setting.group for setting in by_task.values()]
    scores = {}
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
    scores: Mapping[str, BySeeds], sign: float, setting: Setting
) -> tuple[Standing, ...]:
    ranks = mean_ranks(scores, sign)
    lines = []
    for label, own in scores.items():
        middle = interquartile_mean(np.concatenate(own)[None])[0]
        low, high = interval_of(own)
        others = [other for name, other in scores.items() if name != label]
        better = float(np.mean([improvement(own, other, sign) for other in others]))
        first = setting.group.by_model[label][0]
        lines.append(
            Standing(
                *(label, first.model, first.recipe, number(ranks[label]), number(middle)),
                interval=f"{number(low)} to {number(high)}",
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
