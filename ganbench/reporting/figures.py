"""Pictures of a whole run, from rows and their cells' arrays: models side by side.

Metric plugins draw the panels (`core/figures.py`); this module collects them and lays them out.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from ganbench.core.errors import UserError
from ganbench.core.figures import Figure, SeedPanels, SharedPanels, Shown
from ganbench.core.files import write_atomically
from ganbench.core.image_grid import image_rows, png_bytes
from ganbench.core.spec import column_of
from ganbench.registry.loading import where_raised
from ganbench.registry.registry import Registry
from ganbench.reporting.groups import cell_labels
from ganbench.results.folder import cell_folder
from ganbench.results.records import Row, number_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MplFigure

DIRECTION = "AB/"  # that figures show
SAMPLES = "samples"  # what an evaluation itself keeps, and its figure's name
PANEL_INCH = 2.3
SHARED_INCH = 3.7, 2.9
DPI = 150
MAX_SEEDS = 5
PT_PER_INCH, LETTER_EM = 72, 0.55  # of a usual letter's width
TITLE_PT, TICKS_PT = 8, 7
LABEL_PT, LONG_LABEL_PT, LONG_LABEL = 9, 8, 60


@dataclass(frozen=True)
class Source:
    """A figure, and the metric plugin that brings it."""

    name: str
    plugin: str
    path: Path
    figure: Figure


def draw_figures(
    rows: Sequence[Row], output: Path, registry: Registry, say: Callable[[str], None]
) -> list[Path]:
    """Draws what the rows' arrays allow into `output/figures`; gives the files.

    say: called with a line for each figure that a plugin could not draw.
    """
    files = []
    for task in dict.fromkeys(row.task for row in rows):
        of_task = shown_rows(rows, task)
        for name, data in pictures(of_task, load_arrays(of_task, output), registry, say):
            file = output / "figures" / f"{task}-{name}.png"
            file.parent.mkdir(exist_ok=True)
            write_atomically(file, data)
            files.append(file)
    return files


def pictures(
    rows: Sequence[Row], cells: Sequence[Shown], registry: Registry, say: Callable[[str], None]
) -> Iterator[tuple[str, bytes]]:
    """Name and PNG file of each figure of one task."""
    samples = samples_figure(cells)
    if samples is not None:
        yield SAMPLES, samples
    if all(name.startswith(f"{SAMPLES}/") for cell in cells for name in cell.arrays):
        return  # so that no plugin has to be imported, and torch with it
    drawn: dict[str, str] = {SAMPLES: "every evaluation"}
    for source in figures_of(scored_by(rows, registry), registry, say):
        shown = having(cells, source.figure)
        if shown and source.name in drawn:
            say(not_drawn(source, f"{drawn[source.name]} has one of that name; name it otherwise"))
        elif shown:
            drawn[source.name] = source.plugin
            try:
                yield source.name, figure_bytes(laid_out(source.figure, shown))
            except Exception as error:  # a plugin's: the rows and other figures are whole
                where = where_raised(error, source.path)
                say(not_drawn(source, f"{type(error).__name__}: {error} ({where})"))


def not_drawn(source: Source, reason: str) -> str:
    return f"figure '{source.name}' of metric {source.plugin} is not drawn: {reason}"


def scored_by(rows: Iterable[Row], registry: Registry) -> list[str]:
    """The metric plugins that the rows have columns of."""
    names = dict.fromkeys(name for row in rows for name in row.metrics)
    return [
        plugin.name
        for plugin in registry.of_kind("metric").values()
        if any(column_of(name, plugin.columns) for name in names)
    ]


def figures_of(
    metrics: Iterable[str], registry: Registry, say: Callable[[str], None]
) -> Iterator[Source]:
    for name in metrics:
        try:
            figures = registry.load("metric", name).figures
        except UserError as error:  # it has scored once, but is another one by now
            say(f"figures of metric {name} are not drawn: {' '.join(str(error).split())}")
            continue
        if fault := fault_of(figures):
            say(f"figures of metric {name} are not drawn: {fault}")
            continue
        path = registry.find("metric", name).path
        yield from (Source(each, name, path, figure) for each, figure in figures.items())


def fault_of(figures: Any) -> str:
    """Why a plugin's `figures` are none, and the fix; or nothing."""
    if not isinstance(figures, Mapping):
        return 'they are no dict; write figures = {"name": SeedPanels(...)}'
    for name, figure in figures.items():
        if not (isinstance(name, str) and re.fullmatch(r"\w+", name, re.ASCII)):
            return f"{name!r} is no name of a file; take letters, digits and _"
        if not isinstance(figure, SeedPanels | SharedPanels):
            return f"'{name}' is neither SeedPanels nor SharedPanels"
    return ""


def having(cells: Iterable[Shown], figure: Figure) -> list[Shown]:
    """The cells with all arrays that the figure needs."""
    return [cell for cell in cells if cell.arrays.keys() >= set(figure.arrays)]


def shown_rows(rows: Sequence[Row], task: str) -> list[Row]:
    """The task's models on its first seeds; references have nothing to show."""
    of_task = [row for row in rows if row.task == task and not row.is_reference]
    seeds = sorted({row.seed for row in of_task})[:MAX_SEEDS]
    return [row for row in of_task if row.seed in seeds]


def load_arrays(rows: Sequence[Row], output: Path) -> list[Shown]:
    """The done rows whose arrays are there and whole."""
    labels = cell_labels(rows)
    loaded = []
    for row in rows:
        path = cell_folder(output, row.cell) / "arrays.npz"
        if row.status != "done":
            continue
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                arrays = {
                    name.removeprefix(DIRECTION): file[name]
                    for name in file.files
                    if name.startswith(DIRECTION)
                }
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            continue
        numbers = {name: number_of(value) for name, value in row.metrics.items()}
        known = {name: value for name, value in numbers.items() if value is not None}
        loaded.append(Shown(labels[row.cell], row.seed, known, arrays))
    return loaded


def samples_figure(cells: Sequence[Shown]) -> bytes | None:
    """The first seed's samples: the inputs once, then each model's translation and way back, and
    real samples of the other domain, which belong to none of the inputs.
    """
    first_seed = min((cell.seed for cell in cells), default=0)
    rows: list[tuple[str, np.ndarray]] = []
    real: list[tuple[str, np.ndarray]] = []
    for cell in cells:
        inputs = cell.arrays.get(f"{SAMPLES}/input")
        if cell.seed != first_seed or inputs is None or inputs.ndim == 2:
            continue
        if not rows:
            rows.append(("input A", inputs))
        if f"{SAMPLES}/real" in cell.arrays:
            real = [("real, of B", cell.arrays[f"{SAMPLES}/real"])]
        rows.append((f"{cell.label}, in B", cell.arrays[f"{SAMPLES}/fake"]))
        if f"{SAMPLES}/rec" in cell.arrays:
            rows.append((f"{cell.label}, back in A", cell.arrays[f"{SAMPLES}/rec"]))
    return png_bytes(image_rows([*rows, *real])) if rows else None


def laid_out(figure: Figure, cells: Sequence[Shown]) -> MplFigure:
    """The whole figure of cells that have its arrays."""
    return seed_panels(figure, cells) if isinstance(figure, SeedPanels) else shared(figure, cells)


def seed_panels(figure: SeedPanels, cells: Sequence[Shown]) -> MplFigure:
    by_label = by_model(cells)
    sheet, panels = panel_grid(cells, lead=1 if figure.start else 0)
    rng = np.random.default_rng(0)
    for label, same in by_label.items():
        if figure.start:
            first = min(same, key=lambda cell: cell.seed)
            panels[label, None].set_title(f"{first.title}, at the start", fontsize=TITLE_PT)
            figure.start(panels[label, None], first, rng)
    for cell in cells:
        axes = panels[cell.label, cell.seed]
        axes.set_title(cell.title, fontsize=TITLE_PT)
        figure.draw(axes, cell, rng)
    for axes in panels.values():
        axes.title.set_text(fitting(axes.get_title(), PANEL_INCH, TITLE_PT))
    width, height = sheet.get_size_inches()
    labels = (figure.x_label, sheet.supxlabel, width), (figure.y_label, sheet.supylabel, height)
    for label, put, inches in labels:
        if label:
            size = LABEL_PT if len(label) <= LONG_LABEL else LONG_LABEL_PT
            put(fitting(label, inches, size), fontsize=size, ma="center")
    return sheet


def fitting(text: str, inches: float, size_pt: float) -> str:
    """Lines as long as there is room for letters of this size."""
    return fill(text, int(inches * PT_PER_INCH / (size_pt * LETTER_EM)))


def shared(figure: SharedPanels, cells: Sequence[Shown]) -> MplFigure:
    from matplotlib.figure import Figure as MplFigure

    width, height = SHARED_INCH
    sheet = MplFigure((width * len(figure.draw), height), layout="constrained")
    panels = sheet.subplots(1, len(figure.draw), sharex=True, sharey=True, squeeze=False)[0]
    for axes, draw in zip(panels, figure.draw, strict=True):
        draw(axes, by_model(cells))
    panels[0].set_ylabel(figure.y_label)
    if panels[0].get_legend_handles_labels()[0]:
        panels[0].legend(fontsize=TITLE_PT)
    return sheet


def by_model(cells: Iterable[Shown]) -> dict[str, list[Shown]]:
    by_label: dict[str, list[Shown]] = {}
    for cell in cells:
        by_label.setdefault(cell.label, []).append(cell)
    return by_label


def panel_grid(
    cells: Sequence[Shown], lead: int = 0
) -> tuple[MplFigure, dict[tuple[str, int | None], Axes]]:
    """Panels by (label, seed): models down, seeds across; None is a leading column's seed."""
    from matplotlib.figure import Figure as MplFigure

    labels = list(by_model(cells))
    seeds = [*[None] * lead, *sorted({cell.seed for cell in cells})]
    sheet = MplFigure(
        (PANEL_INCH * len(seeds) + 0.4, PANEL_INCH * len(labels) + 0.3), layout="constrained"
    )
    grid = sheet.subplots(len(labels), len(seeds), sharex=True, sharey=True, squeeze=False)
    panels = {
        (label, seed): grid[i, j] for i, label in enumerate(labels) for j, seed in enumerate(seeds)
    }
    used = {(cell.label, cell.seed) for cell in cells}
    for key, axes in panels.items():
        axes.tick_params(labelsize=TICKS_PT)
        if key not in used and key[1] is not None:
            axes.axis("off")
    return sheet, panels


def figure_bytes(sheet: MplFigure) -> bytes:
    buffer = BytesIO()
    sheet.savefig(buffer, format="png", dpi=DPI)
    return buffer.getvalue()
