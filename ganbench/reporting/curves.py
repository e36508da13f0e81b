"""Curves over training as one table of records, from the cells' folders; rows are not needed, so
that a run that is under way, was interrupted or has diverged can be looked at too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ganbench.core.errors import UserError, unknown
from ganbench.core.spec import canonical_json
from ganbench.reporting.groups import cell_labels
from ganbench.results.curves import CURVES, LOSS, Point, read_curves, read_losses
from ganbench.results.folder import CELL_ID, CONFIG, read_cell
from ganbench.results.records import Cell, Row

OF_CODE = ("code_hash", "torch", "data_hash")  # by which newer cells of one setting differ
HEAD = ("folder", "task", "preset", "split", "model", "recipe", "seed")
FIELDS = (*HEAD, "step", "column", "value", "reason")


@dataclass(frozen=True)
class Trained:
    """What a cell's folder tells of its training.

    label: the model, and the settings that differ from its other variants.
    curves, losses: numbers or reasons by step and column.
    """

    folder: str
    label: str
    cell: Cell
    curves: Mapping[int, Point]
    losses: Mapping[int, Point]

    def points(self) -> Iterator[tuple[str, int, float | str]]:
        """Column, step and value: what was measured on validation, then the losses."""
        for prefix, by_step in (("", self.curves), (LOSS, self.losses)):
            for step, point in by_step.items():
                for name, value in point.items():
                    yield prefix + name, step, value

    def head(self) -> dict[str, str | int]:
        """The fields of HEAD."""
        cell = self.cell
        values = (
            *(self.folder, cell.task, cell.preset.name, cell.split),
            *(self.label, cell.recipe, cell.seed),
        )
        return dict(zip(HEAD, values, strict=True))


@dataclass(frozen=True)
class Curves:
    """trained: in the order of task, model and seed. notes: what is missing, and why."""

    trained: tuple[Trained, ...]
    notes: tuple[str, ...]

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.cell.task for one in self.trained))

    def columns(self) -> tuple[str, ...]:
        """Names of all curves, in the order of their first cell."""
        names = (name for one in self.trained for name, _, _ in one.points())
        return tuple(dict.fromkeys(names))


def curves_of(folders: Sequence[Path], columns: Sequence[str] = ()) -> Curves:
    """The trained cells of result folders; of two of one setting and seed, the one that was
    described last. columns: only these; empty for all.

    Raises UserError for a folder that is not there, for one without any trained cell, for a file
    that cannot be read, and for a column that no cell has.
    """
    found: list[Trained] = []
    notes: list[str] = []
    for folder, name in zip(folders, distinct_names(folders), strict=True):
        latest, older = latest_cells(cells_of(folder))
        labels = cell_labels(row_of(cell) for cell in latest.values())
        trained = [
            Trained(name, labels[cell.id], cell, read_curves(path), read_losses(path))
            for path, cell in latest.items()
        ]
        trained = [one for one in trained if one.curves or one.losses]
        notes += notes_on(folder, trained, older)
        found += trained
    chosen = Curves(tuple(sorted(found, key=_place)), tuple(notes))
    return of_columns(chosen, columns) if columns else chosen


def distinct_names(folders: Sequence[Path]) -> list[str]:
    """The folders' own names; their paths where two are alike."""
    own = [folder.absolute().name for folder in folders]
    return own if len(set(own)) == len(own) else [str(folder) for folder in folders]


def cells_of(folder: Path) -> dict[Path, Cell]:
    """Described models by their folders. Raises UserError where there is none."""
    if not folder.is_dir():
        raise UserError("there is no such result folder", str(folder), "give a run's --output")
    below = folder / "cells"
    paths = sorted(below.iterdir()) if below.is_dir() else []
    described = [p for p in paths if CELL_ID.fullmatch(p.name) and (p / CONFIG).is_file()]
    cells = {path: read_cell(path) for path in described}
    return {path: cell for path, cell in cells.items() if not cell.is_reference}


def latest_cells(cells: Mapping[Path, Cell]) -> tuple[dict[Path, Cell], int]:
    """Of cells that differ in their code alone the last, and how many were left out."""
    latest: dict[str, Path] = {}
    for path in sorted(cells, key=lambda path: (path / CONFIG).stat().st_mtime_ns):
        fields = asdict(cells[path])
        latest[canonical_json({k: v for k, v in fields.items() if k not in OF_CODE})] = path
    return {path: cells[path] for path in latest.values()}, len(cells) - len(latest)


def row_of(cell: Cell) -> Row:
    """A row as far as its label goes, which does not tell the preset."""
    return Row(
        cell=cell.id,
        model=cell.model,
        task=cell.task,
        data=cell.data,
        preset="",
        recipe=cell.recipe,
        seed=cell.seed,
        status="done",
        options=dict(cell.options),
        hparams=dict(cell.hparams),
    )


def notes_on(folder: Path, trained: Sequence[Trained], older: int) -> Iterator[str]:
    """Raises UserError where no cell has been trained."""
    if not trained:
        raise UserError(
            "no cell of the folder has a curve: it holds rows alone, or nothing was trained yet",
            str(folder),
            "give the folder of a run with its `cells`, such as a run's --output",
        )
    without = [one for one in trained if not one.curves]
    if len(without) == len(trained):
        yield (
            f"{folder}: only losses, for no cell has a {CURVES}: it is written at the snapshots of "
            "a run, and older versions wrote none; run again, with another --output"
        )
    elif without:
        yield f"{folder}: {len(without)} of {len(trained)} cells have no {CURVES}, only losses"
    if older:
        yield (
            f"{folder}: {older} cells of the same settings, by older code or of other data, are "
            "left out"
        )


def _place(one: Trained) -> tuple[str, str, str, int]:
    return one.cell.task, one.folder, one.label, one.cell.seed


def of_columns(curves: Curves, columns: Sequence[str]) -> Curves:
    """These columns alone. Raises UserError for one that no cell has."""
    known = curves.columns()
    for name in columns:
        if name not in known:
            raise unknown("column", name, known, "--columns")

    def kept(by_step: Mapping[int, Point], prefix: str) -> dict[int, Point]:
        return {
            step: {k: v for k, v in point.items() if prefix + k in columns}
            for step, point in by_step.items()
        }

    trained = (
        Trained(t.folder, t.label, t.cell, kept(t.curves, ""), kept(t.losses, LOSS))
        for t in curves.trained
    )
    return Curves(tuple(trained), curves.notes)


def records(curves: Curves) -> Iterator[dict[str, str | int | float]]:
    """One for each number or reason; `value` is empty where there is no number."""
    for one in curves.trained:
        head = one.head()
        for column, step, value in one.points():
            is_reason = isinstance(value, str)
            told = {"value": "" if is_reason else value, "reason": value if is_reason else ""}
            yield {**head, "step": step, "column": column, **told}


def csv_text(rows: Iterable[Mapping[str, str | int | float]]) -> str:
    """A line each, below the head FIELDS."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()
