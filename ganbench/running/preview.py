"""A picture of both domains before anything is trained on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganbench.contracts.task import Domain, Split
from ganbench.core.disk import is_disk_full
from ganbench.core.files import write_atomically
from ganbench.core.image_grid import lines_of
from ganbench.core.kinds import Kind
from ganbench.core.spec import ANGLE_ENDING, DataSpec, DomainName
from ganbench.evaluation.evaluate import as_floats
from ganbench.results.folder import no_room, unwritable
from ganbench.running.build import build_task
from ganbench.running.job import Job

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN_IMAGES, SHOWN_POINTS = 8, 2_000
TILE_INCH, LINE_INCH, POINTS_INCH = 1.1, 0.13, 3.2
MARGIN_INCH = 0.3
TEXT_PT, DPI = 7, 150
POINT_SIZE = 2


def draw_previews(jobs: Sequence[Job], output: Path) -> Iterator[Path]:
    """`figures/TASK-domains.png` of each task of the jobs: the first training samples of both
    domains, which models see, with their known attributes, which models do not see. None of a task
    that cannot be loaded, for a cell's own run shows the fault. Raises UserError where nothing can
    be written, such as on a full disk.
    """
    for name, job in {job.cell.task: job for job in reversed(jobs)}.items():
        try:
            task = build_task(job.cell, job.context)
            drawn = preview(name, task.load("train"), task.spec)
        except Exception:  # whatever a plugin raises, or gives in place of a split
            continue
        path = output / "figures" / f"{name}-domains.png"
        try:
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, drawn)
        except OSError as error:
            raise no_room(output) if is_disk_full(error) else unwritable(output, error) from error
        yield path


def preview(name: str, train: Split, spec: DataSpec) -> bytes:
    """A PNG. name: of the task."""
    is_one = all(kind.in_a_plane for kind in spec.kinds.values())
    draw = points_of if is_one else tiles_of
    buffer = BytesIO()
    draw(name, train, spec).savefig(buffer, format="png", dpi=DPI)
    return buffer.getvalue()


def tiles_of(name: str, train: Split, spec: DataSpec) -> Figure:
    """Each sample on its own, a row a domain."""
    from matplotlib.figure import Figure

    shown = [shown_of(train.domain(letter), spec, letter) for letter in spec.kinds]
    titles = [
        [" "] * len(some) if is_text(some) else captions(train.domain(letter), spec)  # it tells all
        for letter, some in zip(spec.kinds, shown, strict=True)
    ]
    lines = max(text.count("\n") + 1 for texts in titles for text in texts)
    longest = max((len(lines_of(x)) for some in shown if some.ndim < 3 for x in some), default=0)
    tall = max(TILE_INCH, LINE_INCH * longest)
    height = 2 * (tall + LINE_INCH * lines) + MARGIN_INCH
    sheet = Figure((TILE_INCH * SHOWN_IMAGES, height), layout="constrained")
    sheet.suptitle(f"{name}: training samples, with what only the scores know", fontsize=TEXT_PT)
    panels = sheet.subplots(2, SHOWN_IMAGES, squeeze=False)
    for axes in panels.flat:
        axes.axis("off")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_visible(False)  # or its ticks are laid out all the same
    for (letter, kind), row, texts, some in zip(
        spec.kinds.items(), panels, titles, shown, strict=True
    ):
        row[0].text(-0.12, 0.5, letter, transform=row[0].transAxes, ha="right", va="center")
        for axes, sample, text in zip(row, some, texts, strict=False):
            draw_tile(axes, sample, kind)
            axes.set_title(text, fontsize=TEXT_PT, pad=2)
    return sheet


def shown_of(side: Domain, spec: DataSpec, letter: DomainName) -> np.ndarray:
    """The first samples of a domain, as pictures show them."""
    samples = as_floats(side.samples[:SHOWN_IMAGES])
    return spec.kinds[letter].to_array(samples, spec.words(letter))


def is_text(shown: np.ndarray) -> bool:
    return shown.dtype.kind == "U"


def draw_tile(axes: Axes, sample: np.ndarray, kind: Kind) -> None:
    """One sample as it is shown: a picture, the words of a phrase, or numbers."""
    if kind.has_pixels:
        axes.imshow(np.broadcast_to(sample, (3, *sample.shape[1:])).transpose(1, 2, 0))
    else:
        text = "\n".join(lines_of(sample))
        axes.text(0.5, 0.5, text, fontsize=TEXT_PT, ha="center", va="center")


def captions(side: Domain, spec: DataSpec) -> list[str]:
    """For each sample that is shown, what is known of it, a line an attribute."""
    names = [name for name in dict.fromkeys((spec.changed, *spec.kept)) if name in side.truth]
    return [
        "\n".join(filter(None, (told(name, side.truth[name][i]) for name in names))) or " "
        for i in range(min(SHOWN_IMAGES, len(side)))
    ]


def told(name: str, value: object) -> str:
    """Of an attribute that a sample lacks, nothing."""
    if isinstance(value, np.bool_ | bool):
        return name.replace("_", " ") if value else ""
    if name.endswith(ANGLE_ENDING):
        return f"{name.removesuffix(ANGLE_ENDING).replace('_', ' ')} {value:.0f}°"
    return str(value) if isinstance(value, str) else f"{name} {value}"


def points_of(name: str, train: Split, spec: DataSpec) -> Figure:
    """The first two coordinates; a colour a mode, where modes are known."""
    from matplotlib.figure import Figure

    sheet = Figure((2 * POINTS_INCH, POINTS_INCH + MARGIN_INCH), layout="constrained")
    sheet.suptitle(f"{name}: training samples", fontsize=TEXT_PT)
    for letter, axes, side in zip("AB", sheet.subplots(1, 2), (train.A, train.B), strict=True):
        scatter(axes, side, next(iter(spec.kept), ""))
        axes.set_title(letter, fontsize=TEXT_PT)
        axes.tick_params(labelsize=TEXT_PT)
    return sheet


def scatter(axes: Axes, side: Domain, attribute: str) -> None:
    points = side.samples[:SHOWN_POINTS].numpy()
    second = points[:, 1] if points.shape[1] > 1 else np.zeros(len(points))
    modes = side.truth.get(attribute, np.zeros(len(points)))[: len(points)]
    axes.scatter(points[:, 0], second, s=POINT_SIZE, c=modes, cmap="tab10", linewidths=0)
    axes.set_aspect("equal", "datalim")
