"""Sheets of models over many tasks: aggregates, chances to be better, and performance profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np

from ganbench.core.errors import UserError, unknown
from ganbench.core.spec import Column
from ganbench.registry.registry import Registry
from ganbench.reporting.across_tasks import (
    BEST,
    RESAMPLES,
    WORST,
    BySeeds,
    Measure,
    Ranged,
    interquartile_mean,
    mean,
    mean_ranks,
    median,
    optimality_gap,
    profile,
    ranged,
    ranged_improvement,
    with_ends,
)
from ganbench.reporting.entries import metric_label
from ganbench.reporting.report.aggregates import Many, many_of
from ganbench.reporting.report.loading import Setting
from ganbench.reporting.report.sections import main_columns
from ganbench.reporting.sheets import Sheet, number
from ganbench.results.best_on_test import refuse_best_on_test

MEASURES: Mapping[str, Measure] = {
    "IQM": interquartile_mean,
    "median": median,
    "mean": mean,
    "optimality gap": optimality_gap,
}
THRESHOLDS = np.linspace(0, 1, 11)
INTERVAL_NOTE = f"[95 % bootstrap interval over seeds within tasks, {RESAMPLES:,} resamples]"
SCALE_NOTE = (
    f"scores: 0 is the mean of the reference {WORST}, 1 that of {' or '.join(BEST)}, task by task"
)


def aggregate_sheets(
    settings: Sequence[Setting], registry: Registry, metrics: Sequence[str]
) -> list[Sheet]:
    """metrics: only these; empty takes the main columns. Raises UserError for a metric that is
    unknown, and where no two models have one on two tasks.
    """
    known = {metric for setting in settings for metric in setting.group.metrics}
    for name in metrics:
        refuse_best_on_test(name, "--metrics")
        if name not in known:
            raise unknown("metric", name, known, "--metrics")
    groups = [setting.group for setting in settings]
    chosen = metrics or main_columns(groups, registry)
    found = many_of(settings, registry.columns, chosen)
    if not found:
        tasks = ", ".join(sorted({group.first.task for group in groups}))
        raise UserError(
            "no two models have a metric with a better end in common on two tasks or more",
            f"the tasks are {tasks}",
            "give folders of several tasks; `ganbench compare` tests models on one",
        )
    return [sheet for many in found for sheet in sheets_of(many, registry.columns)]


def sheets_of(many: Many, columns: Mapping[str, Column]) -> list[Sheet]:
    tasks = ", ".join(setting.group.first.task for setting in many.settings)
    title = f"{metric_label(many.metric, columns).strip()} · over {tasks}"
    sheets = [improvement_sheet(many, title)]
    if many.scaled is not None:
        ranks = mean_ranks(many.signed)
        own = standing_sheet(many.scaled, ranks, many.metric, title)
        return [own, *sheets, profile_sheet(many.scaled, many.metric, title)]
    return sheets


def standing_sheet(
    scaled: Mapping[str, BySeeds], ranks: Mapping[str, float], metric: str, title: str
) -> Sheet:
    lines, records = [], []
    for label in sorted(scaled, key=lambda one: ranks[one]):
        found = {name: ranged(measure, scaled[label]) for name, measure in MEASURES.items()}
        lines.append((label, number(ranks[label]), *map(ranged_text, found.values())))
        records += [record(metric, label, name, value) for name, value in found.items()]
        rank = {"value": ranks[label], "ci_low": None, "ci_high": None}
        records.append({"metric": metric, "model": label, "measure": "mean rank", **rank})
    notes = (
        SCALE_NOTE,
        f"IQM: mean of the middle half of all scores; median and mean: of the tasks' means; "
        f"optimality gap: how far scores fall short of 1, so less is better; {INTERVAL_NOTE}",
        "mean rank: of means over seeds, 1 is best",
    )
    return Sheet(title, ("model", "mean rank", *MEASURES), tuple(lines), notes, tuple(records))


def improvement_sheet(many: Many, title: str) -> Sheet:
    labels = list(many.signed)
    found: dict[tuple[str, str], Ranged] = {}
    for one, other in permutations(labels, 2):
        if (other, one) in found:
            was = found[other, one]
            found[one, other] = Ranged(1 - was.value, 1 - was.high, 1 - was.low)
        else:
            found[one, other] = ranged_improvement(many.signed[one], many.signed[other])
    lines = tuple(
        (one, *("" if one == other else ranged_text(found[one, other]) for other in labels))
        for one in labels
    )
    records = tuple(
        {**record(many.metric, one, "probability of improvement", value), "over": other}
        for (one, other), value in found.items()
    )
    notes = (
        "the chance that a seed of the model in the line is better than one of the model in the "
        f"column, as the mean over tasks; {INTERVAL_NOTE}",
        *(() if many.scaled is not None else (no_scale(many),)),
    )
    head = ("model", *(f"over {label}" for label in labels))
    return Sheet(f"probability of improvement · {title}", head, lines, notes, records)


def no_scale(many: Many) -> str:
    return (
        f"a task has no numbers of the references {WORST} and {' or '.join(BEST)}, so its scores "
        "cannot be put on one scale with those of others: there are no aggregates of them"
    )


def profile_sheet(scaled: Mapping[str, BySeeds], metric: str, title: str) -> Sheet:
    lines, records = [], []
    for label, own in scaled.items():
        value, low, high = with_ends(partial(profile, thresholds=THRESHOLDS), own)
        lines.append((label, *(f"{100 * share:.0f} %" for share in value)))
        records += [
            {**record(metric, label, "share of scores above", Ranged(*each)), "threshold": at}
            for at, *each in zip(THRESHOLDS.round(6).tolist(), value, low, high, strict=True)
        ]
    notes = (
        "performance profile: the share of all seeds and tasks with a score above the threshold in "
        "the head of the column; csv and json have its intervals",
    )
    head = ("model", *(f">{at:.1f}" for at in THRESHOLDS))
    return Sheet(f"performance profile · {title}", head, tuple(lines), notes, tuple(records))


def ranged_text(found: Ranged) -> str:
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"


def record(metric: str, model: str, measure: str, found: Ranged) -> dict[str, Any]:
    return {
        "metric": metric,
        "model": model,
        "measure": measure,
        "value": float(found.value),
        "ci_low": float(found.low),
        "ci_high": float(found.high),
    }
