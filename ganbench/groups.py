"""Rows that may stand side by side: one task, data, split, preset, set of options and precision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from ganbench.protocols import require_one_protocol
from ganbench.row_lines import grouping_key
from ganbench.types import PLAIN, Row


def final_metrics(row: Row) -> Mapping[str, float | str]:
    """Of the last weights."""
    return row.metrics


def selected_metrics(row: Row) -> Mapping[str, float | str]:
    """Of the weights that validation found best, or of the last where nothing chose."""
    found: Mapping[str, float | str] = row.selected["metrics"] if row.selected else row.metrics
    return found


@dataclass(frozen=True)
class Group:
    """The rows of one setting, one for each variant of a model and seed.

    Small models stand first, whatever the order in which their cells ended; references last.

    labels: of each cell, its model and what tells it from the model's other variants.
    older: rows of the same seeds by other code, which are left out.
    metrics_of: which of a row's checkpoints is looked at.
    """

    rows: tuple[Row, ...]
    labels: Mapping[str, str]
    older: int
    metrics_of: Callable[[Row], Mapping[str, float | str]] = final_metrics

    @cached_property
    def by_model(self) -> dict[str, list[Row]]:
        """Rows by label, in their order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(self.labels[row.cell], []).append(row)
        return found

    @cached_property
    def values(self) -> dict[str, dict[str, list[float | str]]]:
        """By label and metric, what its rows have: gathered in one pass."""
        found: dict[str, dict[str, list[float | str]]] = {}
        for label, rows in self.by_model.items():
            by_metric = defaultdict(list)
            for row in rows:
                for name, value in self.metrics_of(row).items():
                    by_metric[name].append(value)
            found[label] = dict(by_metric)
        return found

    @cached_property
    def trained(self) -> tuple[Row, ...]:
        """Rows of models, without references; all rows where there are only references."""
        return tuple(row for row in self.rows if not row.is_reference) or self.rows

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that some model has a number for: A to B first, then B to A."""
        trained = [self.values[label] for label in {self.labels[r.cell]: 0 for r in self.trained}]
        names = dict.fromkeys(chain.from_iterable(trained))
        found = [
            name
            for name in names
            if any(not isinstance(v, str) for values in trained for v in values.get(name, ()))
        ]
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
    return {
        row.seed: float(value)
        for row in rows
        if (value := row.metrics.get(metric)) is not None and not isinstance(value, str)
    }


def group_rows(rows: Iterable[Row]) -> list[Group]:
    """One group for each setting in the rows; of two rows of one setting and seed the later.

    Raises UserError where a column of a setting mixes protocols.
    """
    rows = list(rows)
    keys = _Keys()
    settings: dict[bytes, dict[tuple[bytes, int], Row]] = {}
    for row in rows:
        setting, variant = keys.of(row)
        settings.setdefault(setting, {})[variant, row.seed] = row
    for group in settings.values():
        require_one_protocol(group.values())
    older = len(rows) - sum(map(len, settings.values()))
    return [
        Group(tuple(sorted(group.values(), key=_place)), _labels(group), older)
        for group in settings.values()
    ]


class _Keys:
    """What rows are grouped by. The parts of rows that were read from one file are one object where
    they are equal, so that few rows have to be looked at in full.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[bytes, bytes]] = {}

    def of(self, row: Row) -> tuple[bytes, bytes]:
        """Of the setting, and of the variant within it, which a model's seeds have in common."""
        parts = id(row.budget), id(row.options), id(row.hparams)
        names = row.task, row.data, row.split, row.preset, row.model, row.recipe
        precision = row.provenance.get("precision")
        known = self._known.get((*parts, *names, precision))
        if known is None:
            variant = grouping_key([row.model, row.recipe, row.hparams])
            known = self._known[*parts, *names, precision] = _setting(row), variant
        return known


def _place(row: Row) -> tuple[bool, float, int]:
    return row.is_reference, row.cost.get("parameters", 0), row.seed


def _setting(row: Row) -> bytes:
    precision = row.provenance.get("precision")
    budget = {"network": PLAIN, **row.budget}  # older rows do not say it
    return grouping_key([row.task, row.data, row.split, row.preset, budget, row.options, precision])


def variant_labels(rows: Iterable[Row]) -> dict[str, str]:
    """A label for each cell: its model, and what tells it from other variants of that model."""
    keys = _Keys()
    return _labels({(keys.of(row)[1], number): row for number, row in enumerate(rows)})


def _labels(rows: Mapping[tuple[bytes, int], Row]) -> dict[str, str]:
    """rows: by variant, and a number that tells the rows of one apart."""
    variants: dict[bytes, list[Row]] = {}
    for (variant, _), row in rows.items():
        variants.setdefault(variant, []).append(row)
    firsts = [same[0] for same in variants.values()]
    labels = {}
    for same in variants.values():
        model = same[0].model
        label = _label(same[0], [first for first in firsts if first.model == model])
        labels.update({row.cell: label for row in same})
    return labels


def _label(row: Row, others: Sequence[Row]) -> str:
    """others: one row of each variant of its model."""
    parts = [row.recipe] if len({other.recipe for other in others}) > 1 else []
    parts += [
        f"{key}={value}"
        for key, value in sorted(row.hparams.items())
        if any(o.hparams.get(key) != value for o in others if o.recipe == row.recipe)
    ]
    return f"{row.model} ({', '.join(parts)})" if parts else row.model
