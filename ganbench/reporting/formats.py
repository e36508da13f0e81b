"""Sheets as Markdown, LaTeX, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence

from ganbench.reporting.latex import render_latex
from ganbench.reporting.sheets import Sheet


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
