"""What the readers of public data sets share: finding their files, and opening them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ganbench.errors import UserError

NAMED_EXAMPLES = 3


def locate(root: Path, places: Sequence[str], entries: Sequence[str], fix: str) -> Path:
    """The first of `places` below `root` that holds something for each glob of `entries`.

    Raises UserError where there is none, telling what `root` itself lacks.
    """
    if not root.is_dir():
        problem = "is not a folder" if root.exists() else "does not exist"
        raise UserError(f"the data folder {problem}", str(root), fix)
    for place in places:
        if not _missing(root / place, entries):
            return root / place
    lacking = " and no ".join(_missing(root, entries))
    raise UserError(f"no {lacking} in the data folder", str(root), fix)


def _missing(folder: Path, entries: Sequence[str]) -> list[str]:
    return [entry for entry in entries if next(folder.glob(entry), None) is None]


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


def matching(folder: Path, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """The names in `folder` that match as a whole, sorted. Raises UserError as `file_names`."""
    found = (pattern.fullmatch(name) for name in file_names(folder))
    return [match for match in found if match]


def examples(names: Iterable[str]) -> str:
    """The first few of the names, for a message."""
    listed = list(names)
    more = ", ..." if len(listed) > NAMED_EXAMPLES else ""
    return ", ".join(listed[:NAMED_EXAMPLES]) + more


@dataclass(frozen=True, eq=False)
class Frames(Sequence[Image.Image]):
    """Pictures that lie in one uint8 array (n, height, width) or (n, height, width, 3)."""

    pixels: np.ndarray

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int) -> Image.Image:  # type: ignore[override]  # no slices
        return Image.fromarray(np.ascontiguousarray(self.pixels[index]))
