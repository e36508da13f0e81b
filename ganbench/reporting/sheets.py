"""Printed tables: text for people, records for programs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ganbench.reporting.statistics import Estimate

ARROWS = {True: "↑", False: "↓", None: " "}


@dataclass(frozen=True)
class Sheet:
    """A table as it is printed, and the same as records with their numbers in full.

    rules: indexes of lines with a rule above them; column_rules: the same of columns.
    keys: how many of the first columns name a line. texts: how many hold words.
    bold, marked: cells, by line and column.
    caption: what stands with the table in a paper; empty for the title.
    across: what stands in the head, where lines and columns can change places. turns: whether they
        do where that needs less width.
    """

    title: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    records: tuple[Mapping[str, Any], ...]
    rules: frozenset[int] = frozenset()
    column_rules: frozenset[int] = frozenset()
    keys: int = 1
    texts: int = 1
    bold: frozenset[tuple[int, int]] = frozenset()
    marked: frozenset[tuple[int, int]] = frozenset()
    caption: str = ""
    across: str = ""
    turns: bool = False


def seeds_text(count: int) -> str:
    return f"{count} seed{'' if count == 1 else 's'}"


def number(value: float) -> str:
    """Three significant digits, without an exponent where it can be helped."""
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return str(value)
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}" if digits <= 6 else f"{value:.2e}"


def estimate_text(estimate: Estimate, symmetric: bool) -> str:
    """Mean ± half of the interval, or mean [low, high]; the mean alone below two seeds."""
    if estimate.n < 2:
        return number(estimate.mean)
    half = (estimate.high - estimate.low) / 2
    if not math.isfinite(estimate.mean + half):
        return f"{number(estimate.mean)} ± {number(half)}"
    if estimate.mean == half == 0:
        return "0 ± 0" if symmetric else "0 [0, 0]"
    digits = max(0, 2 - math.floor(math.log10(max(abs(estimate.mean), half, 1e-6))))
    ends = (half,) if symmetric else (estimate.low, estimate.high)
    mean, *texts = (_rounded(value, min(digits, 6)) for value in (estimate.mean, *ends))
    return f"{mean} ± {texts[0]}" if symmetric else f"{mean} [{', '.join(texts)}]"


def _rounded(value: float, digits: int) -> str:
    """Without the sign of a negative value that rounds to zero."""
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def finite(value: float | None) -> float | None:
    """The value, or None for nan and infinities, which JSON does not have."""
    return value if value is not None and math.isfinite(value) else None
