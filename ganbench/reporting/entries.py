"""What stands in the cells of a table: an estimate over seeds, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ganbench.core.spec import Column, ColumnKey, column_of
from ganbench.reporting.groups import Group, Measured
from ganbench.reporting.sheets import ARROWS, estimate_text, finite
from ganbench.reporting.statistics import Estimate, Interval, estimate
from ganbench.results.records import Row

FINAL, SELECTED, BEST_ON_TEST = "final", "selected", "best_on_test"
NO_METRIC = ""  # of a record of rows that ended before any metric
ONE_SEED = "each number is of one seed, so there are no intervals"
NO_NUMBER = "no model has a number"
INTERVAL_TEXT = {
    "t": "mean ± half of the 95 % t interval over seeds",
    "bca": "mean [95 % BCa bootstrap interval] over seeds",
}


@dataclass(frozen=True)
class Entry:
    """One metric of one model: an estimate over seeds, or the reason why there is none."""

    estimate: Estimate | None
    reason: str = ""


def entry(metric: str, rows: Sequence[Row], measured: Measured, interval: Interval) -> Entry:
    """Over the seeds that have a number; without one, the first reason. Where no row is done,
    how the first one ended.
    """
    if measured.numbers:
        return Entry(estimate(measured.numbers, interval))
    if measured.texts:
        return Entry(None, measured.texts[0])
    if not any(row.status == "done" for row in rows):
        return Entry(None, f"{rows[0].status}: {rows[0].reason}")
    one_way = ColumnKey.parse(metric).direction == "BA"
    return Entry(None, f"skipped: {'A to B only' if one_way else 'not computed for it'}")


def interval_text(interval: Interval, entries: Iterable[Entry]) -> str:
    """What stands in the cells; of intervals only where some seeds make one."""
    most = max((one.estimate.n for one in entries if one.estimate), default=0)
    return INTERVAL_TEXT[interval] if most > 1 else ONE_SEED if most else NO_NUMBER


def shown(value: Entry, interval: Interval) -> str:
    if value.estimate is None:
        return value.reason.split(":")[0]
    return estimate_text(value.estimate, symmetric=interval == "t")


def metric_label(name: str, columns: Mapping[str, Column]) -> str:
    column = column_of(name, columns)
    return name if column is None else f"{name} {ARROWS[column.higher_is_better]}".rstrip()


def records(
    group: Group,
    entries: Mapping[tuple[str, str], Entry],
    columns: Mapping[str, Column],
    checkpoint: str,
) -> list[dict[str, Any]]:
    """One record a model and metric: what CSV and JSON hold. A metric without any number is there
    too, with the reason, for a CSV file has no notes.
    """
    listed = []
    first, ends = group.first, group.ends
    for (metric, model), value in entries.items():
        rows = group.by_model[model]
        column = column_of(metric, columns)
        numbers_ = asdict(value.estimate) if value.estimate else {"n": 0}
        listed.append(
            {
                "task": first.task,
                "data": group.data,
                "split": first.split,
                "preset": first.preset,
                "recipe": rows[0].recipe,
                "model": model,
                "checkpoint": checkpoint,
                "metric": metric,
                "unit": column.unit if column else "",
                "higher_is_better": column.higher_is_better if column else None,
                "mean": finite(numbers_.get("mean")),
                "ci_low": finite(numbers_.get("low")),
                "ci_high": finite(numbers_.get("high")),
                "n": numbers_["n"],
                "diverged": ends[model]["diverged"],
                "failed": ends[model]["failed"],
                "reason": value.reason,
            }
        )
    return listed
