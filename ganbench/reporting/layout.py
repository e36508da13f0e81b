"""Sheets that fit a width: columns side by side as far as they go, then below; nothing is cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rich.cells import cell_len

from ganbench.reporting.sheets import Sheet

GAP = 2  # characters between two columns
FOLDS = ((None, 24), (16,))  # widths of columns of words, in the order in which they are tried


def transposed(sheet: Sheet) -> Sheet:
    """Lines and columns change places; the records stay."""
    head, *lines = map(tuple, zip(sheet.head, *sheet.lines, strict=True))
    return replace(
        sheet,
        head=(sheet.across, *head[1:]),
        lines=tuple(lines),
        rules=frozenset(j - 1 for j in sheet.column_rules),
        column_rules=frozenset(i + 1 for i in sheet.rules),
        bold=frozenset((j - 1, i + 1) for i, j in sheet.bold),
        marked=frozenset((j - 1, i + 1) for i, j in sheet.marked),
        across=sheet.head[0],
    )


def fitted(sheet: Sheet, width: int) -> list[Sheet]:
    """The sheet in as few parts as have room in `width` characters, with lines and columns changed
    where that makes fewer. Words are folded, numbers never.
    """
    ways = [sheet, transposed(sheet)] if sheet.turns else [sheet]
    tries = [parts(folded(way, room), width) for rooms in FOLDS for way in ways for room in rooms]
    return min(tries, key=len)


def parts(sheet: Sheet, width: int) -> list[Sheet]:
    """Greedily from the left, each with the columns that name its lines."""
    widths = column_widths(sheet)
    keys = list(range(sheet.keys))
    found: list[list[int]] = []
    for column in range(sheet.keys, len(sheet.head)):
        wider = [*(found[-1] if found else keys), column]
        fits = sum(widths[i] + GAP for i in wider) - GAP <= width
        if found and fits:
            found[-1] = wider
        else:
            found.append([*keys, column])
    return [taken(sheet, columns) for columns in found or [keys]]


def taken(sheet: Sheet, columns: Sequence[int]) -> Sheet:
    """These columns alone."""
    head, *lines = (tuple(line[i] for i in columns) for line in (sheet.head, *sheet.lines))
    texts = sum(i < sheet.texts for i in columns)
    place = {column: i for i, column in enumerate(columns)}
    bold, marked = (
        frozenset((i, place[j]) for i, j in cells if j in place)
        for cells in (sheet.bold, sheet.marked)
    )
    return replace(sheet, head=head, lines=tuple(lines), texts=texts, bold=bold, marked=marked)


def lines_taken(sheet: Sheet, start: int, stop: int) -> Sheet:
    """These lines alone."""
    bold, marked = (
        frozenset((i - start, j) for i, j in cells if start <= i < stop)
        for cells in (sheet.bold, sheet.marked)
    )
    rules = frozenset(i - start for i in sheet.rules if start < i < stop)
    lines = sheet.lines[start:stop]
    return replace(sheet, lines=lines, rules=rules, bold=bold, marked=marked)


def folded(sheet: Sheet, room: int | None) -> Sheet:
    """Heads on several lines, as wide as the column's cells need; with `room` columns of words,
    too.
    """
    columns = list(zip(*sheet.lines, strict=True)) or [()] * len(sheet.head)
    head = [fold(name, widest(cells)) for name, cells in zip(sheet.head, columns, strict=True)]
    if room is None:
        return replace(sheet, head=tuple(head))
    lines = [
        (*(fold(text, room) for text in line[: sheet.texts]), *line[sheet.texts :])
        for line in sheet.lines
    ]
    return replace(sheet, head=tuple(head), lines=tuple(lines))


def fold(text: str, width: int) -> str:
    """Lines of at most `width`, as far as breaks after spaces, hyphens and underscores allow. An
    arrow stays with its name.
    """
    pieces = re.findall(r"(?:[^ _-]| (?=[↑↓]))*[ _-]*", text)
    room = max(width, widest(piece.rstrip() for piece in pieces))
    lines = [""]
    for piece in pieces:
        if lines[-1] and cell_len((lines[-1] + piece).rstrip()) > room:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)


def column_widths(sheet: Sheet) -> list[int]:
    return [
        widest(line for text in column for line in text.split("\n"))
        for column in zip(sheet.head, *sheet.lines, strict=True)
    ]


def widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)
