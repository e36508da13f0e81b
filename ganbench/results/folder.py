"""The result folder: `rows.jsonl`, one line a row, append-only, and a folder for each cell."""

from __future__ import annotations

import errno
import gc
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ganbench.core.disk import NoRoom, is_disk_full
from ganbench.core.errors import UserError, printable
from ganbench.core.spec import Preset
from ganbench.results.jsonl import RowReader
from ganbench.results.records import Cell, Row

ROWS = "rows.jsonl"
CONFIG = "config.json"
SOURCES = "sources.json"
LOCKS = ".locks"
BENCHMARK = "benchmark.toml"
LOOKS = "looks.jsonl"
TRACKING = "tracking"  # of the trackers that a run tells
LOGS = "logs"  # of jobs elsewhere, a folder an engine
MAX_STRANGERS = 3
OWN_FOLDERS = ("cells", "figures")
CELL_ID = re.compile("[0-9a-f]{16}")
MAX_REASON = 120


@dataclass(frozen=True)
class Rows:
    """The latest row of each cell, in the order of first appearance.

    torn: the text of a last line that was cut off, or empty.
    """

    rows: tuple[Row, ...]
    torn: str = ""


def read_rows(output: Path) -> Rows:
    """Rows of the result folder `output`; none where it has no rows file yet.

    A last line that was cut off is left out, as `torn`. Raises UserError for any other line that
    is no row: something else has changed the file.
    """
    path = output / ROWS
    try:
        with collector_at_rest(), open(path, "rb") as file:
            try:
                return Rows(tuple(RowReader().read_all(file)))
            except ValueError:
                return rows_of_lines(path.read_bytes().split(b"\n"), path)
    except FileNotFoundError:
        return Rows(())
    except OSError as error:
        raise UserError(
            f"the rows cannot be read: {error.strerror}", str(path), "check its permissions"
        ) from error


def rows_of_lines(lines: Sequence[bytes], path: Path, before: int = 0) -> Rows:
    """Line by line, to tell which is no row, and to leave out a last one that was cut off. before:
    lines of the file that come before these.
    """
    latest: dict[str, Row] = {}
    reader = RowReader()
    for number, line in enumerate(lines, before + 1):
        if not line.strip():
            continue
        try:
            row = reader.read(line)
        except ValueError as error:
            if number == before + len(lines):
                return Rows(tuple(latest.values()), torn=line.decode(errors="replace"))
            raise UserError(
                f"line {number} is no row ({str(error)[:MAX_REASON]})",
                str(path),
                "restore the file from a copy, or delete that line: its cell is then run again",
            ) from error
        latest[row.cell] = row
    return Rows(tuple(latest.values()))


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Rows hold no cycles; looking for some in ever more of them takes a fifth of the reading."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_rows_alone(output: Path) -> Rows:
    """The same while no process writes, so that each line is whole. The folder must be writable."""
    with FileLock(f"{output / ROWS}.lock"):
        return read_rows(output)


class GrowingRows:
    """The latest rows of a folder that others write to as well; each look reads what is new.

    since: bytes of the rows file that are passed over, and with them rows that do not count.
    """

    def __init__(self, output: Path, since: int = 0) -> None:
        self._output, self._since = output, since
        self._start()

    def _start(self) -> None:
        self._reader, self._rows, self._read_bytes = RowReader(), dict[str, Row](), self._since

    def look(self) -> Mapping[str, Row]:
        """By cell. A file with a line that is no row is read as `read_rows` does it."""
        path = self._output / ROWS
        with FileLock(f"{path}.lock"):
            try:
                size = path.stat().st_size
                if size < self._read_bytes:  # a line that was cut off is set aside
                    self._since = min(self._since, size)
                    self._start()
                with open(path, "rb") as file:
                    file.seek(self._read_bytes)
                    new = self._reader.read_all(file)
                    self._read_bytes = file.tell()
            except FileNotFoundError:
                return {}
            except ValueError:
                data, since = path.read_bytes(), self._since
                lines, before = data[since:].split(b"\n"), data[:since].count(b"\n")
                found = rows_of_lines(lines, path, before)
                return {row.cell: row for row in found.rows}
        self._rows.update((row.cell, row) for row in new)
        return self._rows


@contextmanager
def claimed(output: Path, cell_id: str) -> Iterator[bool]:
    """Whether the cell is ours alone while the context lasts; no other process then has it.

    The system takes the claim back from a process that dies, however it dies.
    """
    folder = output / LOCKS
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / f"{cell_id}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def append_row(output: Path, row: Row) -> None:
    """Add one row, whole and on its own line. Raises UserError where it cannot be written."""
    path = output / ROWS
    try:
        with FileLock(f"{path}.lock"), open(path, "a+b", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            torn = size and file.seek(-1, os.SEEK_END) and file.read(1) != b"\n"
            line = (b"\n" if torn else b"") + row.to_json().encode() + b"\n"
            try:
                if file.write(line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(file.fileno())
            except OSError:
                file.truncate(size)  # half a row would spoil the file for the next one
                raise
    except OSError as error:
        raise no_room(output) if is_disk_full(error) else unwritable(output, error) from error


def set_torn_aside(output: Path, torn: str) -> Path:
    """Move a cut-off last line to a file of its own, so that the next row starts a new line."""
    path, aside = output / ROWS, output / f"{ROWS}.torn"
    with FileLock(f"{path}.lock"):
        with open(aside, "a", encoding="utf-8") as file:
            file.write(torn + "\n")
        data = path.read_bytes()
        partial = path.with_suffix(".partial")
        partial.write_bytes(data[: data.rfind(b"\n") + 1])
        os.replace(partial, path)
    return aside


def refuse_odd_name(folder: Path, option: str) -> None:
    """Raises UserError for a result folder whose name is no UTF-8: safetensors writes checkpoints
    there, and cannot open them again.
    """
    if printable(str(folder)) != str(folder):
        raise UserError(
            "the folder's name is no text in UTF-8, and checkpoints cannot be read there",
            f"{option} {folder}",
            "give it another name",
        )


def refuse_among_results(path: Path, option: str) -> None:
    """Raises UserError for a place among the cells or the figures of a result, which are that
    result's alone.
    """
    real = Path(os.path.realpath(path))
    for place in (real, *real.parents):
        if place.name in OWN_FOLDERS and (place.parent / ROWS).is_file():
            raise UserError(
                f"this place is among the {place.name} of the result {place.parent}",
                f"{option} {path}",
                "give a folder outside of it",
            )


def refuse_strangers(output: Path) -> None:
    """Raises UserError for a folder that has no rows, and holds what no run has put there."""
    if not output.is_dir() or (output / ROWS).is_file():
        return
    strangers = sorted(_strangers(output))
    if strangers:
        more = ", ..." if len(strangers) > MAX_STRANGERS else ""
        raise UserError(
            f"this is no result folder, for it has {', '.join(strangers[:MAX_STRANGERS])}{more}",
            f"--output {output}",
            "give a new or empty folder, or that of an earlier run",
        )


def _strangers(output: Path) -> Iterator[str]:
    cells = output / "cells"
    own = {"cells", "figures", LOGS, TRACKING, BENCHMARK, LOOKS} if cells.is_dir() else set()
    for path in output.iterdir():
        is_aside = path.name.startswith((".", f"{ROWS}."))  # locks, a torn line
        if path.name not in own and not is_aside:
            yield path.name
    if cells.is_dir():
        yield from (f"cells/{p.name}" for p in cells.iterdir() if not CELL_ID.fullmatch(p.name))


def open_output(output: Path) -> None:
    """Make the result folder. Raises UserError where it cannot be written."""
    probe = output / ".writable"
    try:
        (output / "cells").mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise unwritable(output, error) from error


def unwritable(output: Path, error: OSError) -> UserError:
    return UserError(
        f"the result folder cannot be written: {error.strerror or error}",
        f"--output {output}",
        "give a writable folder with room",
    )


def no_room(output: Path) -> NoRoom:
    return NoRoom(
        "the disk is full; the run stops here, and nothing is lost",
        f"--output {output}",
        "make room, then give the same command again",
    )


def cell_folder(output: Path, cell_id: str) -> Path:
    return output / "cells" / cell_id


def read_cell(folder: Path) -> Cell:
    """The cell of a cell's folder. Raises UserError where it cannot be read."""
    path = folder / CONFIG
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Cell(**{**content, "preset": Preset(**content["preset"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(
            f"the cell's description cannot be read: {error}", str(path), "run the cell again"
        ) from error
