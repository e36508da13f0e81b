"""The last checkpoint, the one that validation chooses and the one that is best on test, side by
side: how much of a printed number is in the choice of the checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ganbench.core.spec import Column
from ganbench.reporting.entries import (
    BEST_ON_TEST,
    Entry,
    entry,
    interval_text,
    metric_label,
    records,
    shown,
)
from ganbench.reporting.groups import Group, Measured, final_metrics, measured_by_metric
from ganbench.reporting.sheets import Sheet, number
from ganbench.reporting.statistics import Interval
from ganbench.results.best_on_test import (
    BY,
    METRIC,
    STEP,
    best_on_test_metrics,
    steps_tried,
    was_asked,
)
from ganbench.results.records import Row, number_of

Scores = Mapping[str, float | str]


def of_selected(row: Row) -> Scores:
    """Of the checkpoint that validation chose; none where nothing was chosen."""
    metrics: Scores = row.selected["metrics"] if row.selected else {}
    return metrics


CHECKPOINTS: Mapping[str, Callable[[Row], Scores]] = {
    "last": final_metrics,
    "selected": of_selected,
    "best on test *": best_on_test_metrics,
}


def checkpoint_sheets(
    group: Group, columns: Mapping[str, Column], interval: Interval
) -> list[Sheet]:
    """One sheet for the models whose runs were asked for it; none without such."""
    asked = {
        label: [row for row in rows if was_asked(row)] for label, rows in group.trained.items()
    }
    asked = {label: rows for label, rows in asked.items() if rows}
    if not asked:
        return []
    entries = {
        (metric, label, checkpoint): entry(metric, rows, measured.get(metric, Measured()), interval)
        for label, rows in asked.items()
        for checkpoint, metrics_of in CHECKPOINTS.items()
        for measured in [measured_by_metric(map(metrics_of, rows))]
        for metric in group.metrics
    }
    heads = [(label, checkpoint) for label in asked for checkpoint in CHECKPOINTS]
    lines = tuple(
        (
            metric_label(metric, columns),
            *(shown(entries[metric, *head], interval) for head in heads),
        )
        for metric in group.metrics
    )
    return [
        Sheet(
            f"{group.title} · checkpoints side by side",
            ("metric", *(f"{label}, {checkpoint}" for label, checkpoint in heads)),
            lines,
            (*notes(asked), interval_text(interval, entries.values())),
            tuple(best_records(group, entries, asked, columns)),
        )
    ]


def best_records(
    group: Group,
    entries: Mapping[tuple[str, str, str], Entry],
    asked: Mapping[str, Sequence[Row]],
    columns: Mapping[str, Column],
) -> list[dict[str, object]]:
    """Of the best on test alone, under their own names: the others have records already."""
    best = {
        (metric, label): value
        for (metric, label, checkpoint), value in entries.items()
        if CHECKPOINTS[checkpoint] is best_on_test_metrics and label in asked
    }
    listed = records(group, best, columns, BEST_ON_TEST)
    return [{**record, "metric": f"{METRIC}{record['metric']}"} for record in listed]


def notes(asked: Mapping[str, Sequence[Row]]) -> list[str]:
    """What may be believed, and what the choice on test is worth."""
    rows = [row for same in asked.values() for row in same]
    by = " / ".join(dict.fromkeys(str(row.training[BY]) for row in rows))
    tried = " / ".join(dict.fromkeys(str(steps_tried(row)) for row in rows))
    return [
        "last: what the first table has, and what claims and comparisons take; selected: chosen "
        "on the validation split",
        f"* best on test: chosen by {by} on the test split itself, of {tried} checkpoints, as many "
        "papers do it. It is not to be trusted: the same samples choose and judge, so it is better "
        "than the model is, the more so the more checkpoints there are; no claim or comparison "
        "takes it",
        *filter(None, (steps_note(asked), *(gain_note(*one) for one in asked.items()))),
    ]


def steps_note(asked: Mapping[str, Sequence[Row]]) -> str:
    steps = {
        label: [f"{row.training[STEP]:.0f}" for row in rows if STEP in row.training]
        for label, rows in asked.items()
    }
    texts = [f"{label} {', '.join(of_label)}" for label, of_label in steps.items() if of_label]
    return f"best on test at the steps of the seeds: {'; '.join(texts)}" if texts else ""


def gain_note(label: str, rows: Sequence[Row]) -> str:
    """By how much the choice on test changes the column that chose, in the mean over seeds."""
    texts = []
    for name in ("last", "selected"):
        metrics_of = CHECKPOINTS[name]
        gains = [gain for row in rows if (gain := gain_over(metrics_of(row), row)) is not None]
        if gains:
            texts.append(f"{number(sum(gains) / len(gains))} against the {name}")
    what = f"{label}: choosing on test changes {rows[0].training[BY]} by"
    return f"{what} {', '.join(texts)}" if texts else ""


def gain_over(other: Scores, row: Row) -> float | None:
    by = str(row.training[BY])
    best, plain = number_of(best_on_test_metrics(row).get(by)), number_of(other.get(by))
    return None if best is None or plain is None else best - plain
