"""Pictures of a whole run, from rows and the arrays beside them: models side by side."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganbench.core.files import write_atomically
from ganbench.core.image_grid import image_rows, png_bytes
from ganbench.reporting.groups import variant_labels
from ganbench.results.folder import cell_folder
from ganbench.results.records import Row, number_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Arrays = dict[str, np.ndarray]
Loaded = tuple[str, Row, Arrays]
PANEL_INCH = 2.3
DPI = 150
MAX_SEEDS = 5
MIN_MARGIN_DEG = 5.0  # where all inputs have one azimuth; the jitter stays within
LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)


def draw_figures(rows: Sequence[Row], output: Path) -> list[Path]:
    """Draws what the rows' arrays allow into `output/figures`; gives the files."""
    files = []
    for task in dict.fromkeys(row.task for row in rows):
        loaded = load_arrays(shown_rows(rows, task), output)
        for name, draw in (
            ("samples", samples_figure),
            ("azimuth", azimuth_figure),
            ("points", points_figure),
            ("chain", chain_figure),
        ):
            data = draw(loaded)
            if data is not None:
                file = output / "figures" / f"{task}-{name}.png"
                file.parent.mkdir(exist_ok=True)
                write_atomically(file, data)
                files.append(file)
    return files


def shown_rows(rows: Sequence[Row], task: str) -> list[Row]:
    """The task's models on its first seeds; references have nothing to show."""
    mine = [row for row in rows if row.task == task and not row.is_reference]
    seeds = sorted({row.seed for row in mine})[:MAX_SEEDS]
    return [row for row in mine if row.seed in seeds]


def load_arrays(rows: Sequence[Row], output: Path) -> list[Loaded]:
    """(label, row, arrays) of the done rows whose arrays are there and whole."""
    labels = variant_labels(rows)
    loaded = []
    for row in rows:
        path = cell_folder(output, row.cell) / "arrays.npz"
        if row.status != "done":
            continue
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                loaded.append((labels[row.cell], row, {name: file[name] for name in file.files}))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
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
    for label, row, arrays in kept:
        axes = panels[label, row.seed]
        given, found = arrays["AB/input_azimuth_deg"], arrays["AB/azimuth_deg"]
        jitter = spread.uniform(-3, 3, len(given))  # views are 15 degrees apart: show the density
        low, high = given.min(), given.max()
        axes.plot([low, high], [low, high], color="0.7", lw=0.8)
        axes.plot([low, high], [high, low], color="0.7", lw=0.8, ls=":")
        axes.scatter(given + jitter, found, s=4, alpha=0.5, linewidths=0)
        margin = 0.1 * (high - low) or MIN_MARGIN_DEG
        axes.set(xlim=(low - margin, high + margin), ylim=(-180, 180))
        axes.set_yticks((-180, -90, 0, 90, 180))
        axes.set_title(f"{label}, seed {row.seed}, {correlation_told(row)}", fontsize=8)
    figure.supxlabel("input azimuth (deg), jittered", fontsize=9)
    figure.supylabel("azimuth of the translation, by the probe (deg)", fontsize=9)
    return figure_bytes(figure)


def correlation_told(row: Row) -> str:
    found = number_of(row.metrics.get("azimuth_correlation"))
    return "r undefined" if found is None else f"r = {found:.2f}"


def points_figure(loaded: Sequence[Loaded]) -> bytes | None:
    """The paper's figure 4: a row of panels a model, the start of its first seed and its seeds.

    The B plane: D_B's output as background with contours, target modes as crosses, translations
    coloured by their source mode.
    """
    kept = [entry for entry in loaded if "AB/points" in entry[2]]
    if not kept:
        return None
    labels = list(dict.fromkeys(label for label, _, _ in kept))
    by_seed = sorted(kept, key=lambda entry: entry[1].seed)
    firsts = [next(entry for entry in by_seed if entry[0] == label) for label in labels]
    figure, panels = panel_grid(kept, lead=1)
    starts = [panels[label, None] for label in labels]
    for (label, row, arrays), axes in zip(firsts, starts, strict=True):
        if "AB/initial_points" in arrays:
            draw_plane(axes, arrays, "initial_points")
        axes.set_title(f"{label}, seed {row.seed}, at the start", fontsize=8)
    for label, row, arrays in kept:
        axes = panels[label, row.seed]
        draw_judgement(axes, arrays)
        draw_plane(axes, arrays, "points")
        axes.set_title(f"{label}, seed {row.seed}: {modes_told(row)}", fontsize=8)
    figure.supxlabel(
        "× target modes; points: translations by source mode; grey: D_B's output, white is real",
        fontsize=8,
    )
    return figure_bytes(figure)


def modes_told(row: Row) -> str:
    """How many modes the translations cover and share, as far as these are numbers."""
    named = (("modes_covered", "modes"), ("mode_collisions", "shared"))
    found = [(number_of(row.metrics.get(name)), word) for name, word in named]
    return ", ".join(f"{n:.0f} {word}" for n, word in found if n is not None) or "modes undefined"


def chain_figure(loaded: Sequence[Loaded]) -> bytes | None:
    """Flip rate and preservation rate after so many applications: a thin line a seed, a thick
    one their mean, a colour a model.
    """
    kept = [entry for entry in loaded if "AB/chain_flip" in entry[2]]
    if not kept:
        return None
    from matplotlib.figure import Figure

    figure = Figure((7.4, 2.9), layout="constrained")
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    labels = list(dict.fromkeys(label for label, _, _ in kept))
    told = (("AB/chain_flip", "has the wanted attribute"), ("AB/chain_kept", "keeps the others"))
    for axes, (name, title) in zip(panels, told, strict=True):
        for index, label in enumerate(labels):
            curves = np.stack([arrays[name] for mine, _, arrays in kept if mine == label])
            times = np.arange(curves.shape[1])
            colour = f"C{index}"
            axes.plot(times, curves.T, color=colour, lw=0.6, alpha=0.5)
            axes.plot(times, curves.mean(0), color=colour, lw=1.8, marker="o", ms=3, label=label)
        axes.set(title=title, xlabel="applications", ylim=(-0.03, 1.03), xticks=times)
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("share of test images, by the probe")
    panels[0].legend(fontsize=8)
    return figure_bytes(figure)


def draw_judgement(axes: Axes, arrays: Arrays) -> None:
    """D_B's probability over the plane, in grey, with contours at 0.1, 0.3, 0.5, 0.7 and 0.9."""
    if "AB/judged" not in arrays:
        return
    side = math.isqrt(len(arrays["AB/judged"]))
    judged = arrays["AB/judged"].reshape(side, side)
    (left, bottom), (right, top) = arrays["AB/plane_corners"]
    extent = (left, right, bottom, top)
    axes.imshow(judged, extent=extent, origin="lower", cmap="Greys_r", vmin=0, vmax=1)
    axes.contour(judged, LEVELS, extent=extent, colors="tab:olive", linewidths=0.4)


def draw_plane(axes: Axes, arrays: Arrays, name: str) -> None:
    points, centres = arrays[f"AB/{name}"], arrays["AB/mode_centres"]
    modes = arrays.get("AB/input_mode", np.zeros(len(points)))
    x, y = points.T
    axes.scatter(x, y, c=modes, cmap="tab10", vmin=0, vmax=9, s=3, linewidths=0)
    x, y = centres.T
    axes.scatter(x, y, marker="x", color="black", s=24, linewidths=1.2)
    (left, bottom), (right, top) = arrays["AB/plane_corners"]
    axes.set(xlim=(left, right), ylim=(bottom, top))
    axes.set_aspect("equal")


def panel_grid(
    loaded: Sequence[Loaded], lead: int = 0
) -> tuple[Figure, dict[tuple[str, int | None], Axes]]:
    """Panels by (label, seed): models down, seeds across; None is a leading column's seed."""
    from matplotlib.figure import Figure

    labels = list(dict.fromkeys(label for label, _, _ in loaded))
    seeds = [*[None] * lead, *sorted({row.seed for _, row, _ in loaded})]
    figure = Figure(
        (PANEL_INCH * len(seeds) + 0.4, PANEL_INCH * len(labels) + 0.3), layout="constrained"
    )
    grid = figure.subplots(len(labels), len(seeds), sharex=True, sharey=True, squeeze=False)
    panels = {
        (label, seed): grid[i, j] for i, label in enumerate(labels) for j, seed in enumerate(seeds)
    }
    used = {(label, row.seed) for label, row, _ in loaded}
    for key, axes in panels.items():
        axes.tick_params(labelsize=7)
        if key not in used and key[1] is not None:
            axes.axis("off")
    return figure, panels


def figure_bytes(figure: Figure) -> bytes:
    from io import BytesIO

    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return buffer.getvalue()
