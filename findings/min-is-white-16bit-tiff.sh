#!/usr/bin/env bash
# Question: Is a grey TIFF whose zero is white (PhotometricInterpretation 0) turned round by its
#   reader?
# Guess, written first: Pillow and libvips turn it round at 8 and at 16 bits, and OpenCV with any
#   flag; tifffile never does.
# Versions: Python 3.11, Pillow 13.0.0, OpenCV 5.0.0.93, pyvips 3.2.0 with pyvips-binary 8.18.7,
#   imageio 2.38.1, tifffile 2026.3.3.
# Seen: At 8 bits Pillow, OpenCV and libvips turn it round; imageio reads the negative. At 16 bits
#   libvips alone turns it round whole: Pillow and imageio give the negative, and so does OpenCV
#   with IMREAD_UNCHANGED, though not with IMREAD_COLOR.
# Matters: The same picture is a negative or not by its depth and by who reads it. A reader that
#   takes 16-bit grey has to look at tag 262 itself.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  pillow==13.0.0 \
  opencv-python-headless==5.0.0.93 \
  tifffile==2026.3.3 \
  imageio==2.38.1 \
  pyvips==3.2.0 \
  pyvips-binary==8.18.7
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import cv2
import imageio.v3 as iio
import numpy as np
import pyvips
import tifffile
from PIL import Image


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


NOTED = {
    "uint8": {
        "Pillow": ("uint8", "turned"),
        "OpenCV IMREAD_COLOR": ("uint8", "turned"),
        "OpenCV IMREAD_UNCHANGED": ("uint8", "turned"),
        "libvips": ("uint8", "turned"),
        "imageio": ("uint8", "as stored"),
    },
    "uint16": {
        "Pillow": ("uint16", "as stored"),
        "OpenCV IMREAD_COLOR": ("uint8", "turned"),
        "OpenCV IMREAD_UNCHANGED": ("uint16", "as stored"),
        "libvips": ("uint16", "turned"),
        "imageio": ("uint16", "as stored"),
    },
}
for depth, noted in NOTED.items():
    file = f"{depth}.tif"
    stored = np.linspace(0, np.iinfo(depth).max, 16).astype(depth).reshape(4, 4)
    tifffile.imwrite(file, stored, photometric="miniswhite")
    with Image.open(file) as opened:
        pillow = np.asarray(opened)
    seen = {
        "Pillow": pillow,
        "OpenCV IMREAD_COLOR": cv2.imread(file, cv2.IMREAD_COLOR)[..., 0],
        "OpenCV IMREAD_UNCHANGED": cv2.imread(file, cv2.IMREAD_UNCHANGED),
        "libvips": pyvips.Image.new_from_file(file).numpy(),
        "imageio": iio.imread(file),
    }
    for reader, pixels in seen.items():
        way = "turned" if pixels[0, 0] > pixels[-1, -1] else "as stored"
        note(f"{depth}, {reader}", (str(pixels.dtype), way), noted[reader])
PYTHON
