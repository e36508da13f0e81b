"""Paired tests between the models of a setting, as a report shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ganbench.core.spec import Column
from ganbench.reporting.comparisons import (
    HEAD,
    corrected,
    family_notes,
    has_better_end,
    pair_texts,
    paired,
)
from ganbench.reporting.groups import Group, model_rows
from ganbench.reporting.statistics import Interval


@dataclass(frozen=True)
class PairLine:
    """texts: as below `Pairwise.head`. keys: what numbers are sorted by, None for a text.
    models: of the two, by which the line is filtered.
    """

    texts: tuple[str, ...]
    keys: tuple[float | None, ...]
    models: tuple[str, str]


@dataclass(frozen=True)
class Pairwise:
    head: tuple[str, ...]
    lines: tuple[PairLine, ...]
    notes: tuple[str, ...]


def pairwise_of(
    group: Group,
    columns: Mapping[str, Column],
    main: Sequence[str],
    interval: Interval,
    design: Sequence[str],
) -> Pairwise:
    """Of each two models on the main metrics that have a better end; no line where no two have two
    seeds in common. Without a guess at the seeds that would do, which takes a library that is slow
    to import; `ganbench compare` has it. design: notes on how many seeds there are, and why.
    """
    metrics = [name for name in main if has_better_end(name, columns)]
    pairs = corrected(paired(group, columns, "", metrics, interval)) if metrics else []
    if not any(pair.is_test for pair in pairs):
        return Pairwise(HEAD[:-1], (), ())
    models = {label: rows[0].model for label, rows in model_rows(group).items()}
    lines = tuple(
        PairLine(
            pair_texts(pair, columns, interval),
            (
                *(None, None, pair.comparison.difference.mean),
                *(pair.comparison.p, pair.p_holm, pair.comparison.difference.n),
            ),
            (models[pair.first], models[pair.second]),
        )
        for pair in pairs
    )
    return Pairwise(HEAD[:-1], lines, (*family_notes(pairs, interval), *design))
