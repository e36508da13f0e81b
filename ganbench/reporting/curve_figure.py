"""A picture of curves over training: a panel a column, a line a model, a band for its seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ganbench.core.spec import Column, ColumnKey, column_of
from ganbench.reporting.curves import Trained
from ganbench.reporting.sheets import ARROWS, number
from ganbench.results.curves import LOSS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MplFigure

OVERFIT = "overfit_D"
OVERFIT_AXIS = "r_v: 0 judges, 1 memorises"
LOGITS = ("D_train", "D_validation", "D_fake")  # on one scale
PANEL_INCH = 2.6, 1.9
EDGE_INCH = 0.9  # for legend and note
MAX_ACROSS = 6
MAX_MARKED = 20  # points of a line
TITLE_PT, TICKS_PT, NOTE_PT = 8, 7, 8
STYLES = ("-", "--", "-.", ":")  # after all colours; and for those who see none
UNDEFINED = "undefined throughout;\nthe CSV has the reasons"
NOTE = "training step · line: mean of the seeds that have a number there; band: lowest to highest"

Lines = dict[str, dict[int, list[float]]]  # by label and step, the seeds' numbers; or none


def curve_figure(
    trained: Sequence[Trained], columns: Mapping[str, Column], both_ways: bool = False
) -> MplFigure | None:
    """The curves of one task's cells, or None where they have no number.

    columns: what the plugins' columns are. both_ways: with those of B to A, which are left out
    otherwise, but for `overfit_D`.
    """
    from matplotlib.figure import Figure as MplFigure

    labels = line_labels(trained)
    panels = {
        name: lines
        for name, lines in lines_by_column(trained, labels).items()
        if both_ways or is_shown(name)
    }
    if not panels:
        return None
    across = min(math.ceil(math.sqrt(1.6 * len(panels))), MAX_ACROSS)
    down = math.ceil(len(panels) / across)
    width, height = PANEL_INCH
    sheet = MplFigure((width * across, height * down + EDGE_INCH), layout="constrained")
    grid = list(sheet.subplots(down, across, sharex=True, squeeze=False).flat)
    places = dict(zip(panels, grid, strict=False))
    order = list(dict.fromkeys(labels))
    for name, lines in panels.items():
        draw_lines(places[name], lines, order)
        finish(places[name], name, columns)
    for axes in grid[len(panels) :]:
        axes.axis("off")
    for column, axes in enumerate(grid[: len(panels)]):  # the lowest of each column has the steps
        axes.tick_params(labelbottom=column + across >= len(panels))
    on_one_scale([places[name] for name in LOGITS if name in places])
    add_legend(sheet, trained, labels)
    sheet.supxlabel(NOTE, fontsize=NOTE_PT)
    return sheet


def is_shown(column: str) -> bool:
    key = ColumnKey.parse(column)
    return column.startswith(LOSS) or key.direction == "AB" or key.name == OVERFIT


def line_labels(trained: Sequence[Trained]) -> list[str]:
    """Of each cell's line: its model, and the folder, preset and split where these differ."""
    parts = [(one.cell.preset.name, one.cell.split, one.folder) for one in trained]
    differs = [len(set(values)) > 1 for values in zip(*parts, strict=True)]
    return [
        " · ".join([one.label, *(p for p, d in zip(own, differs, strict=True) if d)])
        for one, own in zip(trained, parts, strict=True)
    ]


def lines_by_column(trained: Sequence[Trained], labels: Sequence[str]) -> dict[str, Lines]:
    """Those with a number, and `overfit_D` without one too. A step whose seeds have none is empty,
    and parts the line.
    """
    found: dict[str, Lines] = {}
    undefined: dict[str, Lines] = {}
    for one, label in zip(trained, labels, strict=True):
        for column, step, value in one.points():
            numbers = found.setdefault(column, {}).setdefault(label, {}).setdefault(step, [])
            if not isinstance(value, str):
                numbers.append(value)
            elif value.startswith("undefined") and ColumnKey.parse(column).name == OVERFIT:
                undefined[column] = {}
    known = {name: some for name, lines in found.items() if (some := with_numbers(lines))}
    return {name: (undefined | known)[name] for name in sorted(undefined | known, key=panel_order)}


def with_numbers(lines: Lines) -> Lines:
    return {label: by_step for label, by_step in lines.items() if any(by_step.values())}


def panel_order(column: str) -> int:
    """First whether D memorises, then what was measured, then the losses."""
    return 0 if ColumnKey.parse(column).name == OVERFIT else 2 if column.startswith(LOSS) else 1


def draw_lines(axes: Axes, lines: Lines, order: Sequence[str]) -> None:
    """order: of the labels, which gives each its colour."""
    for label, by_step in lines.items():
        steps = sorted(by_step)
        colour, style = look_of(order.index(label))
        marker = "." if len(steps) <= MAX_MARKED else None
        means = [np.mean(by_step[step] or np.nan) for step in steps]
        axes.plot(steps, means, color=colour, ls=style, lw=1.2, marker=marker, ms=4)
        low, high = ([end(by_step[step], default=np.nan) for step in steps] for end in (min, max))
        axes.fill_between(steps, low, high, color=colour, alpha=0.18, lw=0)
    if not lines:
        axes.annotate(
            UNDEFINED, (0.5, 0.6), xycoords="axes fraction", ha="center", fontsize=TICKS_PT
        )
    values = {x for by_step in lines.values() for numbers in by_step.values() for x in numbers}
    if len(values) == 1:  # a scale would be made of nothing
        axes.set_yticks([*values], [*map(number, values)])


def look_of(place: int) -> tuple[str, str]:
    """A colour of matplotlib's cycle and a style, no two alike for 40 lines."""
    return f"C{place % 10}", STYLES[place // 10 % len(STYLES)]


def finish(axes: Axes, name: str, columns: Mapping[str, Column]) -> None:
    column = column_of(name, columns)
    better = "" if column is None else f" {ARROWS[column.higher_is_better]}".rstrip()
    axes.set_title(name + better, fontsize=TITLE_PT)
    axes.tick_params(labelsize=TICKS_PT)
    axes.set_xlim(left=0)
    if ColumnKey.parse(name).name == OVERFIT:
        axes.set_ylabel(OVERFIT_AXIS, fontsize=TICKS_PT)
        for guide in (0, 1):
            axes.axhline(guide, color="0.6", lw=0.7, ls=":")


def on_one_scale(panels: Sequence[Axes]) -> None:
    if panels:
        ends = [end for axes in panels for end in axes.get_ylim()]
        for axes in panels:
            axes.set_ylim(min(ends), max(ends))


def add_legend(sheet: MplFigure, trained: Sequence[Trained], labels: Sequence[str]) -> None:
    """Above the panels: the lines, and how many seeds each has."""
    from matplotlib.lines import Line2D

    seeds: dict[str, set[int]] = {}
    for one, label in zip(trained, labels, strict=True):
        seeds.setdefault(label, set()).add(one.cell.seed)
    handles = []
    for place, (label, own) in enumerate(seeds.items()):
        colour, style = look_of(place)
        told = f"{label} ({len(own)} seed{'s' if len(own) > 1 else ''})"
        handles.append(Line2D([], [], color=colour, ls=style, label=told))
    sheet.legend(handles=handles, loc="outside upper center", ncols=4, fontsize=NOTE_PT)
