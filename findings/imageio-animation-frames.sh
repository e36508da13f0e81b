#!/usr/bin/env bash
# Question: What does imageio.v3.imread give of an animation?
# Guess, written first: All frames, stacked, for GIF, APNG and WebP; the first alone for MPO.
# Versions: Python 3.11, imageio 2.38.1, Pillow 13.0.0, tifffile 2026.3.3.
# Seen: GIF, APNG and TIFF give four axes, even a GIF of one frame; WebP, AVIF and MPO give the
#   first frame alone, though Pillow, which reads them, counts all. imageio.v2 gives the first
#   frame, but for TIFF.
# Matters: Code that tells one picture from many by the number of axes works for GIF and silently
#   drops frames of WebP.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  pillow==13.0.0 \
  imageio==2.38.1 \
  tifffile==2026.3.3
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import imageio.v2
import imageio.v3
from PIL import Image


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


NOTED = {
    "gif": (3, (3, 5, 6, 3), (5, 6, 3)),
    "png": (3, (3, 5, 6, 3), (5, 6, 3)),
    "webp": (3, (5, 6, 3), (5, 6, 3)),
    "avif": (3, (5, 6, 3), (5, 6, 3)),
    "tif": (3, (3, 5, 6, 3), (3, 5, 6, 3)),
    "mpo": (3, (5, 6, 3), (5, 6, 3)),
}
frames = [Image.new("RGB", (6, 5), colour) for colour in ("red", "lime", "blue")]
for suffix, noted in NOTED.items():
    file = f"moving.{suffix}"
    frames[0].save(file, save_all=True, append_images=frames[1:])
    with Image.open(file) as opened:
        count = opened.n_frames
    shapes = (imageio.v3.imread(file).shape, imageio.v2.imread(file).shape)
    note(f"{suffix}: frames by Pillow, shapes by v3 and v2", (count, *shapes), noted)
frames[0].save("still.gif")
note("gif of one frame: v3", imageio.v3.imread("still.gif").shape, (1, 5, 6, 3))
PYTHON
