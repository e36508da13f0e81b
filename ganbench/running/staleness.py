"""Why a cell would be trained or scored again: what has changed since."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from ganbench.core.errors import UserError
from ganbench.core.source_hash import file_hashes, source_hash
from ganbench.core.spec import JSON, content_hash
from ganbench.registry.registry import Kind, Registry
from ganbench.results.folder import SOURCES, cell_folder, read_cell, read_rows
from ganbench.results.records import Cell, Row
from ganbench.running.build import build_task
from ganbench.running.context import Context
from ganbench.running.fingerprint import evaluation_files, training_files

Effect = Literal["trained again", "scored again"]


@dataclass(frozen=True)
class Change:
    """what: such as "ganbench/networks/losses.py was changed"."""

    effect: Effect
    what: str


@dataclass(frozen=True)
class Stale:
    """row: None where the cell never ended."""

    cell: Cell
    folder: Path
    row: Row | None
    changes: tuple[Change, ...]


def why(output: Path, cell_id: str, context: Context) -> Stale:
    """What has changed since the cell was run. Raises UserError where its folder cannot be read."""
    folder = cell_folder(output, cell_id)
    cell = read_cell(folder)
    row = next((row for row in read_rows(output).rows if row.cell == cell_id), None)
    sources = stored_sources(folder)
    changes = [
        *code_changes(cell, sources, context.registry),
        *data_changes(cell, context),
        *torch_changes(cell),
    ]
    return Stale(cell, output, row, tuple(changes))


def stored_sources(folder: Path) -> JSON:
    """Hashes of the files that the cell reached; empty for a cell of an older version,
    which stored none or hashed the files' bytes.
    """
    try:
        sources: JSON = json.loads((folder / SOURCES).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return (
        sources
        if {"training", "evaluation", "metrics", "evaluation_hash"} <= sources.keys()
        else {}
    )


def code_changes(cell: Cell, sources: JSON, registry: Registry) -> list[Change]:
    if not sources:
        return [Change("trained again", "the cell has no record of its code")]
    kind: Kind = "reference" if cell.is_reference else "model"
    try:
        now = training_files(registry, kind, cell.model, cell)
        scored = evaluation_files(registry, sources["metrics"])
    except UserError as error:
        return [Change("trained again", f"it cannot be run as it is now: {error.what}")]
    return [
        *(
            Change("trained again", what)
            for what in code_differences(sources["training"], now, cell.code_hash)
        ),
        *(
            Change("scored again", what)
            for what in code_differences(sources["evaluation"], scored, sources["evaluation_hash"])
        ),
    ]


def code_differences(before: Mapping[str, str], now: Set[Path], code_hash: str) -> list[str]:
    """How the code `now` differs from that of the hash; nothing where it is the same."""
    if source_hash(now) == code_hash:
        return []
    return differences(before, file_hashes(now)) or ["an import takes a name from another file"]


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Files that were changed, and such as are reached only now or no longer. A file that moved is
    known by its hash.
    """
    gone = {name: digest for name, digest in before.items() if name not in now}
    new = {name: digest for name, digest in now.items() if name not in before}
    return [
        *(f"{name} was changed" for name in now if before.get(name, now[name]) != now[name]),
        *(f"{name} is reached now" for name in unmatched(new, gone)),
        *(f"{name} is not reached any more" for name in unmatched(gone, new)),
    ]


def unmatched(some: Mapping[str, str], others: Mapping[str, str]) -> list[str]:
    """Names in `some` without a partner of the same hash in `others`."""
    left, names = Counter(others.values()), []
    for name, digest in some.items():
        if left[digest] <= 0:
            names.append(name)
        left[digest] -= 1
    return names


def data_changes(cell: Cell, context: Context) -> list[Change]:
    """Of data without a path; of a user's own a new run tells."""
    try:
        if context.registry.load("task", cell.task).sources.get(cell.data, ("",)):
            return []
        same = content_hash(build_task(cell, context).data_key()) == cell.data_hash
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
