"""The comparison table: metrics down, models across, one sheet a task and setting."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ganbench.core.errors import unknown
from ganbench.core.spec import Column, ColumnKey
from ganbench.reporting.budget_notes import budget_notes, common, compiled_notes, micro_batch_notes
from ganbench.reporting.checkpoints import checkpoint_sheets
from ganbench.reporting.choice import EVERYTHING, Choice
from ganbench.reporting.emphasis import Emphasise, none_emphasised
from ganbench.reporting.entries import (
    FINAL,
    NO_METRIC,
    SELECTED,
    entry,
    interval_text,
    metric_label,
    records,
    shown,
)
from ganbench.reporting.groups import Group, Measured, group_rows, selected_metrics
from ganbench.reporting.origins import origin_notes
from ganbench.reporting.protocols import protocol_notes
from ganbench.reporting.sheets import Sheet
from ganbench.reporting.statistics import Interval
from ganbench.results.records import Row, Status

MAX_LISTED = 10
TOLD_IN_BUDGET = frozenset({"batch_size", "lr"})
STATUSES: tuple[Status, ...] = ("done", "diverged", "failed", "skipped")


def table_sheets(
    rows: Iterable[Row],
    columns: Mapping[str, Column],
    interval: Interval = "t",
    choice: Choice = EVERYTHING,
    emphasise: Emphasise = none_emphasised,
) -> list[Sheet]:
    """A sheet for each setting in the rows, one for the checkpoints that validation selected
    where they are not the last, and one with all checkpoints side by side where a run was asked for
    those that are best on test.

    columns: by name, those that metrics declare. interval: "t" or "bca". emphasise: tells what is
    printed in bold and marked. Raises UserError where a column mixes protocols, and for a choice of
    what the rows do not have.
    """
    sheets = []
    for group in chosen_groups(group_rows(rows), choice):
        steps = selected_steps(group)
        notes = selection_notes(group, steps)
        sheets.append(table_sheet(group, columns, interval, FINAL, notes, emphasise))
        if any(map(is_from_before_the_end, group.rows)):
            selected = selected_group(group)
            sheets.append(table_sheet(selected, columns, interval, SELECTED, notes, emphasise))
        sheets += checkpoint_sheets(group, columns, interval)
    return sheets


def chosen_groups(groups: Sequence[Group], choice: Choice) -> list[Group]:
    """The groups that have something of the choice, and of each that alone."""
    if choice.metrics:
        known = {name for group in groups for name in group.all_named}
        require_known("metric", choice.metrics, known)
    if choice.models:
        models = {name for g in groups for name in (*g.by_model, *(row.model for row in g.rows))}
        require_known("model", choice.models, models)
    chosen = [
        replace(group, by_model=of_models(group.by_model, choice.models), choice=choice)
        for group in groups
    ]
    return [g for g in chosen if g.by_model and (g.named or not g.all_named)]


def require_known(kind: str, asked: Iterable[str], known: Collection[str]) -> None:
    """Raises UserError for a name that is not known, with the closest one."""
    for name in asked:
        if name not in known:
            raise unknown(kind, name, known, f"--{kind}s")


def of_models(
    by_model: Mapping[str, Sequence[Row]], names: Sequence[str]
) -> Mapping[str, Sequence[Row]]:
    """Those of the names, each a label or a model with all its variants; all without names."""
    labels = [
        label
        for name in names
        for label, rows in by_model.items()
        if name in (label, rows[0].model)
    ]
    return {label: by_model[label] for label in labels} if names else by_model


def is_from_before_the_end(row: Row) -> bool:
    """Whether validation selected a checkpoint that is not the last."""
    return bool(row.selected) and row.selected["step"] < row.budget["budget_steps"]


def selected_group(group: Group) -> Group:
    """The same with the metrics of the selected checkpoints; references have no other."""
    by_model = {
        label: rows if rows[0].is_reference else [row for row in rows if row.selected]
        for label, rows in group.by_model.items()
    }
    by_model = {label: rows for label, rows in by_model.items() if rows}
    return replace(group, by_model=by_model, metrics_of=selected_metrics)


def selected_steps(group: Group) -> dict[str, list[int]]:
    """By label, the steps of the checkpoints with the best validation score."""
    by_label = {
        label: [row.selected["step"] for row in rows if row.selected]
        for label, rows in group.by_model.items()
    }
    return {label: steps for label, steps in by_label.items() if steps}


def selection_notes(group: Group, steps: Mapping[str, Sequence[int]]) -> list[str]:
    """The steps with each model's best validation score."""
    if not steps:
        return []
    by = common(row.selected["by"] for row in group.rows if row.selected)
    text = "; ".join(f"{model} {steps_text(of_label)}" for model, of_label in steps.items())
    return [f"selected by {by} on the validation split, the steps of the seeds: {text}"]


def steps_text(steps: Sequence[int]) -> str:
    """Each seed's step; of many seeds, how many have which."""
    if len(steps) <= MAX_LISTED:
        return ", ".join(map(str, steps))
    return ", ".join(f"{step} ({n} seeds)" for step, n in sorted(Counter(steps).items()))


def table_sheet(
    group: Group,
    columns: Mapping[str, Column],
    interval: Interval,
    checkpoint: str,
    notes: Sequence[str],
    emphasise: Emphasise,
) -> Sheet:
    """notes: on the choice of the checkpoints."""
    present = {k: rows for k, rows in group.by_model.items() if not is_absent_reference(rows)}
    models = present or dict(group.by_model)
    entries = {
        (metric, model): entry(
            metric, rows, group.measured[model].get(metric, Measured()), interval
        )
        for metric in group.named or (NO_METRIC,)
        for model, rows in models.items()
    }
    body = [
        [metric_label(m, columns), *(shown(entries[m, model], interval) for model in models)]
        for m in group.metrics
    ]
    told = interval_text(interval, entries.values())
    title = group.title + (" · selected checkpoints" if checkpoint == SELECTED else "")
    emphasis = emphasise(group, entries, columns, interval)
    heads = ("metric", *models)
    return Sheet(
        title,
        heads,
        tuple(map(tuple, [*body, *status_lines(group, models)])),
        # the sheet of selected checkpoints is right below, with the same notes
        tuple(table_notes(group, notes, told) if checkpoint == FINAL else notes),
        tuple(records(group, entries, columns, checkpoint)),
        rules=frozenset({len(body), sum(is_forward(metric) for metric in group.metrics)}),
        column_rules=frozenset({1 + sum(m in group.trained for m in models)} - {len(heads)}),
        bold=places(emphasis.best, group.metrics, heads),
        marked=places(emphasis.worse, group.metrics, heads),
        caption=f"{title}: {told} ({budget_notes(group)[0]}). {emphasis.caption}".strip(),
        across="model",
        turns=True,
    )


def table_notes(group: Group, selection: Sequence[str], told: str) -> list[str]:
    """selection: on the choice of the checkpoints. told: what stands in the cells."""
    return [
        *budget_notes(group),
        *micro_batch_notes(group),
        *compiled_notes(group),
        *unlike_notes(group),
        *reasons(group),
        *protocol_notes(group.rows, group.named),
        *selection,
        *origin_notes(group),
        *left_out_note(group),
        f"{told}; ↑ higher is better, ↓ lower",
    ]


def places(
    cells: Iterable[tuple[str, str]], metrics: Sequence[str], heads: Sequence[str]
) -> frozenset[tuple[int, int]]:
    """Line and column of cells by metric and model."""
    return frozenset((metrics.index(metric), heads.index(model)) for metric, model in cells)


def is_forward(metric: str) -> bool:
    return ColumnKey.parse(metric).direction == "AB"


def is_absent_reference(rows: Sequence[Row]) -> bool:
    """A reference that these data do not have; a note tells why."""
    return all(row.is_reference and row.status == "skipped" for row in rows)


def status_lines(group: Group, models: Iterable[str]) -> list[list[str]]:
    """Counts of seeds by how they ended, and the training time."""
    lines = []
    for status in STATUSES:
        counts = [group.ends[model][status] for model in models]
        if status == "done" or any(counts):
            lines.append([f"seeds {status}", *map(str, counts)])
    seconds = [mean_train_sec(group.by_model[model]) for model in models]
    lines.append(["train_sec a seed", *("none" if math.isnan(s) else f"{s:.1f}" for s in seconds)])
    return lines


def mean_train_sec(rows: Sequence[Row]) -> float:
    seconds = [row.cost.get("train_sec") for row in rows]
    known = [sec for sec in seconds if sec is not None]
    return sum(known) / len(known) if known else math.nan


def unlike_notes(group: Group) -> list[str]:
    """The hyper-parameters that several models have and do not have alike, such as feature matching
    in the authors' code, which the plain GAN goes without: then more than the models differs.
    """
    by_label = {label: rows[0].hparams for label, rows in group.trained.items()}
    names = dict.fromkeys(name for hparams in by_label.values() for name in hparams)
    unlike = []
    for name in (name for name in names if name not in TOLD_IN_BUDGET):
        labels: dict[str, list[str]] = {}
        for label, hparams in by_label.items():
            if name in hparams:
                labels.setdefault(str(hparams[name]), []).append(label)
        if len(labels) > 1:
            values = (f"{value} ({', '.join(those)})" for value, those in labels.items())
            unlike.append(f"{name} {', '.join(values)}")
    return [f"not alike: {'; '.join(unlike)}"] if unlike else []


def reasons(group: Group) -> list[str]:
    """A line for each way in which a model's cells did not end, and for each reason of a skip."""
    ends: dict[tuple[str, str, str], list[int]] = {}
    skips: dict[str, dict[str, list[str]]] = {}
    for label, rows in group.by_model.items():
        for row in [row for row in rows if row.status != "done"]:
            ends.setdefault((label, row.status, row.reason), []).append(row.seed)
    for label in [label for label, rows in group.by_model.items() if not rows[0].is_reference]:
        for name, measured in group.measured[label].items():
            for text in measured.texts if name in group.named else ():
                bare = ColumnKey.parse(name).name
                labels = skips.setdefault(text, {}).setdefault(bare, [])
                labels += [] if label in labels else [label]
    lines = []
    for (label, status, reason), seeds in ends.items():
        which = f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"
        lines.append(f"{label} {which} {status}: {reason}")
    for text, by_metric in skips.items():
        whose: dict[str, list[str]] = {}
        for metric, labels in by_metric.items():
            whose.setdefault(", ".join(labels), []).append(metric)
        lines += [f"{labels}: {', '.join(metrics)} {text}" for labels, metrics in whose.items()]
    return lines


def left_out_note(group: Group) -> list[str]:
    """How many columns a short table does not show."""
    left = [name for name in group.all_metrics if name not in group.metrics]
    if not left or group.choice.metrics:
        return []
    back = sum(not is_forward(name) for name in left)
    some = "" if back == len(left) else f"{back} of them "
    from_b = f", {some}from B to A" if back else ""
    return [f"{len(left)} more column{'s' if len(left) > 1 else ''}{from_b}: --all shows them"]
