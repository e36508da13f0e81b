#!/usr/bin/env bash
# Question: What does Pillow make of white in a JPEG 2000 of 10, 12 or 16 bits a channel?
# Guess, written first: 255: colours are scaled to 8 bits, perhaps one level too low.
# Versions: Python 3.11, Pillow 13.0.0, imagecodecs 2026.3.6, numpy 2.4.6.
# Seen: 0. In RGB and RGBA the brightest half level and all above it turn black, for the rounding runs
#   past 255; opaque alpha becomes transparent, so that a picture laid on white is white all over. One
#   half level below it is 255. Grey, which opens with 16 bits, is right.
# Matters: Satellite, medical and film pictures are kept so. Highlights get holes, or every picture of a
#   folder is the same, without a word. Refuse them, or read them with another library.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  imagecodecs==2026.3.6 \
  numpy==2.4.6 \
  pillow==13.0.0
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys

import imagecodecs
import numpy as np
from PIL import Image


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


def opened(pixels, bits):
    data = imagecodecs.jpeg2k_encode(pixels, level=0, bitspersample=bits)  # without loss
    if not np.array_equal(imagecodecs.jpeg2k_decode(data), pixels):
        sys.exit("imagecodecs does not give back what it wrote")
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


for bits in (10, 12, 16):
    top, step = 2**bits - 1, 2 ** (bits - 8)
    for value, noted in ((0, 0), (top // 2, 128), (top - step, 255), (top, 0)):
        rgb = np.full((16, 16, 3), value, np.uint16)
        seen = opened(rgb, bits)[0, 0].tolist()
        note(f"{bits} bits, RGB of {value} of {top}", seen, [noted] * 3)
    rgba = np.full((16, 16, 4), top // 2, np.uint16)
    rgba[..., 3] = top
    note(f"{bits} bits, alpha of {top}", opened(rgba, bits)[0, 0, 3].item(), 0)
    grey = opened(np.full((16, 16), top, np.uint16), bits)[0, 0].item()
    note(f"{bits} bits, grey of {top} keeps its high byte", grey >> 8, 255)
PYTHON
