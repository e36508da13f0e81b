"""Where a command may write: never in or over what it reads, and over nothing that is there."""

from __future__ import annotations

import filecmp
import os
import shlex
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from ganbench.core.errors import UserError, first_few


def for_shell(path: Path) -> str:
    """A path as a command takes it that is shown to be copied: never for several words, or for an
    option.
    """
    text = str(path)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def refuse_inside(output: Path, inputs: Iterable[Path], option: str) -> None:
    """Raises UserError where `output` is one of the inputs, or lies or would lie in one."""
    for source in inputs:
        if holds(source, output):
            raise UserError(
                f"the output would lie in what is read, {source}",
                f"{option} {output}",
                "give a place outside of it",
            )


def refuse_around(output: Path, inputs: Iterable[Path], option: str) -> None:
    """Raises UserError where one of the inputs lies in the folder `output`, or is it."""
    for source in inputs:
        if holds(output, source):
            raise UserError(
                f"the output folder holds what is read, {source}",
                f"{option} {output}",
                "give a folder of its own",
            )


def holds(folder: Path, path: Path) -> bool:
    """Whether `path` is `folder` or below it, be it there already or not.

    The system is asked, so that links, `..`, other names of a mounted disk and other spellings on
    a disk that ignores capitals make no difference.
    """
    real = Path(os.path.realpath(path))  # Path.resolve raises for links in a circle
    return any(_is_same(part, folder) for part in (real, *real.parents))


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


@contextmanager
def new_files(folder: Path, option: str) -> Iterator[Path]:
    """An empty folder to fill; its files are then moved below `folder`, all of them or none.

    A file that is there already with the same bytes is left alone, so that a command can run
    again. Raises UserError where one has other bytes, or where `folder` cannot be written.
    """
    try:
        with tempfile.TemporaryDirectory(
            prefix=".ganbench-", dir=_there(folder), ignore_cleanup_errors=True
        ) as made:
            yield Path(made)
            _move(Path(made), folder, option)
    except OSError as error:
        raise UserError(
            f"the output cannot be written: {error.strerror or error}",
            f"{option} {folder}",
            "give a writable place with room",
        ) from error


def put(path: Path, data: bytes) -> None:
    """A new file. Raises UserError where the file system takes another one's name for the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise UserError(
            "two outputs would be one file on this disk", path.name, "rename one input"
        ) from error


def _there(folder: Path) -> Path:
    """The folder, or what there is of the path to it."""
    return next(part for part in (folder, *folder.absolute().parents) if part.exists())


def _move(made: Path, folder: Path, option: str) -> None:
    """On one disk, so that nothing is left half written."""
    names = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
    taken = {name for name in names if os.path.lexists(folder / name)}
    differ = [name for name in sorted(taken) if not _has_bytes_of(folder / name, made / name)]
    _refuse(differ, folder, option)
    new_folders: list[Path] = []
    new: list[Path] = []
    try:
        for name in (name for name in names if name not in taken):
            target = folder / name
            new_folders += _make_folder(target.parent)
            if os.path.lexists(target):  # by another process, meanwhile
                _refuse([name], folder, option)
            os.replace(made / name, target)
            new.append(target)
    except BaseException:
        for target in new:
            target.unlink(missing_ok=True)
        for made_folder in reversed(new_folders):
            with suppress(OSError):  # another process has put something there
                made_folder.rmdir()
        raise


def _refuse(names: Sequence[Path], folder: Path, option: str) -> None:
    if names:
        several = f"{len(names)} files are" if len(names) > 1 else "a file is"
        raise UserError(
            f"{several} there already, with other content: {first_few(map(str, names))}",
            f"{option} {folder}",
            "give a new place, or move what is there",
        )


def _has_bytes_of(path: Path, other: Path) -> bool:
    return path.is_file() and filecmp.cmp(path, other, shallow=False)


def _make_folder(folder: Path) -> list[Path]:
    """The folders that were made, the outer ones first."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir()
    return missing[::-1]


def write_atomically(path: Path, data: bytes) -> None:
    """The whole file or the old one, never a part; where two write at once, the later one's."""
    partial = path.with_name(f"{path.name}.{uuid4().hex[:8]}.partial")
    try:
        partial.write_bytes(data)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
