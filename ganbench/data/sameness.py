"""Whether all pictures of a side are one and the same, which none of their scores would tell."""

from __future__ import annotations

import numpy as np

AT_ONCE = 256  # pictures; the set may be mapped from a file that is larger than memory


def sameness(images: np.ndarray) -> str:
    """A warning where uint8 images (n, C, H, W) are all the same, or each of one colour; else an
    empty text, also of fewer than two images.
    """
    if len(images) < 2:
        return ""
    parts = [images[i : i + AT_ONCE] for i in range(0, len(images), AT_ONCE)]
    plain = all(bool((part == part[:, :, :1, :1]).all()) for part in parts)
    if all(bool((part == images[0]).all()) for part in parts):
        colour = f", of the one colour {tuple(images[0][:, 0, 0].tolist())}" if plain else ""
        return f"all {len(images)} pictures are the same{colour}"
    return f"each of the {len(images)} pictures is of one colour" if plain else ""
