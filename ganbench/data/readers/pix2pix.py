"""The paired sets of pix2pix (Isola et al., 2017): edges2shoes and edges2handbags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import ImageFilter

from ganbench.data.listing import Files, Listing, Pictures
from ganbench.data.pixels import open_picture
from ganbench.data.readers.layout import locate, matching

Side = Literal["edges", "photo"]
SIDES: tuple[Side, ...] = ("edges", "photo")  # left and right, parts 0 and 1
FILE = re.compile(r"(\d+)_AB\.jpg")
OFFICIAL = {"train": "train", "val": "validation"}


def list_pix2pix(root: Path, sides: Sequence[Side] = SIDES) -> Listing:
    """The sides `sides` of every file, `train` before `val`, each in the order of the numbers.

    root: the folder of the set, `edges2shoes` or `edges2handbags`.

    The truth's `side` tells edges from photos. The identity is the file, so that an edge map and
    its photo are never in two domains.
    """
    fix = "give the folder edges2shoes or edges2handbags, with its train and val"
    root = locate(root, ("",), tuple(OFFICIAL), fix)
    pairs = [(folder, match) for folder in OFFICIAL for match in _pairs(root / folder)]
    count = len(sides)
    truth = {
        "identity": np.repeat([f"{folder}/{int(match[1])}" for folder, match in pairs], count),
        "official": np.repeat([OFFICIAL[folder] for folder, _ in pairs], count),
        "side": np.tile(np.array(sides), len(pairs)),
    }
    return Listing(
        Files(root, tuple(f"{folder}/{match[0]}" for folder, match in pairs)),
        np.repeat(np.arange(len(pairs)), count),
        np.tile([SIDES.index(side) for side in sides], len(pairs)),
        open_pair,
        truth,
    )


def open_pair(path: Path) -> Pictures:
    """The edge map, its dark lines thickened as the authors do (3x3 dilation), and the photo."""
    pair = open_picture(path)
    width, height = pair.size
    if width != 2 * height:
        raise ValueError(f"{width}x{height} pixels, not two squares side by side")
    edges, photo = (pair.crop((left, 0, left + height, height)) for left in (0, height))
    return edges.filter(ImageFilter.MinFilter(3)), photo


def _pairs(folder: Path) -> list[re.Match[str]]:
    matches = matching(folder, FILE, "no file named as 1_AB.jpg")
    return sorted(matches, key=lambda match: int(match[1]))
