"""Sets for unpaired translation in the layouts of the published ones, with other pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def write_pictures(folder: Path, count: int, seed: int, side: int = 40) -> Path:
    """JPEGs of few colours, no two alike."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    for i in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (5, 5, 3), np.uint8))
        coarse.resize((side, side), Image.Resampling.BICUBIC).save(folder / f"n{i:04d}.jpg")
    return folder


def write_horses(root: Path, counts: tuple[int, int, int, int] = (12, 14, 6, 7)) -> Path:
    """The layout of horse2zebra: trainA, trainB, testA, testB."""
    for seed, (name, count) in enumerate(
        zip(("trainA", "trainB", "testA", "testB"), counts, strict=True)
    ):
        write_pictures(root / name, count, seed)
    return root


def write_animals(root: Path, tests: str = "val") -> Path:
    """The layout of AFHQ: train/cat, train/dog, train/wild, and val (or test, in version 2)."""
    for seed, name in enumerate(("cat", "dog", "wild")):
        write_pictures(root / "train" / name, 10 + seed, seed)
        write_pictures(root / tests / name, 6 + seed, 10 + seed)
    return root
