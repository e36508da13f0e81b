"""Result folders joined into one, without a doubled or a contradicted cell."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ganbench.core.errors import UserError
from ganbench.core.files import refuse_inside
from ganbench.registry.registry import discover
from ganbench.reporting.figures import draw_figures
from ganbench.reporting.frames import stored_rows
from ganbench.results.folder import (
    BENCHMARK,
    LOOKS,
    ROWS,
    append_row,
    cell_folder,
    refuse_among_results,
    refuse_odd_name,
)
from ganbench.results.looks import merged_looks
from ganbench.results.records import SETTLED, Row, number_of


@dataclass(frozen=True)
class Source:
    """A row and its result folder."""

    row: Row
    folder: Path


@dataclass(frozen=True)
class Merged:
    """rows: of the new folder. counts: of rows by folder. doubled: rows that are left out for equal
    ones. superseded: for settled ones in place of failed ones. notes: figures that could not be
    drawn, and why.
    """

    rows: tuple[Row, ...]
    counts: tuple[int, ...]
    doubled: int
    superseded: int
    notes: tuple[str, ...]


def merge(folders: Sequence[Path], output: Path) -> Merged:
    """All rows and cells of result folders in the new folder `output`, made whole or not at all.

     If two folders have a cell, its settled row is taken instead of a failed one. Raises
    UserError for folders without rows, rows that contradict each other, or an output that is there.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UserError("the output is there already", f"-o {output}", "give a new folder")
    refuse_inside(output, folders, "-o")
    refuse_among_results(output, "-o")
    refuse_odd_name(output, "-o")
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise UserError("the same folder twice", "ganbench merge", "give each once")
    stored = [stored_rows(folder).rows for folder in folders]
    chosen: dict[str, Source] = {}
    ends: Counter[bool] = Counter()  # of left out ones, whether both are settled
    for source in (Source(row, f) for f, rows in zip(folders, stored, strict=True) for row in rows):
        first = chosen.get(source.row.cell)
        if first is not None:
            ends[first.row.status in SETTLED and source.row.status in SETTLED] += 1
        chosen[source.row.cell] = source if first is None else better(first, source)
    try:
        make(output, lambda partial: write(chosen.values(), folders, partial))
    except OSError as error:
        raise UserError(
            f"the merged folder cannot be written: {error.strerror or error}",
            f"-o {output}",
            "give a writable folder with room",
        ) from error
    rows = tuple(source.row for source in chosen.values())
    notes: list[str] = []
    draw_figures(rows, output, discover(), notes.append)
    return Merged(rows, tuple(map(len, stored)), ends[True], ends[False], tuple(notes))


def make(output: Path, fill: Callable[[Path], None]) -> None:
    """The new folder `output`, which appears when it is filled. An empty one that is there stays:
    it may be a link, or where the user's shell is.
    """
    on_its_disk = output if output.is_dir() else output.parent
    on_its_disk.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".ganbench-", dir=on_its_disk) as made:
        partial = Path(made, "merged")  # by mkdir, so that it has the user's usual permissions
        partial.mkdir()
        fill(partial)
        if not output.is_dir():
            os.replace(partial, output)
            return
        for name in ("cells", BENCHMARK, LOOKS, ROWS):  # rows last: without them it is not finished
            if (partial / name).exists():
                os.replace(partial / name, output / name)


def better(first: Source, second: Source) -> Source:
    """The row to take. Raises UserError where both are settled and do not agree."""
    settled = [source.row.status in SETTLED for source in (first, second)]
    if not all(settled):
        return first if settled[0] else second
    if reason := contradiction(first.row, second.row):
        raise UserError(
            f"the folders contradict each other: {first.row.model} on {first.row.task}, seed "
            f"{first.row.seed}: {reason}",
            f"{first.folder} and {second.folder}, cell {first.row.cell}",
            "run that cell again in one of them, or leave one folder out",
        )
    return max(first, second, key=lambda source: len(source.row.metrics))


def contradiction(a: Row, b: Row) -> str:
    """What differs between two rows of one cell, or nothing. Costs and machines may differ."""
    if a.status != b.status:
        return f"{a.status} and {b.status}"
    for name in sorted(a.metrics.keys() & b.metrics.keys()):
        one, other = number_of(a.metrics[name]), number_of(b.metrics[name])
        if one is None or other is None:
            alike = one is other
        else:
            alike = math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
        if not alike:
            return f"{name} is {a.metrics[name]} and {b.metrics[name]}"
    return ""


def write(sources: Iterable[Source], folders: Sequence[Path], output: Path) -> None:
    (output / "cells").mkdir()
    for source in sources:
        folder = cell_folder(source.folder, source.row.cell)
        if folder.is_dir():
            shutil.copytree(folder, cell_folder(output, source.row.cell))
        append_row(output, source.row)
    texts = {(f / BENCHMARK).read_bytes() for f in folders if (f / BENCHMARK).is_file()}
    if len(texts) == 1:  # claims of two benchmarks have no place in one file
        (output / BENCHMARK).write_bytes(texts.pop())
    if looks := merged_looks(folders):
        (output / LOOKS).write_bytes(looks)
