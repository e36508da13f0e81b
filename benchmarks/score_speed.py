"""How long 10,000 images against 10,000 keep `ganbench score` busy.

`python benchmarks/score_speed.py [N]` writes N (10,000) pictures of 64 px a side to a temporary
folder and times the command for kernel and Fréchet distance, precision and recall: on two new
folders, and again with new fakes, when the real images' features are in the cache. It prints the
seconds, their ratio, and the most memory that a command held.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 64


def write_pictures(folder: Path, count: int, seed: int) -> None:
    folder.mkdir()
    rng = np.random.default_rng(seed)
    for number in range(count):
        coarse = Image.fromarray(rng.integers(256, size=(8, 8, 3), dtype=np.uint8))
        picture = coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        picture.save(folder / f"{number:06d}.png")


def timed_score(real: Path, fake: Path, cache: Path) -> float:
    """Seconds of the command as a user has it."""
    command = [sys.executable, "-m", "ganbench", "score", str(real), str(fake), "--json"]
    start = time.perf_counter()
    subprocess.run([*command, "--cache-dir", str(cache)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        for seed, name in enumerate(("real", "fake", "more")):
            write_pictures(root / name, count, seed)
        first = timed_score(root / "real", root / "fake", root / "cache")
        second = timed_score(root / "real", root / "more", root / "cache")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"{count:,} against {count:,} images of {SIDE} px, {os.cpu_count()} cores")
    print(f"first {first:.0f} s; other fakes, same real ones {second:.0f} s")
    print(f"ratio {second / first:.2f}; at most {peak:.2f} GB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
