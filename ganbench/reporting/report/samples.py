"""What a setting has to show: samples side by side and over training, and figures of metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np

from ganbench.core.errors import UserError
from ganbench.core.spec import Direction, sides
from ganbench.reporting.report.charts import look
from ganbench.reporting.report.loading import Folder, Setting
from ganbench.reporting.report.pictures import (
    Picture,
    Wanted,
    file_picture,
    strip_picture,
)
from ganbench.results.folder import cell_folder
from ganbench.results.records import Row
from ganbench.results.samples import ARRAYS, SAMPLES, read_samples, steps_with_samples

MAX_SEEDS = 2
MAX_STEPS = 12  # of a slider
LAST = 0  # in place of a step, of the last weights on the scored split
DIRECTIONS: tuple[Direction, ...] = ("AB", "BA")
KINDS = ("fake", "rec")

Key = tuple[object, ...]


@dataclass(frozen=True)
class Cell:
    """A label's row of one seed. path: its folder."""

    label: str
    row: Row
    path: Path


@dataclass(frozen=True)
class Strip:
    """The same samples by one label, or by none: the inputs. frames: by step, in their order."""

    label: str
    model: str
    recipe: str
    look: str
    text: str
    frames: tuple[tuple[int, Picture], ...]


@dataclass(frozen=True)
class Grid:
    """Strips of one seed and direction. steps: of a slider; none without one."""

    title: str
    steps: tuple[int, ...]
    strips: tuple[Strip, ...]
    is_first: bool


@dataclass(frozen=True)
class Drawing:
    """A figure that a metric has drawn."""

    title: str
    folder: str
    picture: Picture


def cells_of(setting: Setting) -> dict[int, list[Cell]]:
    """The models' done cells of the first seeds, by seed."""
    found: dict[int, list[Cell]] = {}
    for label, rows in setting.group.trained.items():
        for row in rows:
            if row.status == "done" and not row.is_reference:
                path = cell_folder(setting.folders[label].path, row.cell)
                found.setdefault(row.seed, []).append(Cell(label, row, path))
    return {seed: found[seed] for seed in sorted(found)[:MAX_SEEDS]}


def wanted_of(setting: Setting, drawn: Sequence[Folder]) -> list[Iterator[Wanted]]:
    """What the setting's pictures are, by how much they matter: samples of the first seed, figures,
    samples over its training, and other seeds.

    drawn: folders whose figures are shown here; a task has one of each, whatever its settings.
    """
    seeds = list(cells_of(setting).values())
    first, others = seeds[:1], seeds[1:]
    return [
        chain.from_iterable(last_strips(setting, c) for cells in first for c in cells),
        figures(setting, drawn),
        chain.from_iterable(training_strips(setting, c) for cells in first for c in cells),
        chain.from_iterable(last_strips(setting, c) for cells in others for c in cells),
    ]


def last_strips(setting: Setting, cell: Cell) -> Iterator[Wanted]:
    yield from strips_of(setting, cell, LAST, cell.path / ARRAYS)


def training_strips(setting: Setting, cell: Cell) -> Iterator[Wanted]:
    steps = steps_with_samples(cell.path)
    kept = list(steps)[:: -(-len(steps) // MAX_STEPS) or 1]
    for step in dict.fromkeys([*kept, *list(steps)[-1:]]):
        yield from strips_of(setting, cell, step, steps[step])


def strips_of(setting: Setting, cell: Cell, step: int, path: Path) -> Iterator[Wanted]:
    """The strips of one file, which is read once, when the first is made."""
    if not path.is_file():
        return
    arrays = cache(lambda: read_samples(path))

    def make(name: str) -> Picture:
        try:
            return strip_picture(arrays()[name])
        except UserError as error:
            raise ValueError(f"{error.where}: {error.what}") from error
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    try:
        known = {name: array for name, array in arrays().items() if is_shown(array)}
    except UserError:
        yield Wanted((setting.name, "damaged", str(path)), lambda: make(""))
        return
    for name in known:
        key = (setting.name, step, cell.row.seed, cell.label, name)
        yield Wanted(key, lambda name=name: make(name))  # type: ignore[misc]


def is_shown(array: np.ndarray) -> bool:
    """Images and phrases; points are in a figure of a metric."""
    return array.ndim == 4 or array.dtype.kind == "U"


def figures(setting: Setting, drawn: Sequence[Folder]) -> Iterator[Wanted]:
    """Those of the setting's task in folders; samples only of a folder without arrays."""
    task = setting.group.first.task
    for folder in drawn:
        has_arrays = any(
            (cell.path / ARRAYS).is_file() for cells in cells_of(setting).values() for cell in cells
        )
        for path in figures_in(folder, task):
            is_samples = path.stem == f"{task}-{SAMPLES}"
            if not (is_samples and has_arrays):
                yield Wanted(
                    (setting.name, "figure", folder.name, path.stem.removeprefix(f"{task}-")),
                    lambda path=path, photo=is_samples: file_picture(path, photo),  # type: ignore[misc]
                )


def figures_in(folder: Folder, task: str) -> list[Path]:
    """The files that a run has drawn of a task."""
    return sorted((folder.path / "figures").glob(f"{task}-*.png"))


def folders_of(setting: Setting) -> list[Folder]:
    return list({folder.name: folder for folder in setting.folders.values()}.values())


def grids_of(
    setting: Setting, pictures: Mapping[Key, Picture], places: Mapping[str, int]
) -> list[Grid]:
    """Of the last weights first, then over training; a seed and a direction each.

    pictures: the setting's own.
    """
    grids = []
    for over_training in (False, True):
        for number, (seed, cells) in enumerate(cells_of(setting).items()):
            for direction in DIRECTIONS:
                keys: set[Key] = {
                    key
                    for key in pictures
                    if len(key) == 5 and key[2] == seed and (key[1] != LAST) == over_training
                }
                grid = grid_of(setting, cells, keys, direction, pictures, places)
                if grid:
                    title, strips = grid_title(seed, direction), grid
                    steps = tuple(sorted({s for strip in strips for s, _ in strip.frames if s}))
                    grids.append(Grid(title, steps, strips, number == 0 and direction == "AB"))
    return grids


def grid_title(seed: int, direction: Direction) -> str:
    return f"{' → '.join(sides(direction))}, seed {seed}"


def grid_of(
    setting: Setting,
    cells: Sequence[Cell],
    keys: set[Key],
    direction: Direction,
    pictures: Mapping[Key, Picture],
    places: Mapping[str, int],
) -> tuple[Strip, ...]:
    """The inputs once, where all models have the same, then each label's, then real samples of the
    target, which belong to none of the inputs; none without any.
    """
    source, target = sides(direction)
    texts = {"fake": f"in {target}", "rec": f"back in {source}"}

    def frames(cell: Cell, kind: str) -> tuple[tuple[int, Picture], ...]:
        name = f"{direction}/{SAMPLES}/{kind}"
        own = [k for k in keys if k[3] == cell.label and k[4] == name]
        return tuple(sorted(((int(str(k[1])), pictures[k]) for k in own), key=lambda f: f[0]))

    strips: list[Strip] = []
    inputs, real = set[str](), dict[str, Strip]()
    for cell in cells:
        for step, picture in frames(cell, "input")[:1]:
            if picture.name not in inputs:
                inputs.add(picture.name)
                strips.append(Strip("", "", "", "", f"input {source}", ((step, picture),)))
        for step, picture in frames(cell, "real")[:1]:
            real[picture.name] = Strip("", "", "", "", f"real, of {target}", ((step, picture),))
        for kind in KINDS:
            own = frames(cell, kind)
            if own:
                row = cell.row
                looks = look(places[cell.label])
                strips.append(Strip(cell.label, row.model, row.recipe, looks, texts[kind], own))
    return (*strips, *real.values())


def drawings_of(pictures: Mapping[Key, Picture]) -> list[Drawing]:
    return [
        Drawing(str(key[3]), str(key[2]), picture)
        for key, picture in pictures.items()
        if key[1] == "figure"
    ]


def without_pictures(setting: Setting) -> list[str]:
    """Labels whose cells have no arrays in their folders, so that there is nothing to show."""
    if setting.group.first.is_reference:
        return []
    bare: dict[str, bool] = {}
    for cells in cells_of(setting).values():
        for cell in cells:
            bare[cell.label] = bare.get(cell.label, True) and not (cell.path / ARRAYS).is_file()
    return [label for label, is_bare in bare.items() if is_bare]
