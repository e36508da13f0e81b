"""What a cell's networks were built for, stored with its checkpoint: it outlives the data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ganbench.contracts.task import Task
from ganbench.core.errors import UserError
from ganbench.core.files import write_atomically
from ganbench.core.spec import Architecture, DataSpec

FILE = "shapes.json"


@dataclass(frozen=True)
class Shapes:
    """All that a model knows of its task."""

    spec: DataSpec
    architecture: Architecture


def shapes_of(task: Task) -> Shapes:
    return Shapes(task.spec, task.architecture)


def keep_shapes(shapes: Shapes, folder: Path) -> None:
    write_atomically(folder / FILE, msgspec.json.encode(shapes, enc_hook=_plain))


def read_shapes(folder: Path) -> Shapes | None:
    """None where there are none, as in results of an older version."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Shapes)
    except (OSError, msgspec.DecodeError, UserError):
        return None


def _plain(value: Any) -> Any:
    """NumPy's numbers, which a task may give as well."""
    return value.item()
