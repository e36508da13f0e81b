"""What a table says of the length and the batches of the trainings behind its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ganbench.core.budget import STEPS, kimg_of
from ganbench.reporting.groups import Group
from ganbench.results.records import Row


def common(values: Iterable[Any]) -> Any:
    """The value that all share, or all values as a text."""
    distinct = list(dict.fromkeys(values))
    return distinct[0] if len(distinct) == 1 else " / ".join(map(str, distinct))


def budget_notes(group: Group) -> list[str]:
    """The budget of the numbers, with a note where it is not the paper's."""
    rows = [same[0] for same in group.trained.values()]
    budget = rows[0].budget
    size = f" at {budget['size']} px" if budget.get("size") else ""
    steps = by_value(group, lambda row: f"{row.budget[STEPS]:,}")
    text = f"{rows[0].preset}: {steps} steps{size}, width {budget['width']}"
    if not rows[0].is_reference:
        text += "".join(
            f", {name} {common(row.hparams.get(key) for row in rows)}"
            for name, key in (("batch", "batch_size"), ("lr", "lr"))
        )
    foreign = rows[0].preset != "paper"
    notes = [text + ("; this is not the paper's budget" if foreign else "")]
    if kimg_of(rows[0].preset):
        notes.append(f"samples of a domain seen, in whole batches: {by_value(group, samples_seen)}")
    notes += [
        f"{label}: the warm-up of {warm_up(same[0]):,} steps outlasts the budget, so only the "
        "weights at the start were used"
        for label, same in group.trained.items()
        if warm_up(same[0]) >= same[0].budget[STEPS]
    ]
    return notes


def by_value(group: Group, value: Callable[[Row], str]) -> str:
    """The value of all trained models, or each one with those that have it."""
    labels: dict[str, list[str]] = {}
    for label, rows in group.trained.items():
        labels.setdefault(value(rows[0]), []).append(label)
    if len(labels) == 1:
        return next(iter(labels))
    return " / ".join(f"{text} ({', '.join(those)})" for text, those in labels.items())


def samples_seen(row: Row) -> str:
    return f"{row.budget[STEPS] * row.hparams.get('batch_size', 0):,}"


def warm_up(row: Row) -> int:
    return int(row.hparams.get("warmup_steps", 0))


def micro_batch_notes(group: Group) -> list[str]:
    """Which models were trained by micro-batches, and what that means."""
    labels: dict[int, list[str]] = {}
    for label, rows in group.trained.items():
        labels.setdefault(rows[0].hparams.get("micro_batch", 0), []).append(label)
    return [
        f"{', '.join(those)}: gradients are means over micro-batches of {size}, so batch norm and "
        "what else looks at several samples looks at those of one"
        for size, those in labels.items()
        if size
    ]


def compiled_notes(group: Group) -> list[str]:
    """Which seeds were trained by compiled steps, where not all were: as `--compile auto` may have
    it, or a folder that was begun without.
    """
    told, others = [], 0
    for label, rows in group.trained.items():
        seeds = [row.seed for row in rows if row.provenance.get("compiled")]
        others += len(rows) - len(seeds)
        if len(seeds) == len(rows):
            told.append(label)
        elif seeds:
            told.append(f"{label} seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}")
    if not told or not others:
        return []
    return [
        f"trained by compiled steps: {'; '.join(told)}; all else by plain ones, so train_sec tells "
        "more than how fast a model is"
    ]
