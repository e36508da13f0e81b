#!/usr/bin/env bash
# Question: A TIFF is in CIELab (PhotometricInterpretation 8). Do Pillow and OpenCV make the same
#   RGB of it?
# Guess, written first: Yes, within 4 levels.
# Versions: Python 3.11, Pillow 13.0.0, OpenCV 5.0.0.93, tifffile 2026.3.3.
# Seen: No: a neutral grey of L 50 is (118, 118, 118) in Pillow and the yellowish (132, 122, 106)
#   in OpenCV, which does not go from the white of D50 to that of sRGB. L 70, a -30, b -30 is (26,
#   187, 224) and (79, 189, 198). tifffile and imageio give L, a, b as if they were R, G, B.
# Matters: Prints and scans kept in Lab get another hue by reader, greys too. Refuse Lab, or name
#   the reader with the score.
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


def apart(lightness, a, b):
    """How far Pillow's and OpenCV's RGB are apart, in levels."""
    pixel = np.array([round(lightness * 2.55), a & 255, b & 255], np.uint8)
    tifffile.imwrite("lab.tif", np.tile(pixel, (4, 4, 1)), photometric="cielab")
    with Image.open("lab.tif") as opened:
        pillow = np.asarray(opened.convert("RGB"))[0, 0].astype(int)
    opencv = cv2.imread("lab.tif")[0, 0, ::-1].astype(int)
    print(f"L {lightness}, a {a}, b {b}: Pillow {pillow.tolist()}, OpenCV {opencv.tolist()}")
    return int(np.abs(pillow - opencv).max())


note("grey: within 4 levels", apart(50, 0, 0) <= 4, False)
note("cyan: more than 40 levels apart", apart(70, -30, -30) > 40, True)
PYTHON
