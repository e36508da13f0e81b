#!/usr/bin/env bash
# Question: Can Pillow resize a 16-bit grey TIFF of big-endian byte order (mode I;16B)?
# Guess, written first: No: it raises for that mode.
# Versions: Python 3.11, Pillow 13.0.0, tifffile 2026.3.3.
# Seen: It resizes without a word, and reckons with the two bytes of each number swapped: 255 and
#   257 have the mean 256 in a little-endian file (I;16) and 384 in a big-endian one. A picture of
#   one level stays as it is, which hides it. ImageOps.fit and thumbnail are wrong too, NEAREST is
#   right. convert('I;16') does not help: it clips at 255.
# Matters: Big-endian is what many scanners and ImageJ write. Take the array (dtype >u2) and make
#   it native before anything else.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  pillow==13.0.0 \
  tifffile==2026.3.3
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import tifffile
from PIL import Image, ImageOps


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


def mean(image):
    return int(np.asarray(image)[0, 0])


stored = np.full((2, 2), 255, np.uint16)
stored[:, 1] = 257
for order, mode, noted in (("<", "I;16", 256), (">", "I;16B", 384)):
    tifffile.imwrite("grey.tif", stored, byteorder=order)
    with Image.open("grey.tif") as opened:
        opened.load()
        note(f"byte order {order}: mode", opened.mode, mode)
        note(f"{mode} as opened", np.asarray(opened)[0].tolist(), [255, 257])
        for method in ("BOX", "BILINEAR", "BICUBIC", "LANCZOS"):
            result = opened.resize((1, 1), Image.Resampling[method])
            note(f"{mode}, {method}, one pixel of 255 and 257", mean(result), noted)
        note(f"{mode}, ImageOps.fit", mean(ImageOps.fit(opened, (1, 1))), noted)
        small = opened.copy()
        small.thumbnail((1, 1))
        note(f"{mode}, thumbnail", mean(small), noted)
        level = Image.new(mode, (4, 4), 0x1234).resize((2, 2), Image.Resampling.BOX)
        note(f"{mode}, one level all over", mean(level), 0x1234)
        converted = np.asarray(opened.convert("I;16"))[0].tolist()
        note(f"{mode} converted to I;16", converted, [255, 257 if order == "<" else 255])
PYTHON
