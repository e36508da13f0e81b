"""Moving pictures of a training: a frame a snapshot, models side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from ganbench.core.errors import UserError
from ganbench.core.figures import Shown
from ganbench.core.image_grid import image_rows
from ganbench.registry.registry import Registry
from ganbench.reporting.figures import (
    figure_bytes,
    figures_of,
    having,
    laid_out,
    scored_by,
)
from ganbench.reporting.groups import variant_labels
from ganbench.results.curves import read_curves
from ganbench.results.folder import cell_folder, read_rows
from ganbench.results.records import Row
from ganbench.results.samples import SAMPLES, read_arrays, steps_with_samples

DIRECTION = "AB/"  # that movies show
LAST_MS = 2_000  # how long the last frame stands
HINT = "run with more of them, such as --snapshots 40"


@dataclass(frozen=True)
class Training:
    """A cell's snapshots. files: of its arrays, points: what was measured, by step."""

    row: Row
    label: str
    files: Mapping[int, Path]
    points: Mapping[int, Mapping[str, float | str]]

    def numbers(self, step: int) -> dict[str, float]:
        values = self.points.get(step, {})
        return {name: value for name, value in values.items() if not isinstance(value, str)}

    def arrays(self, step: int) -> dict[str, np.ndarray]:
        """Of the last snapshot up to a step, with the inputs, which the first one has."""
        steps = sorted(self.files)
        last = max((each for each in steps if each <= step), default=steps[0])
        first, latest = (read_arrays(self.files[each], is_shown) for each in (steps[0], last))
        named = {**first, **latest}
        return {name.removeprefix(DIRECTION): each for name, each in named.items()}


def is_shown(name: str) -> bool:
    return name.startswith(DIRECTION)


def movies(
    folder: Path, seed: int | None, frame_ms: int, registry: Registry, say: Callable[[str], None]
) -> dict[str, bytes]:
    """By task an animated GIF of one seed of its models, the first where `seed` is None.

    Raises UserError where no cell has two snapshots.
    """
    rows = [row for row in read_rows(folder).rows if not row.is_reference]
    made = {}
    for task in dict.fromkeys(row.task for row in rows):
        trainings = trainings_of([row for row in rows if row.task == task], folder, seed)
        steps = sorted({step for training in trainings for step in training.files})
        if len(steps) > 1:
            made[task] = animated(
                [frame(trainings, step, registry, say) for step in steps], frame_ms
            )
    if not made:
        which = "" if seed is None else f" of seed {seed}"
        raise UserError(f"no model{which} has two snapshots of its training", str(folder), HINT)
    return made


def trainings_of(rows: Sequence[Row], folder: Path, seed: int | None) -> list[Training]:
    """Of one seed, those with snapshots."""
    labels = variant_labels(rows)
    folders = [(row, cell_folder(folder, row.cell)) for row in rows]
    found = [
        Training(row, labels[row.cell], steps_with_samples(path), read_curves(path))
        for row, path in folders
    ]
    whole = [each for each in found if each.files]
    chosen = min((each.row.seed for each in whole), default=0) if seed is None else seed
    return [each for each in whole if each.row.seed == chosen]


def frame(
    trainings: Sequence[Training], step: int, registry: Registry, say: Callable[[str], None]
) -> Image.Image:
    """Pictures and phrases as rows; of points the first figure that a metric draws of them."""
    arrays = [training.arrays(step) for training in trainings]
    if arrays[0][f"{SAMPLES}/input"].ndim != 2:
        return picture_rows(trainings, arrays, step)
    shown = [
        Shown(f"{training.label}, step {step:,}", training.row.seed, training.numbers(step), each)
        for training, each in zip(trainings, arrays, strict=True)
    ]
    for source in figures_of(scored_by([each.row for each in trainings], registry), registry, say):
        if having(shown, source.figure):
            sheet = laid_out(source.figure, having(shown, source.figure))
            return Image.open(BytesIO(figure_bytes(sheet))).convert("RGB")
    raise UserError("no metric draws these points", trainings[0].row.task, "score them by `modes`")


def picture_rows(
    trainings: Sequence[Training], arrays: Sequence[Mapping[str, np.ndarray]], step: int
) -> Image.Image:
    inputs = arrays[0][f"{SAMPLES}/input"]
    rows = [(f"step {step:,}", inputs)]
    rows += [
        (training.label, each[f"{SAMPLES}/fake"])
        for training, each in zip(trainings, arrays, strict=True)
    ]
    return image_rows(rows)


def animated(frames: Sequence[Image.Image], frame_ms: int) -> bytes:
    """A GIF that begins again after its last frame. Frames that differ in size stand on white."""
    width, height = (max(getattr(f, side) for f in frames) for side in ("width", "height"))
    sheets = []
    for each in frames:
        sheet = Image.new("RGB", (width, height), "white")
        sheet.paste(each, (0, 0))
        sheets.append(sheet.quantize(256, dither=Image.Dither.NONE))
    durations = [frame_ms] * (len(sheets) - 1) + [LAST_MS]
    buffer = BytesIO()
    sheets[0].save(
        buffer, "GIF", save_all=True, append_images=sheets[1:], duration=durations, loop=0
    )
    return buffer.getvalue()
