"""What the readers of public data sets share: finding their files, and opening them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ganbench.core.errors import UserError, first_few
from ganbench.data.tree import LEFT_OVERS

Entry = str | tuple[str, ...]


def locate(root: Path, places: Sequence[str], entries: Sequence[Entry], fix: str) -> Path:
    """The first of `places` below `root` that holds something for each of `entries`: a glob, or
    several of which one will do. Where there is none, the one folder in `root` that has such a
    place, for archives and mirrors pack a set into a folder of its own.

    Raises UserError, with what `root` lacks, where there is none or more than one.
    """
    if not root.is_dir():
        problem = "is not a folder" if root.exists() else "does not exist"
        raise UserError(f"the data folder {problem}", str(root), fix)
    here = _place(root, places, entries)
    if here is not None:
        return here
    deeper = [_place(folder, places, entries) for folder in folders(root)]
    data_folders = {place.resolve(): place for place in deeper if place is not None}
    if len(data_folders) > 1:
        listed = first_few(place.relative_to(root).as_posix() for place in data_folders.values())
        raise UserError(
            f"{len(data_folders)} folders have the data: {listed}", str(root), "give one of them"
        )
    if data_folders:
        return next(iter(data_folders.values()))
    lacking = " and no ".join(_missing(root, entries))
    holds = first_few(file_names(root)) or "nothing"
    raise UserError(f"no {lacking} in the data folder, which holds {holds}", str(root), fix)


def _place(folder: Path, places: Sequence[str], entries: Sequence[Entry]) -> Path | None:
    return next((folder / p for p in places if not _missing(folder / p, entries)), None)


def folders(root: Path) -> list[Path]:
    """Those directly below that are no left-overs."""
    names = [name for name in file_names(root) if not name.startswith(".")]
    return [root / name for name in names if name not in LEFT_OVERS and (root / name).is_dir()]


def _missing(folder: Path, entries: Sequence[Entry]) -> list[str]:
    """The first glob of each entry that nothing is there for."""
    ways = [(entry,) if isinstance(entry, str) else entry for entry in entries]
    return [globs[0] for globs in ways if not any(_has(folder, pattern) for pattern in globs)]


def _has(folder: Path, pattern: str) -> bool:
    return next(folder.glob(pattern), None) is not None


def file_names(folder: Path) -> list[str]:
    """Sorted names of what lies in `folder` and is not hidden, as macOS's `._*` are.

    Raises UserError where it cannot be listed.
    """
    try:
        names = os.listdir(folder)  # noqa: PTH208  # much faster than Paths
        return sorted(name for name in names if not name.startswith("."))
    except OSError as error:
        raise UserError(
            f"the folder cannot be listed: {error.strerror}",
            str(folder),
            "unpack the data set again",
        ) from error


def matching(
    folder: Path, pattern: re.Pattern[str], lack: str, fix: str = "unpack the data set again"
) -> list[re.Match[str]]:
    """The names in `folder` that match as a whole, sorted.

    Raises UserError as `file_names`, and with `lack` and `fix` where there is none.
    """
    found = [match for name in file_names(folder) if (match := pattern.fullmatch(name))]
    if not found:
        raise UserError(lack, str(folder), fix)
    return found


@dataclass(frozen=True, eq=False)
class Frames(Sequence[Image.Image]):
    """Pictures that lie in one uint8 array (n, height, width) or (n, height, width, 3)."""

    pixels: np.ndarray

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int) -> Image.Image:  # type: ignore[override]  # no slices
        return Image.fromarray(np.ascontiguousarray(self.pixels[index]))
