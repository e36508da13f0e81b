"""Pictures and other files that a mesh file names, and the colours that textures give triangles."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from ganbench.data.pixels import ENDINGS, pixels
from ganbench.data.readers.triangles import Floats
from ganbench.data.tree import LEFT_OVERS

Pixels = npt.NDArray[np.uint8]

COMPANIONS = frozenset({".mtl", ".bin", *ENDINGS})
AS_IT_IS: Floats = np.arange(256) / 255
TRANSPARENT = ("RGBA", "LA", "P", "PA")
# Corner shares of points spread evenly within a triangle.
STEPS = 5
WITHIN = np.array(
    [
        ((i + 1 / 3) / STEPS, (j + 1 / 3) / STEPS, 1 - (i + j + 2 / 3) / STEPS)
        for i in range(STEPS)
        for j in range(STEPS - i)
    ]
)


def companion(root: Path, folder: Path, name: str) -> Path | None:
    """The file `name`, as a mesh file in `folder` calls it; None where it is not there.

    Only files below `root` that are no hidden ones count: the data's identity covers these.
    """
    path = Path(os.path.normpath(folder / name.replace("\\", "/")))
    if not path.is_relative_to(root) or path.suffix.lower() not in COMPANIONS:
        return None
    parts = path.relative_to(root).parts
    if any(part.startswith(".") or part in LEFT_OVERS for part in parts):
        return None
    try:
        return path if path.is_file() else None
    except (OSError, ValueError):  # such as a name that is too long
        return None


def texture_pixels(file: Path | None) -> Pixels | None:
    """uint8 (height, width, 3), top row first; None where the picture cannot be read."""
    if file is None:
        return None
    try:
        with Image.open(file) as opened:
            return pixels_of(opened)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def pixels_of(image: Image.Image) -> Pixels:
    """uint8 (height, width, 3), without transparency. Raises ValueError for an unknown range."""
    opaque = image.convert("RGB") if image.mode in TRANSPARENT else image
    return pixels(opaque).transpose(1, 2, 0)


def texture_colours(pixels: Pixels, uv: Floats, meaning: Floats = AS_IT_IS) -> Floats:
    """The mean colour of each triangle, (m, 3), of a texture that repeats itself.

    pixels: (height, width, 3). uv: of the corners, (m, 3, 2), from the left and the top.
    meaning: what each of the 256 values stands for.
    """
    height, width = pixels.shape[:2]
    total = np.zeros((len(uv), 3))
    for shares in WITHIN:
        u, v = np.einsum("c,mcd->dm", shares, uv) % 1.0
        row = np.minimum((v * height).astype(np.int64), height - 1)
        column = np.minimum((u * width).astype(np.int64), width - 1)
        total += meaning[pixels[row, column]]
    return total / len(WITHIN)
