"""Pictures of a data set, listed with their labels and not yet decoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ganbench.errors import unknown

Pictures = Sequence[Image.Image]


@dataclass(frozen=True)
class Listing:
    """n pictures in files that hold one or more of them, in an order that every machine gives.

    root: the data set's folder.
    files: names, below the root and with "/", of the files that hold the pictures; as text, for
        a Path each takes longer to make than 200,000 names to read.
    file, part: int64 (n,); picture i is number `part[i]` of `files[file[i]]`.
    open_file: decodes one file into all its pictures, of any mode and size. Raises OSError or
        ValueError for a file that cannot be read. A function at the top of its module, so that a
        cache can tell one from another, and called from several threads.
    truth: labels, each (n,). `identity` (str or int) is always there: pictures of one identity
        never come apart into two splits or domains. Further ones where the set has them:
        `azimuth_deg`, an attribute as bool, `official` as "train", "validation" or "test".
    """

    root: Path
    files: tuple[str, ...]
    file: np.ndarray
    part: np.ndarray
    open_file: Callable[[Path], Pictures]
    truth: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.file)

    def pictures(self, number: int) -> Pictures:
        """Those of `files[number]`. Raises what `open_file` does."""
        return self.open_file(self.root / self.files[number])

    def label(self, name: str) -> np.ndarray:
        """One label of the truth. Raises UserError for an unknown one, with the closest name."""
        if name not in self.truth:
            raise unknown("label", name, self.truth, str(self.root))
        return self.truth[name]

    def take(self, index: np.ndarray) -> Listing:
        """The pictures at `index` (int64 positions or a bool mask), in its order."""
        truth = {name: values[index] for name, values in self.truth.items()}
        return Listing(
            self.root, self.files, self.file[index], self.part[index], self.open_file, truth
        )
