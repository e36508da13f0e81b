"""Rows that may be compared: one task, split, preset, set of options and arithmetic, and the same
data to the sample.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from ganbench.core.budget import shared_budget
from ganbench.core.spec import PLAIN, ColumnKey
from ganbench.reporting.choice import EVERYTHING, Choice
from ganbench.reporting.protocols import require_one_protocol
from ganbench.results.jsonl import grouping_key
from ganbench.results.records import Row, Status, number_of


def final_metrics(row: Row) -> Mapping[str, float | str]:
    """Of the last weights."""
    return row.metrics


def selected_metrics(row: Row) -> Mapping[str, float | str]:
    """Metrics of the checkpoint with the best validation score, or else of the last."""
    metrics: Mapping[str, float | str] = row.selected["metrics"] if row.selected else row.metrics
    return metrics


@dataclass(frozen=True)
class Measured:
    """What the seeds of a model have of one metric: numbers, and each text that stands in place of
    one, such as a reason.
    """

    numbers: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """The rows of one setting, one for each variant of a model and seed.

    by_model: rows in the order of their seeds, by a label: the model, and the settings that differ
        from its other variants. They share recipe and hyper-parameters. Small models stand first,
        whatever the order in which their cells ended; references last.
    older: rows of the same seeds by other code, which are left out.
    metrics_of: the metrics of the chosen checkpoint of a row.
    choice: of the metrics that are shown.
    unlike: settings of the data and the arithmetic in which groups of the same names differ, such
        as `sigma_B=0.1`. samples: the beginning of the data's hash, where nothing else differs.
    """

    by_model: Mapping[str, Sequence[Row]]
    older: int
    metrics_of: Callable[[Row], Mapping[str, float | str]] = final_metrics
    choice: Choice = EVERYTHING
    unlike: tuple[str, ...] = ()
    samples: str = ""

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return tuple(chain.from_iterable(self.by_model.values()))

    @cached_property
    def trained(self) -> Mapping[str, Sequence[Row]]:
        """`by_model` without references; all of it where there are only references."""
        models = {k: rows for k, rows in self.by_model.items() if not rows[0].is_reference}
        return models or self.by_model

    @cached_property
    def first(self) -> Row:
        """A row, of a model where there is one, to see what all have in common."""
        return next(iter(self.trained.values()))[0]

    @cached_property
    def measured(self) -> dict[str, dict[str, Measured]]:
        """By label and metric, what its rows have."""
        return {
            label: measured_by_metric(map(self.metrics_of, rows))
            for label, rows in self.by_model.items()
        }

    @cached_property
    def all_named(self) -> tuple[str, ...]:
        """The metrics that a row of a model names, with a number or a reason, or else a row of
        a reference: A to B first, then B to A.
        """
        of_models = chain.from_iterable(self.measured[label] for label in self.trained)
        names = dict.fromkeys(of_models) or dict.fromkeys(
            chain.from_iterable(self.measured.values())
        )
        return tuple(sorted(names, key=lambda name: ColumnKey.parse(name).direction))

    @cached_property
    def all_metrics(self) -> tuple[str, ...]:
        """Of these the ones that some model has a number for; all of them where none has."""
        trained = [self.measured[label] for label in self.trained]
        numbered = {n for by_name in trained for n, values in by_name.items() if values.numbers}
        return tuple(name for name in self.all_named if name in numbered) or self.all_named

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Of `all_named` the chosen ones."""
        return self.choice.of(self.all_named, self.selected_by)

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Of `all_metrics` the chosen ones; what is asked for by name also without a number."""
        if self.choice.metrics:
            return self.named
        return tuple(n for n in self.all_metrics if n in set(self.named)) or self.named

    @cached_property
    def selected_by(self) -> frozenset[str]:
        """The columns by which validation chose checkpoints."""
        return frozenset(row.selected["by"] for row in self.rows if row.selected)

    @cached_property
    def ends(self) -> dict[str, Counter[Status]]:
        """By label, how many of its rows ended in which way."""
        return {k: Counter(row.status for row in rows) for k, rows in self.by_model.items()}

    @property
    def data(self) -> str:
        """The data's name, and what tells them from those of other groups of the same names."""
        told = ", ".join([*self.unlike, *([f"samples {self.samples}"] if self.samples else [])])
        return f"{self.first.data} ({told})" if told else self.first.data

    @property
    def title(self) -> str:
        first = self.first
        recipes = list(dict.fromkeys(rows[0].recipe for rows in self.trained.values()))
        recipe = f"recipe{'' if len(recipes) == 1 else 's'} {', '.join(recipes)}"
        told = f" · {recipe}" if any(recipes) else ""  # references alone have none
        split = "" if first.split == "test" else f" · {first.split} split"
        return f"{first.task} · data {self.data} · preset {first.preset}{told}{split}"


def told_apart(groups: Sequence[Group]) -> list[Group]:
    """With what tells groups of the same task, data, split and preset apart."""
    rivals: dict[tuple[str, ...], list[Row]] = {}
    for row in (group.first for group in groups):
        rivals.setdefault((row.task, row.data, row.split, row.preset), []).append(row)
    unlike = {id(row): _unlike(row, same) for same in rivals.values() for row in same}
    told = ((group, *unlike[id(group.first)]) for group in groups)
    return [replace(group, unlike=parts, samples=samples) for group, parts, samples in told]


def _unlike(row: Row, rivals: Sequence[Row]) -> tuple[tuple[str, ...], str]:
    """Settings that some rival has otherwise; and samples, if one has all alike but these."""
    own, others = _facts(row), [_facts(rival) for rival in rivals]
    names = [name for name in own if any(other.get(name) != own[name] for other in others)]
    alike = [r for r, facts in zip(rivals, others, strict=True) if facts == own]
    is_told = len({_data_hash(rival) for rival in alike}) > 1
    return tuple(f"{n}={own[n]}" for n in names), _data_hash(row)[:8] if is_told else ""


def _facts(row: Row) -> dict[str, object]:
    """What the names of a setting do not tell."""
    precision, portable = _arithmetic(row)
    arithmetic = {"precision": precision or "unknown", "portable": portable or "no"}
    return {**row.options, **_budget(row), **arithmetic}


def measured_by_metric(scores: Iterable[Mapping[str, float | str]]) -> dict[str, Measured]:
    """Of many rows' metrics, those that some row has."""
    alike: dict[tuple[str, ...], list[Mapping[str, float | str]]] = {}
    for metrics in scores:
        alike.setdefault(tuple(metrics), []).append(metrics)
    columns: dict[str, Sequence[float | str]] = {}
    for names, same in alike.items():  # rows of the same metrics are turned into columns at once
        for name, column in zip(names, zip(*(m.values() for m in same), strict=True), strict=True):
            columns[name] = (*columns[name], *column) if name in columns else column
    return {name: parted(column) for name, column in columns.items()}


def parted(column: Sequence[float | str]) -> Measured:
    """Numbers and texts, each in their order."""
    if str not in set(map(type, column)):
        return Measured(tuple(column))  # type: ignore[arg-type]
    texts = tuple(dict.fromkeys(v for v in column if isinstance(v, str)))
    return Measured(tuple(v for v in column if not isinstance(v, str)), texts)


def model_rows(group: Group) -> dict[str, Sequence[Row]]:
    """Rows by label, without references."""
    return {label: rows for label, rows in group.by_model.items() if not rows[0].is_reference}


def numbers(rows: Iterable[Row], metric: str) -> dict[int, float]:
    """The metric by seed, where it is a number."""
    return {
        row.seed: value for row in rows if (value := number_of(row.metrics.get(metric))) is not None
    }


def group_rows(rows: Iterable[Row]) -> list[Group]:
    """One group for each setting in the rows; of two rows of one setting and seed the later.

    Raises UserError where a column of a setting mixes protocols.
    """
    groups = []
    for variants in by_setting(rows).values():
        latest = [{row.seed: row for row in same} for same in variants.values()]
        older = sum(map(len, variants.values())) - sum(map(len, latest))
        models = sorted(
            ([by_seed[seed] for seed in sorted(by_seed)] for by_seed in latest), key=place
        )
        require_one_protocol([row for same in models for row in same])
        groups.append(Group(dict(zip(_labels(models), models, strict=True)), older))
    return told_apart(groups)


def by_setting(rows: Iterable[Row]) -> dict[bytes, dict[bytes, list[Row]]]:
    """Rows by their setting, and within it by the variant, which a model's seeds have in common.

    The parts of rows that were read from one file are one object where they are equal, so that few
    rows have to be looked at in full.
    """
    rows = list(rows)  # which keeps the parts alive, and so their ids apart
    settings: dict[bytes, dict[bytes, list[Row]]] = {}
    known: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        parts = id(row.budget), id(row.options), id(row.hparams)
        names = row.task, row.data, row.split, row.preset, row.model, row.recipe
        key = (*parts, *names, _data_hash(row), *_arithmetic(row))
        same = known.get(key)
        if same is None:
            variants = settings.setdefault(_setting(row), {})
            same = known[key] = variants.setdefault(_variant(row), [])
        same.append(row)
    return settings


def most_seeds(rows: Iterable[Row]) -> int:
    """Of the trained variant that has most, 0 without one. Rows of older code are of no other
    seeds, and variants of one model do not add theirs.
    """
    settings = by_setting(row for row in rows if not row.is_reference).values()
    variants = (same for setting in settings for same in setting.values())
    return max((len({row.seed for row in same}) for same in variants), default=0)


def place(same: Sequence[Row]) -> tuple[bool, float]:
    parameters = (row.cost["parameters"] for row in same if "parameters" in row.cost)
    return same[0].is_reference, next(parameters, 0)


def _setting(row: Row) -> bytes:
    names = row.task, row.data, _data_hash(row), row.split, row.preset
    return grouping_key([*names, _budget(row), row.options, *_arithmetic(row)])


def _budget(row: Row) -> dict[str, object]:
    return {"network": PLAIN, **shared_budget(row.budget, row.preset)}  # older rows do not say it


def _data_hash(row: Row) -> str:
    """Of the samples themselves: two folders of pictures have one name, `folder`."""
    return str(row.provenance.get("data_hash", ""))


def _arithmetic(row: Row) -> tuple[str | None, str | None]:
    """The precision, and the settings of portable rows."""
    return row.provenance.get("precision"), row.provenance.get("portable")


def _variant(row: Row) -> bytes:
    return grouping_key([row.model, row.recipe, row.hparams])


def variant_labels(rows: Iterable[Row]) -> dict[str, str]:
    """A label for each cell: its model, and the settings that differ from its other variants."""
    variants: dict[bytes, list[Row]] = {}
    for row in rows:
        variants.setdefault(_variant(row), []).append(row)
    labels = zip(_labels(list(variants.values())), variants.values(), strict=True)
    return {row.cell: label for label, same in labels for row in same}


def cell_labels(rows: Iterable[Row]) -> dict[str, str]:
    """What to call each cell where all cells of a task stand together, and not only those of one
    setting: its model, and all that differs from the model's other cells on the task, the preset,
    of which the network is a part, and the task's options among it.
    """
    kinds: dict[tuple[str, str], dict[bytes, list[Row]]] = {}
    for row in rows:
        settings = grouping_key([row.preset, row.recipe, row.options, row.hparams])
        kinds.setdefault((row.task, row.model), {}).setdefault(settings, []).append(row)
    labels: dict[str, str] = {}
    for variants in kinds.values():
        firsts = [same[0] for same in variants.values()]
        for first, same in zip(firsts, variants.values(), strict=True):
            labels |= dict.fromkeys((row.cell for row in same), _cell_label(first, firsts))
    return labels


def _cell_label(row: Row, others: Sequence[Row]) -> str:
    presets = [other.preset.split("+") for other in others]
    parts = [p for p in row.preset.split("+") if not all(p in preset for preset in presets)]
    parts += [row.recipe] if len({other.recipe for other in others}) > 1 else []
    alike = [_settings(o) for o in others if (o.preset, o.recipe) == (row.preset, row.recipe)]
    own = _settings(row)
    parts += [f"{k}={v}" for k, v in sorted(own.items()) if any(o.get(k) != v for o in alike)]
    return f"{row.model} ({', '.join(parts)})" if parts else row.model


def _settings(row: Row) -> dict[str, object]:
    return {**row.options, **row.hparams}


def _labels(variants: Sequence[Sequence[Row]]) -> list[str]:
    firsts = [same[0] for same in variants]
    return [_label(row, [other for other in firsts if other.model == row.model]) for row in firsts]


def _label(row: Row, others: Sequence[Row]) -> str:
    """others: one row of each variant of its model."""
    parts = [row.recipe] if len({other.recipe for other in others}) > 1 else []
    parts += [
        f"{key}={value}"
        for key, value in sorted(row.hparams.items())
        if any(o.hparams.get(key) != value for o in others if o.recipe == row.recipe)
    ]
    return f"{row.model} ({', '.join(parts)})" if parts else row.model
