"""Why a cell would be trained or scored again: what has changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from ganbench.errors import UserError
from ganbench.grid import evaluation_files, training_files
from ganbench.registry import Kind, Registry
from ganbench.source import file_hashes
from ganbench.store import SOURCES, cell_folder, read_cell, read_rows
from ganbench.task import Task
from ganbench.types import JSON, Cell, Row, content_hash

Effect = Literal["trained again", "scored again"]


@dataclass(frozen=True)
class Change:
    """what: such as "ganbench/losses.py was changed"."""

    effect: Effect
    what: str


@dataclass(frozen=True)
class Stale:
    """row: None where the cell never ended."""

    cell: Cell
    folder: Path
    row: Row | None
    changes: tuple[Change, ...]


def why(output: Path, cell_id: str, registry: Registry, cache_dir: Path) -> Stale:
    """What has changed since the cell was run. Raises UserError where its folder cannot be read."""
    folder = cell_folder(output, cell_id)
    cell = read_cell(folder)
    row = next((row for row in read_rows(output).rows if row.cell == cell_id), None)
    kept = kept_sources(folder)
    found = [
        *code_changes(cell, kept, registry),
        *data_changes(cell, registry, cache_dir),
        *torch_changes(cell),
    ]
    return Stale(cell, output, row, tuple(found))


def kept_sources(folder: Path) -> JSON:
    """Hashes of the files that the cell reached; empty for a cell of before they were kept."""
    try:
        kept: JSON = json.loads((folder / SOURCES).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if {"training", "evaluation", "metrics"} <= kept.keys() else {}


def code_changes(cell: Cell, kept: JSON, registry: Registry) -> list[Change]:
    if not kept:
        return [Change("trained again", "the cell does not tell which files it reached")]
    kind: Kind = "reference" if cell.is_reference else "model"
    try:
        now = file_hashes(training_files(registry, kind, cell.model, cell.task))
        scored = file_hashes(evaluation_files(registry, kept["metrics"]))
    except UserError as error:
        return [Change("trained again", f"it cannot be run as it is now: {error.what}")]
    return [
        *(Change("trained again", what) for what in differences(kept["training"], now)),
        *(Change("scored again", what) for what in differences(kept["evaluation"], scored)),
    ]


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Files that were changed, and such as are reached only now or no longer."""
    return [
        *(f"{name} was changed" for name in now if before.get(name, now[name]) != now[name]),
        *(f"{name} is reached now" for name in now if name not in before),
        *(f"{name} is not reached any more" for name in before if name not in now),
    ]


def data_changes(cell: Cell, registry: Registry, cache_dir: Path) -> list[Change]:
    """Of data without a path; of a user's own a new run tells."""
    try:
        kind: type[Task] = registry.load("task", cell.task)
        if kind.sources.get(cell.data, ("",)):
            return []
        options = kind.options_type(**cell.options)
        task = kind(options, cell.preset, cell.data, {}, cache_dir / "data")
        same = content_hash(task.fingerprint()) == cell.data_hash
    except (UserError, TypeError) as error:
        return [Change("trained again", f"its task's options are others now: {error}")]
    return [] if same else [Change("trained again", "the data are made otherwise now")]


def torch_changes(cell: Cell) -> list[Change]:
    now = torch.__version__
    return (
        [] if cell.torch == now else [Change("trained again", f"torch is {now}, not {cell.torch}")]
    )


def find_cells(text: str, outputs: Sequence[Path]) -> list[tuple[Path, str]]:
    """Result folders and ids of the cells whose id starts with `text`."""
    return [
        (output, folder.name)
        for output in outputs
        for folder in sorted((output / "cells").glob(f"{text}*"))
        if folder.is_dir()
    ]
