#!/usr/bin/env bash
# Question: Does Pillow's rotate() interpolate 16-bit grey (mode I;16), as resize() does?
# Guess, written first: Yes: a picture that is 40000 all over stays 40000 inside.
# Versions: Python 3.11, Pillow 13.0.0, numpy 2.4.6.
# Seen: NEAREST is right. With BILINEAR and BICUBIC, rotate() and transform() give numbers around
#   100 in place of 40000, without a word: each value is made of the bytes on their own. resize()
#   of the same picture is right.
# Matters: Rotation and shear as augmentation, or to straighten 16-bit depth maps, silently makes
#   near-black noise. Convert to F first.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 pillow==13.0.0
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
from PIL import Image


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


def inside(image):
    middle = np.asarray(image)[3:5, 3:5]
    return bool((middle == 40000).all()), int(middle.max())


grey = Image.fromarray(np.full((8, 8), 40000, np.uint16))
shift = (1, 0, 0.5, 0, 1, 0.5)
note("mode", grey.mode, "I;16")
for method, right in (("NEAREST", True), ("BILINEAR", False), ("BICUBIC", False)):
    way = Image.Resampling[method]
    rotated = inside(grey.rotate(30, way))
    moved = inside(grey.transform((8, 8), Image.Transform.AFFINE, shift, way))
    print(f"{method}: most inside after rotate {rotated[1]}, after transform {moved[1]}")
    note(f"{method}: rotate and transform keep 40000", (rotated[0], moved[0]), (right, right))
note("BICUBIC: resize keeps 40000", inside(grey.resize((9, 9), Image.Resampling.BICUBIC))[0], True)
as_float = inside(grey.convert("F").rotate(30, Image.Resampling.BICUBIC))
note("BICUBIC: rotate as F keeps 40000", as_float[0], True)
PYTHON
