"""Labels that users put next to their images, in a CSV file."""

from __future__ import annotations

import csv
import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganbench.core.errors import UserError, first_few
from ganbench.core.spec import ANGLE_ENDING
from ganbench.data.image_folder import LABELS, ImageFolder

FILE = "file"


@dataclass(frozen=True)
class Labelled:
    """One row of the table. line: its number in the file, from 1; values: by column, but the
    file's name.
    """

    line: int
    file: str
    values: Mapping[str, str | float]


def labels_path(folder: ImageFolder) -> Path | None:
    """The folder's `labels.csv`, or None where it has none.

    Raises UserError where that name is no file: a folder, or a link that leads to nothing.
    """
    path = folder.path / LABELS
    if path.is_file():
        return path
    if not os.path.lexists(path):
        return None
    kind = "a folder" if path.is_dir() else "no file" if path.exists() else "a link to nothing"
    raise UserError(
        f"the labels are {kind}",
        str(path),
        "put the table of labels there, or remove it to go without",
    )


def read_labels(folder: ImageFolder) -> Mapping[str, np.ndarray]:
    """The columns of the folder's `labels.csv`, each (n,) in the order of its images.

    The column `file` holds each image's path below the folder. Columns whose names end in `_deg`
    are finite float degrees, all others texts. Nothing where there is no such file. Rows of other
    files are left out, and equal rows count once.

    Raises UserError that names the column, the images or the line at fault: no file, no table, a
    value that is missing or no finite number, one image with two answers, an image without any.
    """
    path = labels_path(folder)
    if path is None:
        return {}
    columns, lines = _table(path)
    names = set(folder.names)
    rows: dict[str, Labelled] = {}
    for line, cells in lines:
        named = dict(zip(columns, cells, strict=True))
        if named[FILE] in names:
            row = _labelled(line, named, path)
            _require_one_answer(rows.setdefault(row.file, row), row, path)
    lacking = [name for name in folder.names if name not in rows]
    if lacking:
        raise UserError(
            f"{len(lacking)} of {len(folder.names)} images have no label: " + first_few(lacking),
            f"{path}, column {FILE}",
            "add a row for each, with its path below the folder",
        )
    return {
        column: np.array([rows[name].values[column] for name in folder.names])
        for column in columns
        if column != FILE
    }


def labels_told(folders: Mapping[str, ImageFolder]) -> list[str]:
    """Warnings about the labels of two domains, a line each: rows that name no image,
    columns that one domain alone has, classes that one domain alone has, columns of one value.

    folders: by domain. Raises UserError as `read_labels` does.
    """
    lines = []
    for name, folder in folders.items():
        if strangers := _strangers(folder):
            text = f"{len(strangers)} rows name no image: {first_few(strangers)}"
            lines.append(f"labels of {name}: {text}")
    by_domain = {name: read_labels(folder) for name, folder in folders.items()}
    if not all(by_domain.values()):
        return lines
    counts = Counter(column for labels in by_domain.values() for column in labels)
    for name, labels in by_domain.items():
        alone = [column for column in labels if counts[column] == 1]
        if alone:
            lines.append(
                f"labels of {name}: not used, for {name} alone has them: {first_few(alone)}"
            )
    for column in (column for column, count in counts.items() if count == len(by_domain)):
        lines += _column_remarks(
            column, {name: labels[column] for name, labels in by_domain.items()}
        )
    return lines


def _column_remarks(column: str, values: Mapping[str, np.ndarray]) -> list[str]:
    lines = [
        f"labels of {name}: '{column}' is {kinds[0]} for every image, so nothing can show that it "
        "stays"
        for name, kinds in ((name, np.unique(each)) for name, each in values.items())
        if len(kinds) == 1
    ]
    if column.endswith(ANGLE_ENDING):
        return lines
    for name, each in values.items():
        others = np.concatenate([other for n, other in values.items() if n != name])
        alone = np.setdiff1d(each, others).tolist()
        if alone:
            lines.append(
                f"labels of {name}: no image of the other has '{column}' {first_few(alone)}"
            )
    return lines


def _strangers(folder: ImageFolder) -> list[str]:
    """Files that the folder's labels name and that are none of its images."""
    path = labels_path(folder)
    if path is None:
        return []
    columns, lines = _table(path)
    place, names = columns.index(FILE), set(folder.names)
    return [cells[place] for _, cells in lines if cells[place] not in names]


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The columns' names, and each row with its line; rows without any value are left out."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, skipinitialspace=True, strict=True)
            rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(
            f"the labels are no table: {error}",
            str(path),
            "write comma-separated columns, as UTF-8",
        ) from error
    rows = [(line, cells) for line, cells in rows if any(cells)]
    if not rows:
        raise UserError("the labels are no table: the file is empty", str(path), "write a header")
    (line, columns), body = rows[0], rows[1:]
    _require_columns(columns, f"{path}, line {line}")
    for line, cells in body:
        if len(cells) != len(columns):
            raise UserError(
                f"{len(cells)} values in a table of {len(columns)} columns",
                f"{path}, line {line}",
                "write a value for each column, in quotes where it has a comma",
            )
    return columns, body


def _require_columns(columns: Sequence[str], where: str) -> None:
    if FILE not in columns:
        raise UserError(
            f"no column '{FILE}' among: {', '.join(columns)}", where, "name each image's file in it"
        )
    if "" in columns:
        raise UserError(
            "a column has no name", where, "name it, or remove it (a table's index is no label)"
        )
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        raise UserError(f"two columns are called '{twice[0]}'", where, "rename or remove one")


def _labelled(line: int, named: Mapping[str, str], path: Path) -> Labelled:
    values = {
        column: _value(column, text, f"{path}, line {line}, column {column}")
        for column, text in named.items()
        if column != FILE
    }
    return Labelled(line, named[FILE], values)


def _value(column: str, text: str, where: str) -> str | float:
    """A class as text, or degrees. Raises UserError for a missing value and for no finite number.

    A class that reads as NaN is what tools write for a missing one.
    """
    number = _number(text)
    if column.endswith(ANGLE_ENDING):
        if number is None or not math.isfinite(number):
            raise UserError(
                f"'{text}' is no finite number of degrees",
                where,
                "write a number, or move the image or the column away",
            )
        return number
    if not text or (number is not None and math.isnan(number)):
        raise UserError(
            f"the class is missing: '{text}'", where, "write one, or move the image or column away"
        )
    return text


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _require_one_answer(first: Labelled, again: Labelled, path: Path) -> None:
    """Raises UserError where two rows of one image differ."""
    for column, value in first.values.items():
        if again.values[column] != value:
            raise UserError(
                f"'{first.file}' has two answers: {column} is {value} and {again.values[column]}",
                f"{path}, lines {first.line} and {again.line}",
                "keep the row that is right",
            )
