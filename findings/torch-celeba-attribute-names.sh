#!/usr/bin/env bash
# Question: are the attributes that torchvision's CelebA gives named one to one? The line of names in the
#   published list_attr_celeba.txt ends with a space, as the copies of it in public code do.
# Guess, written first: As many names as columns; the reader skips spaces.
# Versions: Python 3.11, torch 2.15.0, torchvision 0.29.2 (as the package index gives them for Linux), on a CPU.
# Seen: One name more than columns: `attr_names` ends with an empty name, so CelebA has 41 names for 40
#   columns. Spaces before a word are skipped, the one after the last word begins another. Lines of images
#   are read right, for they end without a space. `attr_names[-1]` is the empty name, and not Young; a dict
#   of names and values by zip lacks nothing, so that only the lengths tell.
# Matters: Networks that are made for len(dataset.attr_names) attributes, a condition vector or a probe, get
#   an output without data, or fail far from here; `attr_names[-k:]` are other columns than `attr[:, -k:]`.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 torchvision==0.29.2 numpy==2.4.6
cd "$work"
CUDA_VISIBLE_DEVICES="" "$work/venv/bin/python" - <<'PYTHON'
import sys
from pathlib import Path

from torchvision.datasets import CelebA

NAMES = ["Bald", "Male", "Smiling"]
TABLES = {
    "list_eval_partition": "000001.jpg 0\n000002.jpg 0\n",
    "identity_CelebA": "000001.jpg 1\n000002.jpg 2\n",
    "list_bbox_celeba": "2\nimage_id x_1 y_1 width height \n000001.jpg 1 2 30 40\n000002.jpg 1 2 30 40\n",
    "list_landmarks_align_celeba": "2\nnose_x nose_y \n000001.jpg 9 9\n000002.jpg 9 9\n",
}


class Small(CelebA):
    """Two images' worth of the tables; the class asks for the published files' sums."""

    def _check_integrity(self) -> bool:
        return True


def read(end: str) -> CelebA:
    folder = Path("celeba")
    folder.mkdir(exist_ok=True)
    table = f"2\n{' '.join(NAMES)}{end}\n000001.jpg -1  1  1\n000002.jpg  1 -1 -1\n"
    for name, text in {**TABLES, "list_attr_celeba": table}.items():
        (folder / f"{name}.txt").write_text(text)
    return Small(".", "train", "attr")


noted = {"": NAMES, " ": [*NAMES, ""]}
for end, names in noted.items():
    found = read(end)
    print(f"line of names ends with {end!r}: {found.attr_names}, columns {found.attr.shape[1]}")
    if found.attr_names != names or found.attr.tolist() != [[0, 1, 1], [1, 0, 0]]:
        sys.exit(f"changed: with {end!r} at the end there were {names}, and three columns")
PYTHON
