"""Pictures of a whole run, from rows and the arrays beside them: models side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganbench.pictures import image_rows, png_bytes
from ganbench.store import cell_folder, write_atomically
from ganbench.tables import variant_labels
from ganbench.types import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Arrays = dict[str, np.ndarray]
Loaded = tuple[str, Row, Arrays]
PANEL_INCH = 2.3
DPI = 150


def draw_figures(rows: Sequence[Row], output: Path) -> list[Path]:
    """Draws what the rows' arrays allow into `output/figures`; gives the files."""
    files = []
    for task in dict.fromkeys(row.task for row in rows):
        loaded = load_arrays([row for row in rows if row.task == task], output)
        for name, draw in (
            ("samples", samples_figure),
            ("azimuth", azimuth_figure),
            ("points", points_figure),
        ):
            data = draw(loaded)
            if data is not None:
                file = output / "figures" / f"{task}-{name}.png"
                file.parent.mkdir(exist_ok=True)
                write_atomically(file, data)
                files.append(file)
    return files


def load_arrays(rows: Sequence[Row], output: Path) -> list[Loaded]:
    """(label, row, arrays) of the done rows whose arrays are there and whole."""
    labels = variant_labels(rows)
    loaded = []
    for row in rows:
        path = cell_folder(output, row.cell) / "arrays.npz"
        if row.status != "done":
            continue
        try:
            with np.load(path, allow_pickle=False) as file:
                loaded.append((labels[row.cell], row, {name: file[name] for name in file.files}))
        except (OSError, ValueError, KeyError, EOFError):
            continue
    return loaded


def samples_figure(loaded: Sequence[Loaded]) -> bytes | None:
    """The first seed's samples: the inputs once, then each model's translation and way back."""
    first_seed = min((row.seed for _, row, _ in loaded), default=0)
    rows: list[tuple[str, np.ndarray]] = []
    for label, row, arrays in loaded:
        inputs = arrays.get("AB/samples/input")
        if row.seed != first_seed or inputs is None or inputs.ndim != 4:
            continue
        if not rows:
            rows.append(("input A", inputs))
        rows.append((f"{label}, in B", arrays["AB/samples/fake"]))
        if "AB/samples/rec" in arrays:
            rows.append((f"{label}, back in A", arrays["AB/samples/rec"]))
    return png_bytes(image_rows(rows)) if rows else None


def azimuth_figure(loaded: Sequence[Loaded]) -> bytes | None:
    """Input against translated azimuth: a row of panels a model, a panel a seed (figures 5, 6)."""
    kept = [entry for entry in loaded if "AB/azimuth_deg" in entry[2]]
    if not kept:
        return None
    figure, panels = panel_grid(kept)
    spread = np.random.default_rng(0)
    for (label, row, arrays), axes in zip(kept, panels, strict=True):
        given, found = arrays["AB/input_azimuth_deg"], arrays["AB/azimuth_deg"]
        jitter = spread.uniform(-3, 3, len(given))  # views are 15 degrees apart: show the density
        low, high = given.min(), given.max()
        axes.plot([low, high], [low, high], color="0.7", lw=0.8)
        axes.plot([low, high], [high, low], color="0.7", lw=0.8, ls=":")
        axes.scatter(given + jitter, found, s=4, alpha=0.5, linewidths=0)
        margin = 0.1 * (high - low)
        axes.set(xlim=(low - margin, high + margin), ylim=(-180, 180))
        axes.set_yticks((-180, -90, 0, 90, 180))
        correlation = row.metrics.get("azimuth_correlation", float("nan"))
        axes.set_title(f"{label}, seed {row.seed}, r = {correlation:.2f}", fontsize=8)
    figure.supxlabel("input azimuth (deg), jittered", fontsize=9)
    figure.supylabel("azimuth of the translation, by the probe (deg)", fontsize=9)
    return figure_bytes(figure)


def points_figure(loaded: Sequence[Loaded]) -> bytes | None:
    """The B plane: target modes as crosses, translations coloured by their source mode."""
    kept = [entry for entry in loaded if "AB/points" in entry[2]]
    if not kept:
        return None
    figure, panels = panel_grid(kept)
    for (label, row, arrays), axes in zip(kept, panels, strict=True):
        points, centres = arrays["AB/points"], arrays["AB/mode_centres"]
        modes = arrays["AB/input_mode"]
        axes.scatter(
            points[:, 0], points[:, 1], c=modes, cmap="tab10", vmin=0, vmax=9, s=3, linewidths=0
        )
        axes.scatter(centres[:, 0], centres[:, 1], marker="x", color="black", s=30, linewidths=1)
        low, high = centres.min(axis=0), centres.max(axis=0)
        margin = 0.15 * (high - low).max()
        axes.set(xlim=(low[0] - margin, high[0] + margin), ylim=(low[1] - margin, high[1] + margin))
        axes.set_aspect("equal")
        scores = (row.metrics.get(m, float("nan")) for m in ("modes_covered", "mode_collisions"))
        covered, collisions = scores
        title = f"{label}, seed {row.seed}: {covered:.0f} modes, {collisions:.0f} shared"
        axes.set_title(title, fontsize=8)
    return figure_bytes(figure)


def panel_grid(loaded: Sequence[Loaded]) -> tuple[Figure, list[Axes]]:
    """A panel for each entry: models down, seeds across, in the entries' order."""
    from matplotlib.figure import Figure

    labels = list(dict.fromkeys(label for label, _, _ in loaded))
    seeds = sorted({row.seed for _, row, _ in loaded})
    figure = Figure(
        (PANEL_INCH * len(seeds) + 0.4, PANEL_INCH * len(labels) + 0.3), layout="constrained"
    )
    grid = figure.subplots(len(labels), len(seeds), sharex=True, sharey=True, squeeze=False)
    used = [grid[labels.index(label), seeds.index(row.seed)] for label, row, _ in loaded]
    for axes in grid.flat:
        axes.tick_params(labelsize=7)
        if axes not in used:
            axes.axis("off")
    return figure, used


def figure_bytes(figure: Figure) -> bytes:
    from io import BytesIO

    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return buffer.getvalue()
