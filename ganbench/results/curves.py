"""What a cell's folder tells of its training over the steps: curves on validation, and losses."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganbench.core.errors import UserError
from ganbench.core.files import write_atomically

CURVES = "curves.json"
LOSS_LOG = "losses.csv"
LOSS = "loss/"  # what the name of a loss's curve begins with

Point = Mapping[str, float | str]  # a number or a reason, by the text of a ColumnKey


def add_point(folder: Path, step: int, point: Point) -> None:
    """Put what was measured after `step` into the cell's file, the whole of it or nothing.

    Points of this step and later ones are dropped: they belong to a future that a crash or a new
    start has taken back. So is a file that cannot be read, for it is measured anew.
    """
    try:
        known = read_curves(folder)
    except UserError:
        known = {}
    points = {at: known[at] for at in sorted(known) if at < step} | {step: point}
    write_atomically(folder / CURVES, json.dumps(points, indent=1, allow_nan=False).encode())


def read_curves(folder: Path) -> dict[int, Point]:
    """Points by step; none where nothing has been measured. Raises UserError for another file."""
    path = folder / CURVES
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return {int(step): _point(point) for step, point in stored.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise UserError(
            f"the curves cannot be read: {error}", str(path), "delete the file, or run again"
        ) from error


def _point(stored: Mapping[str, Any]) -> Point:
    """Raises ValueError for what is neither a finite number nor a text."""
    point: dict[str, float | str] = {}
    for name, value in stored.items():
        is_number = isinstance(value, int | float) and math.isfinite(value)
        if not (is_number or isinstance(value, str)):
            raise ValueError(f"{name} is {value!r}")
        point[name] = float(value) if is_number else str(value)
    return point


def read_losses(folder: Path) -> dict[int, Point]:
    """Mean losses by step; a last line that a crash has cut off is left out.

    Raises UserError for a log that the trainer has not written.
    """
    path = folder / LOSS_LOG
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UserError(f"the losses cannot be read: {error}", str(path), "run again") from error
    whole = [line.rstrip("\r\n").split(",") for line in lines if line.endswith("\n")]
    points: dict[int, Point] = {}
    for number, fields in enumerate(whole[1:], 2):
        try:
            named = dict(zip(whole[0], fields, strict=True))
            step = int(named.pop("step"))
            points[step] = {name: _loss(value) for name, value in named.items()}
        except (KeyError, ValueError) as error:
            raise UserError(
                f"line {number} is no line of losses ({error})", str(path), "run the cell again"
            ) from error
    return points


def _loss(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else f"undefined: the loss was {value}"
