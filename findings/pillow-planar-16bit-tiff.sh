#!/usr/bin/env bash
# Question: How is a 16-bit RGB TIFF read whose channels are stored one after the other
#   (PlanarConfiguration 2)?
# Guess, written first: Pillow refuses it, for it has no mode for 16-bit RGB.
# Versions: Python 3.11, Pillow 13.0.0, OpenCV 5.0.0.93, tifffile 2026.3.3.
# Seen: Pillow opens the uncompressed file as RGB and gives wrong pixels without a word: it takes
#   the bytes of one plane for whole samples. The same picture with deflate is right (but for the
#   low byte). OpenCV is right with IMREAD_COLOR; with IMREAD_UNCHANGED it takes the first plane
#   for interleaved colours.
# Matters: TIFFs from microscopes and scanners are often planar. A metric of such pictures is a
#   metric of noise. Refuse PlanarConfiguration 2 with more than 8 bits, or read it with tifffile
#   and move the axis.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  pillow==13.0.0 \
  opencv-python-headless==5.0.0.93 \
  tifffile==2026.3.3
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import cv2
import numpy as np
import tifffile
from PIL import Image


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


picture = np.linspace(0, 65535, 4 * 4 * 3).astype(np.uint16).reshape(4, 4, 3)
planes = np.ascontiguousarray(picture.transpose(2, 0, 1))
high_bytes = picture >> 8
for compression in (None, "deflate"):
    tifffile.imwrite(
        "planes.tif", planes, photometric="rgb", planarconfig="separate", compression=compression
    )
    name = compression or "uncompressed"
    with Image.open("planes.tif") as opened:
        mode, pixels = opened.mode, np.asarray(opened)
    print(f"{name}: first row {pixels[0].tolist()}, should be {high_bytes[0].tolist()}")
    right = bool((pixels == high_bytes).all())
    note(f"Pillow, {name}: mode and right", (mode, right), ("RGB", compression is not None))
    colour = cv2.imread("planes.tif", cv2.IMREAD_COLOR)[..., ::-1]
    off = int(np.abs(colour.astype(int) - high_bytes).max())
    note(f"OpenCV IMREAD_COLOR, {name}: right within 1", off <= 1, True)
    unchanged = cv2.imread("planes.tif", cv2.IMREAD_UNCHANGED)[..., ::-1]
    plane = planes[0].ravel()
    first = bool((unchanged.reshape(-1)[: plane.size] == plane).all())
    note(f"OpenCV IMREAD_UNCHANGED, {name}: right", bool((unchanged == picture).all()), False)
    print("  it begins", unchanged[0, 0].tolist(), "where the first plane has", plane[:3].tolist())
PYTHON
