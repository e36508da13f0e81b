"""Curves over training, read from the folders of a setting's cells."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ganbench.core.errors import UserError, first_few
from ganbench.core.spec import Column
from ganbench.reporting.curve_figure import Lines, is_shown, panel_order, with_numbers
from ganbench.reporting.entries import metric_label
from ganbench.reporting.report.charts import Drawn, Panel, panel
from ganbench.reporting.report.loading import Setting
from ganbench.reporting.sheets import seeds_text
from ganbench.results.curves import LOSS, Point, read_curves, read_losses
from ganbench.results.folder import cell_folder

MAX_STEPS = 60  # of a line; of a longer log every second step is drawn, or every third


@dataclass(frozen=True)
class Training:
    """panels: of the setting's curves. notes: what could not be read."""

    panels: tuple[Panel, ...]
    notes: tuple[str, ...]


def training_of(
    setting: Setting,
    columns: Mapping[str, Column],
    main: Sequence[str],
    places: Mapping[str, int],
) -> Training:
    """A panel a curve, from A to B, and the losses; a mean line and a band of the seeds a label.

    main: columns that come first.
    """
    found: dict[str, Lines] = {}
    damaged: list[str] = []
    for label, rows in setting.group.trained.items():
        for row in rows:
            folder = cell_folder(setting.folders[label].path, row.cell)
            for prefix, read in (("", read_curves), (LOSS, read_losses)):
                for step, point in or_nothing(read, folder, damaged).items():
                    add(found, prefix, label, step, point)
    known = {
        name: some
        for name, lines in found.items()
        if is_shown(name) and (some := with_numbers(lines))
    }
    panels = [
        curve_panel(name, known[name], setting, columns, places)
        for name in sorted(known, key=lambda name: (name not in main, panel_order(name)))
    ]
    notes = [f"not read: {first_few(damaged, '; ')}"] if damaged else []
    return Training(tuple(panels), tuple(notes))


def or_nothing(
    read: Callable[[Path], dict[int, Point]], folder: Path, damaged: list[str]
) -> dict[int, Point]:
    """What a file has; nothing where it is damaged, which goes to `damaged`."""
    try:
        return read(folder)
    except UserError as error:
        damaged.append(f"{error.where}: {' '.join(error.what.split())}")
        return {}


def add(found: dict[str, Lines], prefix: str, label: str, step: int, point: Point) -> None:
    for name, value in point.items():
        numbers = found.setdefault(prefix + name, {}).setdefault(label, {}).setdefault(step, [])
        if not isinstance(value, str):
            numbers.append(value)


def curve_panel(
    name: str,
    lines: Lines,
    setting: Setting,
    columns: Mapping[str, Column],
    places: Mapping[str, int],
) -> Panel:
    drawn = []
    thinned = False
    for label, by_step in lines.items():
        steps = sorted(by_step)
        every = -(-len(steps) // MAX_STEPS)
        thinned |= every > 1
        kept = steps[(len(steps) - 1) % every :: every]  # with the last one
        first = setting.group.by_model[label][0]
        means = [(float(s), mean_or_nan(by_step[s])) for s in kept]
        bands = [(float(s), min(by_step[s]), max(by_step[s])) for s in kept if by_step[s]]
        last = next((y for _, y in reversed(means) if not math.isnan(y)), math.nan)
        told = f"{label}: {last:.4g} at the end, {seeds_text(max(map(len, by_step.values())))}"
        drawn.append(Drawn(*(label, first.model, first.recipe, places[label], told), means, bands))
    note = "every few steps of a longer log" if thinned else ""
    return panel(metric_label(name, columns), "training step", drawn, note=note)


def mean_or_nan(numbers: list[float]) -> float:
    return statistics.fmean(numbers) if numbers else math.nan
