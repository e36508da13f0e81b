"""What a listing holds, counted, and a sample of its pictures decoded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganbench.data.listing import UNREADABLE, Listing
from ganbench.data.pixels import picture_limit

SEED = 0
FEW = 6


@dataclass(frozen=True)
class Broken:
    """A file that cannot be decoded."""

    file: str
    reason: str


def summary(listing: Listing) -> list[tuple[str, str]]:
    """Names and counts: pictures, files, identities, and each label's values."""
    identities = np.unique(listing.truth["identity"])
    lines = [
        ("pictures", f"{len(listing):,}"),
        ("files", f"{len(np.unique(listing.file)):,}"),
        ("identities", f"{len(identities):,}"),
    ]
    labels = {name: values for name, values in listing.truth.items() if name != "identity"}
    return lines + [(name, label_text(labels[name])) for name in sorted(labels)]


def label_text(values: np.ndarray) -> str:
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= FEW:
        return ", ".join(f"{value}: {n:,}" for value, n in zip(distinct, counts, strict=True))
    return f"{len(distinct):,} values, {distinct[0]} to {distinct[-1]}"


def broken_files(listing: Listing, sample: int) -> list[Broken]:
    """Those files of `sample` random pictures that cannot be decoded."""
    picked = np.random.default_rng(SEED).permutation(len(listing))[:sample]
    broken = []
    for number in np.unique(listing.file[picked]):
        parts = listing.part[picked][listing.file[picked] == number]
        try:
            with picture_limit():
                pictures = listing.pictures(number)
            for part in parts:
                pictures[part].load()
        except UNREADABLE as error:
            file = listing.files.root / listing.files.names[number]
            broken.append(Broken(str(file), str(error) or type(error).__name__))
    return broken
