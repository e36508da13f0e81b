#!/usr/bin/env bash
# Question: Does it matter whether Pillow opens an uncompressed TIFF by its path or as a file object,
#   where the orientation tag says that the picture lies on its side?
# Guess, written first: No: Pillow turns a TIFF as it loads it, and both give the same upright pixels.
# Versions: Python 3.11, Pillow 13.0.0, numpy 2.4.6.
# Seen: It does, for pictures that are not square. By path, grey of 8 and 16 bits, palettes, RGBA and
#   CMYK come out with the right bytes in rows of the wrong width, with height and width exchanged,
#   and no word. As a file object they are right; so are RGB and compressed files, which are not
#   mapped into memory.
# Matters: Uncompressed TIFF is what microscopes and scanners write, and data sets are opened by path.
#   Open such files as objects, or compress them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 pillow==13.0.0
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from pathlib import Path

import numpy as np
from PIL import Image

ORIENTATION, ON_ITS_SIDE = 274, 6  # to be turned by 90 degrees clockwise


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


def opened(source):
    with Image.open(source) as image:
        image.load()
        return np.asarray(image)


def is_right(picture, by_path, **options):
    path = Path("picture.tif")
    exif = Image.Exif()
    exif[ORIENTATION] = ON_ITS_SIDE
    picture.save(path, exif=exif, **options)
    wanted = np.rot90(np.asarray(picture), -1)
    if by_path:
        found = opened(path)
    else:
        with path.open("rb") as file:
            found = opened(file)
    return bool(found.shape == wanted.shape and (found == wanted).all())


grey = np.arange(6, dtype=np.uint8).reshape(3, 2) * 40
pictures = {
    "L": Image.fromarray(grey),
    "I;16": Image.fromarray(grey.astype(np.uint16) * 100),
    "P": Image.fromarray(grey).quantize(6),
    "RGBA": Image.fromarray(np.stack([grey] * 4, -1)),
    "CMYK": Image.fromarray(np.stack([grey] * 4, -1), "CMYK"),
}
for mode, picture in pictures.items():
    note(f"{mode}: right by path", is_right(picture, True), False)
    note(f"{mode}: right as a file object", is_right(picture, False), True)
rgb = Image.fromarray(np.stack([grey] * 3, -1))
note("RGB: right by path", is_right(rgb, True), True)
squeezed = is_right(pictures["L"], True, compression="tiff_adobe_deflate")
note("L, compressed: right by path", squeezed, True)
grey = pictures["L"]
grey.save("plain.tif")
note("L, not turned: right by path", bool((opened("plain.tif") == np.asarray(grey)).all()), True)
PYTHON
