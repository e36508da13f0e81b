"""How long a data set of CelebA's size keeps a run waiting.

`python benchmarks/data_speed.py` makes 202,599 empty files with their labels, and a cache entry of
as many random pictures, in a temporary folder (2.5 GB), and prints: the time to list the set; the
time that a second run takes to find its pictures in the cache; random batches read a second, on
one core; and photographs of CelebA's size decoded a second.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from ganbench.core.cache import cached_files
from ganbench.data.decoded import decoded, fingerprint
from ganbench.data.listing import one_each
from ganbench.data.readers.celeba import known_celeba, list_celeba

IMAGES = 202_599
ATTRIBUTES = 40
SIZE = 64
BATCH = 200
BATCHES = 500
DECODED = 1_000


def timed(function: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def write_celeba(root: Path) -> None:
    """CelebA's label files, and empty files for its images."""
    rng = np.random.default_rng(0)
    names = [f"{number:06d}.jpg" for number in range(1, IMAGES + 1)]
    values = rng.choice(np.array(["-1", " 1"]), (IMAGES, ATTRIBUTES))
    with (root / "list_attr_celeba.txt").open("w") as out:
        out.write(f"{IMAGES}\n{' '.join(f'Attribute_{i}' for i in range(ATTRIBUTES))} \n")
        out.writelines(f"{n}  {' '.join(v)}\n" for n, v in zip(names, values, strict=True))
    for file, top in (("list_eval_partition.txt", 3), ("identity_CelebA.txt", 10_178)):
        numbers = rng.integers(top, size=IMAGES)
        lines = (f"{n} {v}\n" for n, v in zip(names, numbers, strict=True))
        (root / file).write_text("".join(lines))
    folder = root / "img_align_celeba"
    folder.mkdir()
    for name in names:
        (folder / name).touch()


def write_pictures(folder: Path) -> None:
    """One array of random pixels, written in pieces."""
    shape = (IMAGES, 3, SIZE, SIZE)
    out = np.lib.format.open_memmap(folder / "images.npy", mode="w+", dtype=np.uint8, shape=shape)
    rng = np.random.default_rng(0)
    for start in range(0, IMAGES, 5_000):
        piece = out[start : start + 5_000]
        piece[:] = np.frombuffer(rng.bytes(piece.size), np.uint8).reshape(piece.shape)


def start_again(root: Path, cache: Path) -> None:
    """What a second run does before its first batch: lists, and finds each split in the cache."""
    listing = known_celeba(root, cache)
    fingerprint(listing)
    for part in np.array_split(np.random.default_rng(0).permutation(IMAGES), 2):
        fingerprint(listing.take(part))


def read_batches(images: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    for _ in range(BATCHES):
        images[rng.integers(len(images), size=BATCH)]


def write_photographs(folder: Path) -> list[str]:
    """JPEG files of 178x218 pixels, smooth as photographs are."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    files = [f"{index}.jpg" for index in range(DECODED)]
    for file in files:
        coarse = Image.fromarray(rng.integers(256, size=(14, 11, 3), dtype=np.uint8))
        coarse.resize((178, 218), Image.Resampling.BICUBIC).save(folder / file, quality=92)
    return files


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        root, cache = Path(made), Path(made, "cache")
        write_celeba(root)
        print(f"list {IMAGES:,} images with their labels: {timed(lambda: list_celeba(root)):.1f} s")
        known_celeba(root, cache)
        again = "a second run lists them, and knows them and both halves again: {:.2f} s"
        print(again.format(timed(lambda: start_again(root, cache))))
        images = cached_files(cache, "speed", {}, write_pictures)["images"]
        read_batches(images)
        rate = BATCH * BATCHES / timed(lambda: read_batches(images))
        print(f"random batches of {BATCH} at {SIZE} px: {rate:,.0f} images a second")
        files = write_photographs(root / "photographs")
        photographs = one_each(root / "photographs", files, {"identity": np.arange(DECODED)})
        took_s = timed(lambda: decoded(photographs, SIZE, cache, lambda line: None))
        print(f"decode with {os.cpu_count()} cores: {DECODED / took_s:,.0f} images a second")


if __name__ == "__main__":
    main()
