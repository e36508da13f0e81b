"""A user's folders of images as two domains in three splits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganbench.core.seeds import seed_for
from ganbench.core.spec import DomainName, Reading
from ganbench.data.image_folder import ImageFolder, read_image_folder
from ganbench.data.overlap import require_apart
from ganbench.data.split_folders import DOMAINS
from ganbench.task_families.collection import split_indices

MIN_IMAGES = 3
WHOLE = "all"  # the only part of a domain that has no splits of its own
Indices = Mapping[str, tuple[str, np.ndarray]]


@dataclass(frozen=True)
class OwnFolders:
    """The folders of each domain by its parts: WHOLE alone, or `train`, `test` and perhaps
    `validation`, as the set's owner split it.
    """

    by_domain: Mapping[DomainName, Mapping[str, ImageFolder]]

    def named(self) -> dict[str, ImageFolder]:
        """By what a person calls them, such as "A" or "A test"."""
        return {
            name if part == WHOLE else f"{name} {part}": folder
            for name, by_part in self.by_domain.items()
            for part, folder in by_part.items()
        }

    def splits(self, name: DomainName, validation_share: float, test_share: float) -> Indices:
        """By split, its part and the positions of its images there. What the owner has not split is
        drawn from the train images, or from all; a share of 0 gives no such split.
        """
        counts = {part: len(folder.names) for part, folder in self.by_domain[name].items()}
        own = {p: (p, np.arange(n)) for p, n in counts.items() if p not in (WHOLE, "train")}
        part = WHOLE if WHOLE in counts else "train"
        asked = {"validation": validation_share, "test": test_share}
        shares = {split: share for split, share in asked.items() if share and split not in own}
        drawn = split_indices(counts[part], list(shares.values()), seed_for(0, "split", name))
        parts = dict(zip(("train", *shares), drawn, strict=True))
        return {**{split: (part, index) for split, index in parts.items()}, **own}


def own_folders(
    places: Mapping[str, Mapping[DomainName, Path]], reading: Reading, cache_dir: Path
) -> OwnFolders:
    """Without what cannot be read where that is to be left out. places: by part and domain.

    Raises UserError as `read_image_folder`, and where folders of the domains overlap.
    """
    by_domain: dict[DomainName, dict[str, ImageFolder]] = {
        name: {
            part: read_image_folder(own[name], MIN_IMAGES, reading, cache_dir)
            for part, own in places.items()
        }
        for name in DOMAINS
    }
    for part in places:
        in_a, in_b = (by_domain[name][part].listing().files for name in DOMAINS)
        require_apart(in_a, in_b, ("A", "B"))
    return OwnFolders(by_domain)
