r"""Sheets for a paper: floats with booktabs, names that can be read, the best in bold.

They need `\usepackage{booktabs}`, and to stand in one column of 345 pt or more, such as article's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise

from ganbench.core.spec import ColumnKey
from ganbench.reporting.layout import fitted, lines_taken
from ganbench.reporting.sheets import ARROWS, Sheet

PAGE_WIDTH = 82  # characters that have room beside each other
PAGE_LINES = 44  # below a caption
MARK = "*"
TERMS = {
    **{word: word.upper() for word in ("clip", "fd", "fid", "kd", "kid", "kl", "mae", "mse")},
    **{"rmse": "RMSE", "isc": "IS", "rec": "reconstruction", "inf": "to infinity"},
    **{"dinov2": "DINOv2", "efficientnet": "EfficientNet", "lite0": "Lite0", "vit": "ViT"},
    **{"inception": "Inception", "pytorch": "PyTorch", "deg": "(deg)", "sec": "(s)"},
}
WHOLE = {"train_sec a seed": "training a seed (s)"}
SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
SYMBOLS = {
    "±": r"\pm",
    "↑": r"\uparrow",
    "↓": r"\downarrow",
    "≥": r"\ge",
    "≤": r"\le",
    "−": "-",
} | {"·": r"\cdot"}
NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
ESTIMATE = re.compile(rf"({NUMBER})(?: ± ({NUMBER})| \[({NUMBER}), ({NUMBER})\])?")


def render_latex(sheets: Sequence[Sheet], key: str) -> str:
    """A float a sheet; its notes as comments above."""
    labels = unique_labels(sheet.title for sheet in sheets)
    return "\n".join(
        line for sheet, label in zip(sheets, labels, strict=True) for line in lines_of(sheet, label)
    )


def lines_of(sheet: Sheet, label: str) -> Iterator[str]:
    yield from (f"% {one_line(text)}" for text in (sheet.title, *sheet.notes))
    for number, parts in enumerate(floats(readable(sheet))):
        yield from (r"\begin{table}", r"  \centering", r"  \footnotesize")
        yield r"  \setlength{\tabcolsep}{4pt}\setlength{\belowcaptionskip}{6pt}"
        told = f"{sheet.title}, continued".replace(" · ", ", ") if number else caption(sheet)
        yield rf"  \caption{{{escaped(told)}}}"
        yield rf"  \label{{{label}{f':{number + 1}' if number else ''}}}"
        for i, part in enumerate(parts):
            yield from [r"  \par\medskip"] * (i > 0)
            yield from tabular(part)
        yield r"\end{table}"
    yield ""


def floats(sheet: Sheet) -> list[list[Sheet]]:
    """The parts of a sheet, as many together as have room on a page."""
    found: list[list[Sheet]] = []
    room = 0
    for part in chain.from_iterable(map(paged, fitted(sheet, PAGE_WIDTH))):
        height = sum(map(height_of, (part.head, *part.lines)))
        if found and height <= room:
            found[-1].append(part)
        else:
            found.append([part])
            room = PAGE_LINES
        room -= height
    return found


def paged(sheet: Sheet) -> list[Sheet]:
    """Lines in pieces that are no longer than a page."""
    starts, room = [0], PAGE_LINES - height_of(sheet.head)
    for i, cells in enumerate(sheet.lines):
        room -= height_of(cells)
        if room < 0 and i > starts[-1]:
            starts.append(i)
            room = PAGE_LINES - height_of(sheet.head) - height_of(cells)
    return [
        lines_taken(sheet, start, stop) for start, stop in pairwise([*starts, len(sheet.lines)])
    ]


def height_of(cells: Sequence[str]) -> int:
    return max(text.count("\n") + 1 for text in cells)


def caption(sheet: Sheet) -> str:
    """Of a sheet without one its title and its notes."""
    told = "; ".join(sheet.notes)
    text = sheet.caption or (f"{sheet.title}: {told}." if told else sheet.title)
    return text.replace(" · ", ", ")


def tabular(sheet: Sheet) -> Iterator[str]:
    texts = sheet.texts
    yield rf"  \begin{{tabular}}{{{'l' * texts}{'r' * (len(sheet.head) - texts)}}}"
    yield r"    \toprule"
    yield line([stacked(name, "b", "l" if i < texts else "r") for i, name in enumerate(sheet.head)])
    yield r"    \midrule"
    for i, cells in enumerate(sheet.lines):
        if i and i in sheet.rules:
            yield r"    \midrule"
        words = [stacked(text, "t", "l") for text in cells[:texts]]
        values = [
            value(text, (i, j) in sheet.bold, (i, j) in sheet.marked)
            for j, text in enumerate(cells[texts:], texts)
        ]
        yield line([*words, *values])
    yield from (r"    \bottomrule", r"  \end{tabular}")


def line(cells: Iterable[str]) -> str:
    return "    " + " & ".join(cells) + r" \\"


def stacked(text: str, height: str, side: str) -> str:
    """A text of several lines as one cell. height: b or t, the line that stands with the others."""
    lines = [escaped(part) for part in text.split("\n")]
    if len(lines) == 1:
        return lines[0]
    return (
        rf"\begin{{tabular}}[{height}]{{@{{}}{side}@{{}}}}" + r"\\".join(lines) + r"\end{tabular}"
    )


def value(text: str, bold: bool, marked: bool) -> str:
    """An estimate in mathematics, its interval in small. A mark hangs out, so that numbers stay
    below each other.
    """
    found = ESTIMATE.fullmatch(text)
    if found is None:
        return escaped(text)
    mean, half, low, high = (part and power(part) for part in found.groups())
    mean = rf"\mathbf{{{mean}}}" if bold else mean
    ends = rf"\pm {half}" if half else rf"[{low}, {high}]" if low else ""
    interval = rf"\,{{\scriptstyle {ends}}}" if ends else ""
    mark = rf"\rlap{{$^{{{MARK}}}$}}" if marked else ""
    return f"${mean}{interval}${mark}"


def power(number: str) -> str:
    """1.5e-05 as a power of ten."""
    digits, exponent, of_ten = number.partition("e")
    return rf"{digits} \times 10^{{{int(of_ten)}}}" if exponent else digits


def readable(sheet: Sheet) -> Sheet:
    """Names of columns in words; others stay, on one line."""
    head, *lines = (tuple(map(one_line, cells)) for cells in (sheet.head, *sheet.lines))
    if sheet.across == "metric":
        head = (head[0], *map(in_words, head[1:]))
    named = [
        tuple(worded(name, text) for name, text in zip(head, cells, strict=True)) for cells in lines
    ]
    words = tuple(name.capitalize() for name in head[: sheet.texts])
    return replace(
        sheet,
        head=(*words, *head[sheet.texts :]),
        lines=tuple(named),
        across=sheet.across.capitalize(),
    )


def worded(head: str, text: str) -> str:
    """A cell below `head`, with the column that it names or begins with in words."""
    if head == "metric":
        return in_words(text)
    name, colon, claimed = text.partition(":")
    return f"{in_words(name)}{colon}{claimed}" if head == "in numbers" else text


def in_words(name: str) -> str:
    """`kd_visible_BA ↓` as "KD visible, B to A ↓"."""
    bare, _, arrow = name.partition(" ") if name[-1:] in ARROWS.values() else (name, "", "")
    key = ColumnKey.parse(bare)
    whole = WHOLE.get(key.name, key.name)
    words = " ".join(TERMS.get(word, word) for word in whole.replace("_", " ").split())
    start = words[:1].upper() + words[1:]
    back = ", B to A" if key.direction == "BA" else ""
    return f"{start}{back} {arrow}".rstrip()


def escaped(text: str) -> str:
    plain = "".join("\\" + c if c in "_%&#${}" else SPECIAL.get(c, c) for c in one_line(text))
    for symbol, command in SYMBOLS.items():
        plain = plain.replace(symbol, f"${command}$")
    return plain


def one_line(text: str) -> str:
    return " ".join(text.splitlines())


def unique_labels(titles: Iterable[str]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for title in titles:
        label = "tab:" + "-".join(re.findall(r"[a-z0-9]+", title.lower()))
        seen[label] += 1
        yield label if seen[label] == 1 else f"{label}-{seen[label]}"
