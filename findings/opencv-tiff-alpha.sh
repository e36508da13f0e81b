#!/usr/bin/env bash
# Question: Does cv2.imread drop the alpha of an RGBA TIFF, as it does with a PNG?
# Guess, written first: Yes: the stored numbers come back from both.
# Versions: Python 3.11, OpenCV 5.0.0.93, Pillow 13.0.0, tifffile 2026.3.3.
# Seen: From PNG the colour comes as it is. From TIFF it comes multiplied by alpha, that is laid
#   on black, and so do the first three of the four channels of IMREAD_UNCHANGED.
# Matters: Masked foregrounds read as black-framed from TIFF and with whatever lies hidden under
#   the mask from PNG. To lay a TIFF on white, do not multiply by alpha again.
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


pixels = np.full((4, 4, 4), [200, 100, 50, 128], np.uint8)
Image.fromarray(pixels).save("a.png")
tifffile.imwrite("a.tif", pixels, photometric="rgb", extrasamples=["unassalpha"])
for file, noted in (("a.png", [200, 100, 50]), ("a.tif", [100, 50, 25])):
    colour = cv2.imread(file, cv2.IMREAD_COLOR)[0, 0, ::-1].tolist()
    note(f"{file}: IMREAD_COLOR as RGB", colour, noted)
    four = cv2.imread(file, cv2.IMREAD_UNCHANGED)[0, 0, [2, 1, 0, 3]].tolist()
    note(f"{file}: IMREAD_UNCHANGED as RGBA", four, [*noted, 128])
PYTHON
