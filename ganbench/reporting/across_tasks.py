"""A model's scores over several tasks, by the measures of Agarwal, Schwarzer, Castro, Courville &
Bellemare, "Deep reinforcement learning at the edge of the statistical precipice" (NeurIPS 2021).

The numbers are those of their library rliable 1.2.0 on the same scores; `tests` compare them.
A model has an array of scores for each task, (..., seeds), on a scale that all tasks share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ganbench.reporting.groups import Group, Measured, measured_by_metric

WORST = "untrained"  # the reference that is 0 on the scale
BEST = ("oracle", "real")  # those that are 1, the first that has a number
TRIMMED = 0.25  # of each end, for the interquartile mean
LEVEL = 0.95
RESAMPLES = 2_000
Floats = npt.NDArray[np.float64]
BySeeds = Sequence[Floats]  # of a model, an array (..., seeds) a task
Measure = Callable[[BySeeds], Floats]


@dataclass(frozen=True)
class Ranged:
    """A number with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def interquartile_mean(own: BySeeds) -> Floats:
    """Of all seeds and tasks together: without the lowest quarter and the highest, each rounded
    down to whole scores.
    """
    scores = np.sort(np.concatenate(own, axis=-1), axis=-1)
    cut = int(TRIMMED * scores.shape[-1])
    return np.asarray(scores[..., cut : scores.shape[-1] - cut].mean(axis=-1))


def mean(own: BySeeds) -> Floats:
    return np.asarray(task_means(own).mean(axis=-1))


def median(own: BySeeds) -> Floats:
    """Of the tasks' means."""
    return np.asarray(np.median(task_means(own), axis=-1))


def optimality_gap(own: BySeeds) -> Floats:
    """How far scores fall short of 1 in the mean; what is beyond 1 counts as 1."""
    return 1 - mean([np.minimum(scores, 1.0) for scores in own])


def profile(own: BySeeds, thresholds: Floats) -> Floats:
    """The share of scores above each threshold, (..., thresholds)."""
    scores = np.concatenate(own, axis=-1)
    return np.stack([(scores > threshold).mean(axis=-1) for threshold in thresholds], axis=-1)


def task_means(own: BySeeds) -> Floats:
    return np.stack([scores.mean(axis=-1) for scores in own], axis=-1)


def improvement(own: BySeeds, other: BySeeds) -> Floats:
    """The chance that a seed of one is above a seed of the other, ties counting half, as the mean
    over tasks; by the statistic of Mann & Whitney.
    """
    chances = [
        (x[..., :, None] > y[..., None, :]).mean(axis=(-2, -1))
        + (x[..., :, None] == y[..., None, :]).mean(axis=(-2, -1)) / 2
        for x, y in zip(own, other, strict=True)
    ]
    return np.asarray(np.mean(chances, axis=0))


def ranged(measure: Measure, own: BySeeds, resamples: int = RESAMPLES) -> Ranged:
    """With the percentile interval of the bootstrap within tasks; the same each time."""
    value, low, high = with_ends(measure, own, resamples)
    return Ranged(float(value), float(low), float(high))


def with_ends(measure: Measure, own: BySeeds, resamples: int = RESAMPLES) -> Floats:
    """(3, ...): a measure of any shape, with the low and the high ends."""
    random = np.random.RandomState(0)
    return np.stack([measure(own), *ends(measure(redrawn(own, resamples, random)))])


def ranged_improvement(own: BySeeds, other: BySeeds, resamples: int = RESAMPLES) -> Ranged:
    """`improvement`, where both are drawn again by themselves."""
    random = np.random.RandomState(0)
    pairs = [[redrawn(one, 1, random) for one in (own, other)] for _ in range(resamples)]
    drawn = [
        [np.concatenate(scores) for scores in zip(*(pair[i] for pair in pairs), strict=True)]
        for i in (0, 1)
    ]
    low, high = ends(improvement(*drawn))
    return Ranged(float(improvement(own, other)), float(low), float(high))


def redrawn(own: BySeeds, resamples: int, random: np.random.RandomState) -> list[Floats]:
    """Seeds of each task, drawn with replacement, (resamples, seeds) a task. Where tasks have
    equally many, they are drawn in rliable's order, so that one state gives the same draws.
    """
    counts = {len(scores) for scores in own}
    if len(counts) == 1:
        (n,) = counts
        drawn = random.randint(0, n, size=(resamples, n, len(own)))
        return [scores[drawn[..., i]] for i, scores in enumerate(own)]
    return [scores[random.randint(0, len(scores), (resamples, len(scores)))] for scores in own]


def ends(drawn: Floats) -> tuple[Floats, Floats]:
    """Percentiles over the first axis."""
    low, high = np.percentile(drawn, [50 * (1 - LEVEL), 50 * (1 + LEVEL)], axis=0)
    return np.asarray(low), np.asarray(high)


def mean_ranks(scores: Mapping[str, BySeeds]) -> dict[str, float]:
    """1 is the highest mean of a task; equal ones share their mean rank."""
    means = np.array([task_means(own) for own in scores.values()])
    above = (means[None] > means[:, None]).sum(axis=1)  # (models, tasks)
    equal = (means[None] == means[:, None]).sum(axis=1)
    return dict(zip(scores, (above + (equal + 1) / 2).mean(axis=1).tolist(), strict=True))


# Scores of groups


def common_scores(metric: str, groups: Sequence[Group]) -> dict[str, BySeeds]:
    """Numbers by label, of the labels that have some on every task. groups: one a task."""
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


def on_one_scale(
    scores: Mapping[str, BySeeds], metric: str, groups: Sequence[Group]
) -> dict[str, BySeeds] | None:
    """Scores on which the untrained reference is 0 and the best one 1, in each task; None where a
    task has not both. Lower numbers that are better come to be higher ones by it.
    """
    scales = [scale_of_references(metric, group) for group in groups]
    known = [scale for scale in scales if scale is not None]
    if len(known) < len(scales):
        return None
    return {
        label: [(x - zero) / (one - zero) for x, (zero, one) in zip(own, known, strict=True)]
        for label, own in scores.items()
    }
