"""Between tasks of Ray and the result folder, which their nodes need not see."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from ganbench.core.files import write_atomically
from ganbench.results.engine_state import JobState, write_job
from ganbench.results.folder import LOGS, cell_folder
from ganbench.running.progress import Progress
from ganbench.training.loop import CHECKPOINT

Files = Mapping[str, bytes]  # of a cell's folder, by their names in it


class Mailbox:
    """An actor on the machine of the result folder. order: the folder of the run's order."""

    def __init__(self, output: Path, order: Path) -> None:
        self._output, self._order = output, order
        self._told: list[Progress] = []
        self._is_stopped = False

    def files(self, cells: Sequence[str]) -> dict[str, dict[str, bytes]]:
        """What there is of cells, so that a task goes on from it."""
        return {cell: dict(files_in(cell_folder(self._output, cell))) for cell in cells}

    def keep(self, cell: str, files: Files) -> None:
        """Writes what a task has of a cell. The checkpoint comes last: all else may be newer."""
        folder = cell_folder(self._output, cell)
        for name in sorted(files, key=lambda name: name == CHECKPOINT):
            write_safely(folder, name, files[name])

    def tell(self, job: JobState, told: Sequence[Progress]) -> bool:
        """What a task's cells have told. Gives whether the task is to stop."""
        write_job(self._order, job)
        self._told += told
        return self._is_stopped

    def note(self, host: str, line: str) -> None:
        """A line for the log of a machine."""
        folder = self._output / LOGS / "ray"
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / f"{host}.log", "a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n")

    def take(self) -> list[Progress]:
        """What has been told since the last time."""
        told, self._told = self._told, []
        return told

    def stop(self) -> None:
        self._is_stopped = True


def files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The checkpoint first: what is read after it is as new or newer. Files that go away meanwhile
    are left out.
    """
    paths = [path for path in folder.rglob("*") if path.is_file() and not is_partial(path)]
    for path in sorted(paths, key=lambda path: path.name != CHECKPOINT):
        try:
            yield path.relative_to(folder).as_posix(), path.read_bytes()
        except FileNotFoundError:
            continue


def is_partial(path: Path) -> bool:
    """Whether it is on the way to be written."""
    return path.name.startswith(".") or path.suffix in (".partial", ".tmp")


def write_safely(folder: Path, name: str, data: bytes) -> None:
    """Raises ValueError for a name that leads out of the folder."""
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise ValueError(f"{name} is no file of a cell")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, data)
