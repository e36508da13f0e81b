"""How a metric describes a figure that it draws; `reporting` finds the arrays and lays it out.

Light: neither matplotlib nor torch is loaded by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Shown:
    """What a figure shows of one cell.

    seed: the cell's.
    label: the model, and the settings that differ from its other variants.
    numbers: the cell's metrics from A to B that are numbers, by column.
    arrays: what the metrics' `arrays` gave from A to B, by name.
    """

    label: str
    seed: int
    numbers: Mapping[str, float]
    arrays: Mapping[str, np.ndarray]

    @property
    def title(self) -> str:
        return f"{self.label}, seed {self.seed}"


@dataclass(frozen=True)
class SeedPanels:
    """A figure with a row of panels a model and a panel a seed.

    arrays: names of those without which a cell has no panel.
    draw: draws a cell onto its matplotlib axes, which have its title already. The generator is for
        jitter: it is seeded alike each time.
    start: the same for one more panel in front, of the model's first seed.
    x_label, y_label: below and left of the whole figure.
    """

    arrays: tuple[str, ...]
    draw: Callable[[Axes, Shown, np.random.Generator], None]
    start: Callable[[Axes, Shown, np.random.Generator], None] | None = None
    x_label: str = ""
    y_label: str = ""


@dataclass(frozen=True)
class SharedPanels:
    """A figure with panels side by side that have the same axes, and all models in each.

    arrays: names of those without which a cell is not shown.
    draw: for each panel, what draws the cells by model onto its matplotlib axes. What it gives a
        label is in the legend of the first.
    y_label: left of the first panel.
    """

    arrays: tuple[str, ...]
    draw: tuple[Callable[[Axes, Mapping[str, Sequence[Shown]]], None], ...]
    y_label: str = ""


Figure = SeedPanels | SharedPanels
