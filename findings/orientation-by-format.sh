#!/usr/bin/env bash
# Question: Who turns a picture as its orientation tag says, format by format?
# Guess, written first: Pillow turns TIFF alone; OpenCV turns JPEG, PNG and TIFF, not WebP;
#   imageio and libvips turn nothing.
# Versions: Python 3.11, Pillow 13.0.0, OpenCV 5.0.0.93, pyvips 3.2.0 with pyvips-binary 8.18.7,
#   imageio 2.38.1.
# Seen: Pillow as guessed. OpenCV turns JPEG, PNG and WebP, not AVIF; a TIFF that is not square it
#   cannot read at all once it is tagged, and a square one it turns even with
#   IMREAD_IGNORE_ORIENTATION. libvips turns AVIF, nothing else. imageio turns nothing, though it
#   reads through Pillow: TIFFs go to tifffile.
# Matters: One folder of phone pictures, saved in two formats, gives upright and lying pictures
#   with any of the four. Turn by the tag after loading, and know which formats came turned
#   already.
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
  pyvips-binary==8.18.7 \
  tifffile==2026.3.3
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import os
import sys

os.environ["OPENCV_LOG_LEVEL"] = "OFF"

import cv2
import imageio.v3 as iio
import numpy as np
import pyvips
from PIL import Image, ImageOps


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


def way(pixels):
    """turned: the tag 6 (by 90 degrees) was followed; None: not read."""
    return None if pixels is None else ("turned" if pixels.shape[0] > pixels.shape[1] else "lying")


NOTED = {
    "jpg": ("lying", "turned", "lying", "lying"),
    "png": ("lying", "turned", "lying", "lying"),
    "webp": ("lying", "turned", "lying", "lying"),
    "avif": ("lying", "lying", "turned", "lying"),
    "tif": ("turned", None, "lying", "lying"),
}


def tag():
    """New for each file: saving an AVIF takes the orientation out of the Exif it is given."""
    exif = Image.Exif()
    exif[274] = 6
    return exif


picture = np.zeros((16, 32, 3), np.uint8)
picture[:, :16] = 255
for suffix, noted in NOTED.items():
    file = f"picture.{suffix}"
    Image.fromarray(picture).save(file, exif=tag())
    with Image.open(file) as opened:
        loaded = way(np.asarray(opened))
        upright = np.asarray(ImageOps.exif_transpose(opened))
        note(f"{suffix}: exif_transpose", way(upright), "turned")
    seen = (loaded, way(cv2.imread(file)), way(pyvips.Image.new_from_file(file).numpy()))
    note(f"{suffix}: Pillow, OpenCV, libvips, imageio", (*seen, way(iio.imread(file))), noted)

Image.fromarray(picture[:, 8:24]).save("square.tif", exif=tag())
Image.fromarray(picture[:, 8:24]).save("square.jpg", exif=tag())
ignoring = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
for file, turned in (("square.tif", True), ("square.jpg", False)):
    pixels = cv2.imread(file, ignoring)
    is_turned = bool(pixels[0, 0, 0] > 128 and pixels[0, -1, 0] > 128)
    note(f"{file}: OpenCV turns it though told not to", is_turned, turned)
PYTHON
