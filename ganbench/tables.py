"""Comparison tables from rows: metrics down, models across, one table a task and setting."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ganbench.statistics import Estimate, estimate
from ganbench.types import Column, Row, canonical_json

ARROWS = {True: "↑", False: "↓", None: " "}
FORMATS = ("rich", "markdown", "csv", "latex", "json")


@dataclass(frozen=True)
class Entry:
    """One metric of one model: an estimate over seeds, or the reason why there is none."""

    metric: str
    model: str
    estimate: Estimate | None
    reason: str = ""


@dataclass(frozen=True)
class Table:
    """Rows that may stand side by side: one task, data, preset, set of options and precision."""

    task: str
    data: str
    preset: str
    recipe: str
    precision: str
    budget: Mapping[str, Any]
    models: tuple[str, ...]
    metrics: tuple[str, ...]
    entries: Mapping[tuple[str, str], Entry]
    counts: Mapping[str, Mapping[str, int]]
    train_sec: Mapping[str, float]
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        recipe = f"recipe {self.recipe}" if self.recipe else "several recipes"
        return f"{self.task} · data {self.data} · preset {self.preset} · {recipe}"


def build_tables(rows: Iterable[Row]) -> list[Table]:
    """One table for each setting in the rows; of two rows of one setting and seed the later."""
    rows = list(rows)
    current = {_same(row, "seed"): row for row in rows}
    groups: dict[str, list[Row]] = {}
    for row in current.values():
        groups.setdefault(_setting(row), []).append(row)
    older = len(rows) - len(current)
    stale = (f"{older} older rows of the same seeds, by other code, are left out",)
    return [_table(group, stale if older else ()) for group in groups.values()]


def _setting(row: Row) -> str:
    precision = row.provenance.get("precision")
    return canonical_json([row.task, row.data, row.preset, row.budget, row.options, precision])


def _same(row: Row, *fields: str) -> str:
    more = [getattr(row, field) for field in fields]
    return canonical_json([_setting(row), row.model, row.recipe, row.hparams, more])


def _table(rows: Sequence[Row], stale: tuple[str, ...]) -> Table:
    labels = variant_labels(rows)
    by_model: dict[str, list[Row]] = {}
    for row in rows:
        by_model.setdefault(labels[row.cell], []).append(row)
    metrics = ordered_metrics(rows)
    entries = {
        (metric, model): _entry(metric, model, group)
        for metric in metrics
        for model, group in by_model.items()
    }
    recipes = {row.recipe for row in rows}
    first = rows[0]
    return Table(
        task=first.task,
        data=first.data,
        preset=first.preset,
        recipe=first.recipe if len(recipes) == 1 else "",
        precision=first.provenance.get("precision", ""),
        budget={**first.budget, "batch_size": _common(r.hparams.get("batch_size") for r in rows)},
        models=tuple(by_model),
        metrics=metrics,
        entries=entries,
        counts={model: _counts(group) for model, group in by_model.items()},
        train_sec={model: _mean_train_sec(group) for model, group in by_model.items()},
        notes=(*budget_notes(rows), *reasons(rows, labels), *stale),
    )


def _common(values: Iterable[Any]) -> Any:
    """The value that all share, or all values as a text."""
    found = list(dict.fromkeys(values))
    return found[0] if len(found) == 1 else " / ".join(map(str, found))


def variant_labels(rows: Sequence[Row]) -> dict[str, str]:
    """A label for each cell: its model, and what tells it from other variants of that model."""
    variants: dict[str, dict[str, Row]] = {}
    for row in rows:
        variants.setdefault(row.model, {})[canonical_json([row.recipe, row.hparams])] = row
    labels = {}
    for row in rows:
        others = list(variants[row.model].values())
        parts = [row.recipe] if len({other.recipe for other in others}) > 1 else []
        parts += [
            f"{key}={value}"
            for key, value in sorted(row.hparams.items())
            if any(o.hparams.get(key) != value for o in others if o.recipe == row.recipe)
        ]
        labels[row.cell] = f"{row.model} ({', '.join(parts)})" if parts else row.model
    return labels


def ordered_metrics(rows: Sequence[Row]) -> tuple[str, ...]:
    """All metric names: A to B in their first order, then those of B to A."""
    names = list(dict.fromkeys(name for row in rows for name in row.metrics))
    return tuple(sorted(names, key=lambda name: name.endswith("_BA")))


def _entry(metric: str, model: str, rows: Sequence[Row]) -> Entry:
    found = [row.metrics[metric] for row in rows if metric in row.metrics]
    numbers = [float(value) for value in found if not isinstance(value, str)]
    if numbers:
        return Entry(metric, model, estimate(numbers))
    texts = [value for value in found if isinstance(value, str)]
    if texts:
        return Entry(metric, model, None, texts[0])
    done = any(row.status == "done" for row in rows)
    one_way = metric.endswith("_BA") and done
    return Entry(metric, model, None, "skipped: A to B only" if one_way else "no row is done")


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    names = ("done", "diverged", "failed", "skipped")
    return {name: sum(row.status == name for row in rows) for name in names}


def _mean_train_sec(rows: Sequence[Row]) -> float:
    seconds = [row.cost["train_sec"] for row in rows if "train_sec" in row.cost]
    return sum(seconds) / len(seconds) if seconds else math.nan


def budget_notes(rows: Sequence[Row]) -> list[str]:
    """Which budget the numbers stand for, and that it is not the paper's where it is not."""
    budget = rows[0].budget
    size = f" at {budget['size']} px" if budget.get("size") else ""
    batch = _common(row.hparams.get("batch_size") for row in rows)
    text = (
        f"{rows[0].preset}: {budget['budget_steps']:,} steps{size}, "
        f"width {budget['width']}, batch {batch}, lr {_common(r.hparams.get('lr') for r in rows)}"
    )
    foreign = rows[0].preset != "paper"
    notes = [text + ("; this is not the paper's budget" if foreign else "")]
    warm = {r.model: r.hparams.get("warmup_steps", 0) for r in rows}
    notes += [
        f"{model}: the warm-up of {steps:,} steps outlasts the budget, so only the weights at "
        "the start were used"
        for model, steps in warm.items()
        if steps >= budget["budget_steps"]
    ]
    return notes


def reasons(rows: Sequence[Row], labels: Mapping[str, str]) -> list[str]:
    """A line for each cell that was not trained to its end, and each reason for a skip, once."""
    lines = [
        f"{labels[row.cell]} seed {row.seed} {row.status}: {row.reason}"
        for row in rows
        if row.status != "done"
    ]
    skips = dict.fromkeys(
        f"{labels[row.cell]} {name} {value}"
        for row in rows
        for name, value in row.metrics.items()
        if isinstance(value, str)
    )
    return lines + list(skips)


def number(value: float) -> str:
    """Three significant digits, without an exponent where it can be helped."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}" if digits <= 6 else f"{value:.2e}"


def shown(entry: Entry) -> str:
    if entry.estimate is None:
        return entry.reason.split(":")[0]
    found = entry.estimate
    if found.n < 2:
        return number(found.mean)
    half = (found.high - found.low) / 2
    if found.mean == half == 0:
        return "0 ± 0"
    digits = max(0, 2 - math.floor(math.log10(max(abs(found.mean), half, 1e-6))))
    return f"{found.mean:.{min(digits, 6)}f} ± {half:.{min(digits, 6)}f}"


def metric_label(name: str, columns: Mapping[str, Column]) -> str:
    column = columns.get(name.removesuffix("_BA"))
    return name if column is None else f"{name} {ARROWS[column.higher_is_better]}".rstrip()


def lines_of(table: Table, columns: Mapping[str, Column]) -> list[list[str]]:
    """The table's body as text, without its header."""
    body = [
        [metric_label(m, columns), *(shown(table.entries[m, model]) for model in table.models)]
        for m in table.metrics
    ]
    for status in ("done", "diverged", "failed", "skipped"):
        numbers = [table.counts[model][status] for model in table.models]
        if status == "done" or any(numbers):
            body.append([f"seeds {status}", *map(str, numbers)])
    seconds = [table.train_sec[model] for model in table.models]
    body.append(["train_sec a seed", *("none" if math.isnan(s) else f"{s:.1f}" for s in seconds)])
    return body


def interval_note(table: Table) -> str:
    return "mean ± half of the 95 % t interval over seeds; ↑ higher is better, ↓ lower"


def render_markdown(tables: Sequence[Table], columns: Mapping[str, Column]) -> str:
    parts = []
    for table in tables:
        head = ["metric", *table.models]
        rule = ["---"] + ["---:"] * len(table.models)
        lines = [head, rule, *lines_of(table, columns)]
        body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        notes = "\n".join(f"- {note}" for note in (*table.notes, interval_note(table)))
        parts.append(f"**{table.title}**\n\n{body}\n\n{notes}\n")
    return "\n".join(parts)


def render_latex(tables: Sequence[Table], columns: Mapping[str, Column]) -> str:
    """A booktabs tabular a table; title and notes as comments."""
    parts = []
    for table in tables:
        head = " & ".join(["metric", *map(_latex, table.models)]) + r" \\"
        body = [" & ".join(map(_latex, line)) + r" \\" for line in lines_of(table, columns)]
        parts += [
            *(f"% {line}" for line in (table.title, *table.notes, interval_note(table))),
            r"\begin{tabular}{l" + "r" * len(table.models) + "}",
            r"\toprule",
            head,
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    return "\n".join(parts)


def _latex(text: str) -> str:
    plain = "".join("\\" + c if c in "_%&#${}" else c for c in text)
    for symbol, command in (("±", r"$\pm$"), ("↑", r"$\uparrow$"), ("↓", r"$\downarrow$")):
        plain = plain.replace(symbol, command)
    return plain


def records(tables: Sequence[Table], columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    """One record a table, model and metric: what CSV and JSON hold."""
    found = []
    for table in tables:
        for (metric, model), entry in table.entries.items():
            column = columns.get(metric.removesuffix("_BA"))
            numbers = asdict(entry.estimate) if entry.estimate else {"n": 0}
            found.append(
                {
                    "task": table.task,
                    "data": table.data,
                    "preset": table.preset,
                    "recipe": table.recipe,
                    "model": model,
                    "metric": metric,
                    "unit": column.unit if column else "",
                    "higher_is_better": column.higher_is_better if column else None,
                    "mean": _finite(numbers.get("mean")),
                    "ci_low": _finite(numbers.get("low")),
                    "ci_high": _finite(numbers.get("high")),
                    "n": numbers["n"],
                    "diverged": table.counts[model]["diverged"],
                    "failed": table.counts[model]["failed"],
                    "reason": entry.reason,
                }
            )
    return found


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def render_csv(tables: Sequence[Table], columns: Mapping[str, Column]) -> str:
    rows = records(tables, columns)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]) if rows else ["task"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def render_json(tables: Sequence[Table], columns: Mapping[str, Column]) -> str:
    notes = [{"title": table.title, "notes": list(table.notes)} for table in tables]
    return json.dumps({"tables": notes, "records": records(tables, columns)}, indent=2) + "\n"


def renderers() -> dict[str, Callable[[Sequence[Table], Mapping[str, Column]], str]]:
    """Formats that are plain text; `rich` is drawn by the command line."""
    return {
        "markdown": render_markdown,
        "latex": render_latex,
        "csv": render_csv,
        "json": render_json,
    }
