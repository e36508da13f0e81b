"""A metric's figures are drawn from what its arrays give, and show something."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ganbench.contracts.metric import Metric
from ganbench.core.figures import Shown
from ganbench.evaluation.evaluate import DirectionView
from ganbench.reporting.figures import fault_of, having, laid_out
from ganbench.testing.metric_checks import computed, met, numbers, view_of
from ganbench.testing.subjects import NotApplicable, Subject, require

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MplFigure

WHITE = 255


def check_figures_show_something(subject: Subject) -> None:
    """Each figure is drawn of what `arrays` gives, and none of its panels stays blank."""
    figures = subject.loaded.figures
    fault = fault_of(figures)
    require(not fault, f"`figures`: {fault}")
    if not figures:
        raise NotApplicable("it draws no figure")
    shown = list(cells(subject))
    for name, figure in figures.items():
        drawable = [(scene, ready) for scene, same in shown if (ready := having(same, figure))]
        names = sorted({array for _, same in shown for cell in same for array in cell.arrays})
        require(
            bool(drawable),
            f"figure '{name}' needs {list(figure.arrays)}, but arrays() gives {names}",
        )
        for scene, ready in drawable:
            blank = blank_panels(laid_out(figure, ready))
            require(not blank, f"figure '{name}' of {scene} has {blank} panels with nothing on it")


def cells(subject: Subject) -> Iterator[tuple[str, Sequence[Shown]]]:
    """For each scene that the metric scores, a perfect model and one between it and noise, as two
    seeds.
    """
    for scene, perfect, metric in met(subject):
        worse = view_of(subject, scene, scene.graded, scene.graded)
        yield (
            scene.name,
            [
                Shown("model", seed, numbers(computed(metric, view)), arrays_of(metric, view))
                for seed, view in enumerate((perfect, worse))
            ],
        )


def arrays_of(metric: Metric, view: DirectionView) -> dict[str, np.ndarray]:
    return {name: np.asarray(values) for name, values in metric.arrays(view).items()}


def blank_panels(sheet: MplFigure) -> int:
    """How many panels have nothing but their axes, title and legend."""
    for axes in sheet.axes:
        axes.set_axis_off()
        axes.set_title("")
        if legend := axes.get_legend():
            legend.remove()
    buffer = BytesIO()
    sheet.savefig(buffer, format="png", dpi=sheet.dpi)
    pixels = np.asarray(Image.open(buffer).convert("L"))
    boxes = [axes.get_window_extent() for axes in sheet.axes]
    panels = [
        pixels[len(pixels) - math.ceil(box.y1) : len(pixels) - math.floor(box.y0)][
            :, math.floor(box.x0) : math.ceil(box.x1)
        ]
        for box in boxes
    ]
    return sum(bool((panel == WHITE).all()) for panel in panels)
