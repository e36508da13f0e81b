"""Folders of small pictures to score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

SIDE = 24


def picture(seed: int, noise: float = 0.0, blur: float = 0.0) -> Image.Image:
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(256, size=(4, 4, 3), dtype=np.uint8))
    smooth = coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    smooth = smooth.filter(ImageFilter.GaussianBlur(blur)) if blur else smooth
    noisy = np.asarray(smooth) + rng.normal(0, noise, (SIDE, SIDE, 3))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def write(folder: Path, first: int, count: int, noise: float = 0.0, blur: float = 0.0) -> Path:
    """Pictures of the seeds from `first` on."""
    folder.mkdir(parents=True)
    for seed in range(first, first + count):
        picture(seed, noise, blur).save(folder / f"{seed:05d}.png")
    return folder
