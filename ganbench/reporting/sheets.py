"""Printed tables in every format: text for people, records for programs."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganbench.reporting.statistics import Estimate

ARROWS = {True: "↑", False: "↓", None: " "}


@dataclass(frozen=True)
class Sheet:
    """A table as it is printed, and the same as records with their numbers in full.

    rules: indexes of lines with a rule above them. keys: how many of the first columns name a line.
    texts: how many hold words. across: what stands in the head's columns, where lines and columns
        may change places.
    """

    title: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    records: tuple[Mapping[str, Any], ...]
    rules: frozenset[int] = frozenset()
    keys: int = 1
    texts: int = 1
    across: str = ""


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


def render_markdown(sheets: Sequence[Sheet], key: str) -> str:
    """A table a sheet, below its title; notes below."""
    parts = []
    for sheet in sheets:
        rule = ("---",) + ("---:",) * (len(sheet.head) - 1)
        cells = [[_one_cell(text) for text in line] for line in (sheet.head, rule, *sheet.lines)]
        body = "\n".join("| " + " | ".join(line) + " |" for line in cells)
        notes = "\n".join(f"- {note}" for note in sheet.notes)
        parts.append(f"**{sheet.title}**\n\n{body}\n\n{notes}\n")
    return "\n".join(parts)


def _one_cell(text: str) -> str:
    """Without what ends a cell of a table in Markdown."""
    return " ".join(text.splitlines()).replace("|", "\\|")


def render_latex(sheets: Sequence[Sheet], key: str) -> str:
    """A booktabs tabular a sheet; title and notes as comments."""
    parts = []
    for sheet in sheets:
        body = [" & ".join(map(_latex, line)) + r" \\" for line in (sheet.head, *sheet.lines)]
        parts += [
            *(f"% {line}" for line in (sheet.title, *sheet.notes)),
            r"\begin{tabular}{l" + "r" * (len(sheet.head) - 1) + "}",
            r"\toprule",
            body[0],
            r"\midrule",
            *body[1:],
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    return "\n".join(parts)


def _latex(text: str) -> str:
    named = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    plain = "".join("\\" + c if c in "_%&#${}" else named.get(c, c) for c in text)
    symbols = (("±", r"\pm"), ("↑", r"\uparrow"), ("↓", r"\downarrow"), ("≥", r"\ge"))
    for symbol, command in (*symbols, ("≤", r"\le"), ("−", "-")):
        plain = plain.replace(symbol, f"${command}$")
    return plain


def render_csv(sheets: Sequence[Sheet], key: str) -> str:
    """The records of all sheets, a line each, below one header."""
    rows = [record for sheet in sheets for record in sheet.records]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]) if rows else ["task"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def render_json(sheets: Sequence[Sheet], key: str) -> str:
    """The records of all sheets under `key`, and each sheet's title and notes."""
    notes = [{"title": sheet.title, "notes": list(sheet.notes)} for sheet in sheets]
    records = [record for sheet in sheets for record in sheet.records]
    return json.dumps({key: records, "tables": notes}, indent=2, allow_nan=False) + "\n"


def renderers() -> dict[str, Callable[[Sequence[Sheet], str], str]]:
    """Formats that are plain text; `rich` is drawn by the command line."""
    return {
        "markdown": render_markdown,
        "latex": render_latex,
        "csv": render_csv,
        "json": render_json,
    }
