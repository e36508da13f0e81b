#!/usr/bin/env bash
# Question: Adobe stores the inks of a CMYK JPEG inverted and marks the file. Who inverts where
#   there is no mark?
# Guess, written first: OpenCV inverts always; Pillow, libvips and imageio look for the mark and
#   leave the inks as they are.
# Versions: Python 3.11, Pillow 13.0.0, OpenCV 5.0.0.93, pyvips 3.2.0 with pyvips-binary 8.18.7,
#   imageio 2.38.1.
# Seen: All four invert with and without the mark. imageio gives the inks as four uint8 channels,
#   the shape of RGBA.
# Matters: A file that stores inks as they are, without the mark, is the negative of itself in
#   every reader alike, so comparing readers finds nothing. And 'four channels' is not RGBA.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  pillow==13.0.0 \
  opencv-python-headless==5.0.0.93 \
  imageio==2.38.1 \
  pyvips==3.2.0 \
  pyvips-binary==8.18.7
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import struct
import sys

import cv2
import imageio.v3 as iio
import numpy as np
import pyvips
from PIL import Image


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


inks = np.full((16, 16, 4), [200, 20, 40, 10], np.uint8)
Image.fromarray(inks, "CMYK").save("marked.jpg", quality=100)
with open("marked.jpg", "rb") as file:
    data = file.read()
start = data.index(b"\xff\xee")  # APP14
note("the mark", data[start + 4 : start + 9], b"Adobe")
length = struct.unpack(">H", data[start + 2 : start + 4])[0]
with open("unmarked.jpg", "wb") as file:
    file.write(data[:start] + data[start + 2 + length :])

for name in ("marked.jpg", "unmarked.jpg"):
    with Image.open(name) as opened:
        note(f"{name}: Pillow's mode", opened.mode, "CMYK")
        note(f"{name}: Pillow", np.asarray(opened)[0, 0].tolist(), [200, 20, 40, 10])
    vips = pyvips.Image.new_from_file(name).numpy()
    note(f"{name}: libvips", vips[0, 0].tolist(), [200, 20, 40, 10])
    note(f"{name}: imageio", iio.imread(name)[0, 0].tolist(), [200, 20, 40, 10])
    blue, green, red = (int(value) for value in cv2.imread(name)[0, 0])
    note(f"{name}: OpenCV, red least", (red < blue < green), True)
    print(f"  OpenCV red {red}, green {green}, blue {blue}: cyan ink of 200 leaves little red")
PYTHON
