"""Pictures of a data set, listed with their labels and not yet decoded."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from ganbench.core.errors import UserError, first_few, unknown
from ganbench.data.pixels import open_picture

Pictures = Sequence[Image.Image]
PICTURE = "picture"
# What an `open_file` raises for a file that cannot be read.
UNREADABLE = (OSError, ValueError, IndexError)


@dataclass(frozen=True)
class Files:
    """Files below the folder `root`.

    names: below the root and with "/"; as text, for a Path each takes longer to make than 200,000
        names to read.
    """

    root: Path
    names: tuple[str, ...]

    @cached_property
    def sizes_times(self) -> np.ndarray:
        """int64 (n, 2): bytes, and the time of change in nanoseconds; -1 for a missing file.

        Asked of the system once, for that is most of what knowing a large set again takes.
        """
        prefix = os.path.join(self.root, "")  # noqa: PTH118
        pairs = [_size_time(prefix + name) for name in self.names]
        return np.array(pairs, dtype="<i8").reshape(-1, 2)


def _size_time(path: str) -> tuple[int, int]:
    try:
        stat = os.stat(path)  # noqa: PTH116  # 200,000 Paths take a second to make
    except OSError:
        return -1, -1
    return stat.st_size, stat.st_mtime_ns


@dataclass(frozen=True)
class Listing:
    """n pictures in files that hold one or more of them, in an order that every machine gives.

    files: those that hold the pictures, below the data set's folder.
    file, part: int64 (n,); picture i is number `part[i]` of file `file[i]`.
    open_file: decodes one file into all its pictures, 8-bit RGB or grey, of any size. Raises
        OSError or ValueError for a file that cannot be read. A function at the top of its module,
        so that its name can be part of a cache's key. It is called from several threads.
    truth: labels, each (n,). `identity` (str or int) is always there: pictures of one identity
        are never in two splits or domains. Further ones where the set has them:
        `azimuth_deg`, an attribute as bool, `official` as "train", "validation" or "test".
    """

    files: Files
    file: np.ndarray
    part: np.ndarray
    open_file: Callable[[Path], Pictures]
    truth: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.file)

    def pictures(self, number: int) -> Pictures:
        """Those of file `number`. Raises what `open_file` does."""
        return self.open_file(self.files.root / self.files.names[number])

    def label(self, name: str) -> np.ndarray:
        """One label of the truth. Raises UserError for an unknown one, with the closest name."""
        if name not in self.truth:
            raise unknown("label", name, self.truth, str(self.files.root))
        return self.truth[name]

    def take(self, index: np.ndarray) -> Listing:
        """The pictures at `index` (int64 positions or a bool mask), in its order."""
        truth = {name: values[index] for name, values in self.truth.items()}
        return replace(self, file=self.file[index], part=self.part[index], truth=truth)

    def named(self) -> Listing:
        """With a label `picture`, how a person finds each: its file, and its number in that from 1
        where several of the file's pictures are listed.
        """
        several = np.bincount(self.file) > 1
        names = [
            f"{self.files.names[file]}, picture {part + 1}"
            if several[file]
            else self.files.names[file]
            for file, part in zip(self.file.tolist(), self.part.tolist(), strict=True)
        ]
        return replace(self, truth={**self.truth, PICTURE: np.array(names, dtype=str)})


def one_each(root: Path, files: Sequence[str], truth: Mapping[str, np.ndarray]) -> Listing:
    """The listing of image files, named below `root`, that hold a picture each."""
    order = np.arange(len(files))
    return Listing(Files(root, tuple(files)), order, np.zeros_like(order), one_picture, truth)


def one_picture(path: Path) -> Pictures:
    """The picture of an image file."""
    return (open_picture(path),)


class UnreadableFiles(UserError):
    """Image files that cannot be read.

    failures: each as "name (reason)"; total: the number of all files; where: the folder.
    """

    def __init__(self, failures: Sequence[str], total: int, where: Path | str) -> None:
        super().__init__(
            f"{len(failures)} of {total} images cannot be read: {first_few(failures, '; ')}",
            str(where),
            "correct or remove them, or leave them out by --skip-unreadable",
        )
        self.failures = tuple(failures)
        self.total = total

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.failures, self.total, self.where)

    def and_of(self, other: UnreadableFiles) -> UnreadableFiles:
        """Both as one error."""
        failures = (*self.failures, *other.failures)
        where = f"{self.where} and {other.where}"
        return UnreadableFiles(failures, self.total + other.total, where)
