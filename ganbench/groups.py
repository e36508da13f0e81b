"""Rows that may stand side by side: one task, data, split, preset, set of options and precision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ganbench.protocols import require_one_protocol
from ganbench.types import PLAIN, Row, canonical_json


@dataclass(frozen=True)
class Group:
    """The rows of one setting, one for each variant of a model and seed.

    Small models stand first, whatever the order in which their cells ended; references last.

    labels: of each cell, its model and what tells it from the model's other variants.
    older: rows of the same seeds by other code, which are left out.
    """

    rows: tuple[Row, ...]
    labels: Mapping[str, str]
    older: int

    @property
    def by_model(self) -> dict[str, list[Row]]:
        """Rows by label, in their order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(self.labels[row.cell], []).append(row)
        return found

    @property
    def trained(self) -> tuple[Row, ...]:
        """Rows of models, without references; all rows where there are only references."""
        return tuple(row for row in self.rows if not row.is_reference) or self.rows

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that some model has a number for: A to B first, then B to A."""
        names = list(dict.fromkeys(name for row in self.trained for name in row.metrics))
        found = [name for name in names if any(numbers([row], name) for row in self.trained)]
        return tuple(sorted(found, key=lambda name: name.endswith("_BA")))

    @property
    def title(self) -> str:
        first = self.trained[0]
        recipes = list(dict.fromkeys(row.recipe for row in self.trained))
        recipe = f"recipe {recipes[0]}" if len(recipes) == 1 else f"recipes {', '.join(recipes)}"
        split = "" if first.split == "test" else f" · {first.split} split"
        return f"{first.task} · data {first.data} · preset {first.preset} · {recipe}{split}"


def numbers(rows: Iterable[Row], metric: str) -> dict[int, float]:
    """The metric by seed, where it is a number."""
    found = {row.seed: row.metrics.get(metric) for row in rows}
    return {seed: float(v) for seed, v in found.items() if v is not None and not isinstance(v, str)}


def group_rows(rows: Iterable[Row]) -> list[Group]:
    """One group for each setting in the rows; of two rows of one setting and seed the later.

    Raises UserError where a column of a setting mixes protocols.
    """
    rows = list(rows)
    current = {_same(row): row for row in rows}
    settings: dict[str, list[Row]] = {}
    for row in current.values():
        settings.setdefault(_setting(row), []).append(row)
    for group in settings.values():
        require_one_protocol(group)
    older = len(rows) - len(current)
    return [
        Group(tuple(sorted(group, key=_place)), variant_labels(group), older)
        for group in settings.values()
    ]


def _place(row: Row) -> tuple[bool, float, int]:
    return row.is_reference, row.cost.get("parameters", 0), row.seed


def _setting(row: Row) -> str:
    precision = row.provenance.get("precision")
    budget = {"network": PLAIN, **row.budget}  # older rows do not say it
    return canonical_json(
        [row.task, row.data, row.split, row.preset, budget, row.options, precision]
    )


def _same(row: Row) -> str:
    return canonical_json([_setting(row), row.model, row.recipe, row.hparams, row.seed])


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
