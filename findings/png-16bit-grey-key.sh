#!/usr/bin/env bash
# Question: What becomes of the transparent grey (tRNS) of a 16-bit grey PNG in Pillow's
#   convert('RGBA')?
# Guess, written first: It raises, or leaves all opaque: the key is a 16-bit number and RGBA has 8
#   bits.
# Versions: Python 3.11, Pillow 13.0.0 and pyvips 3.2.0 with pyvips-binary 8.18.7.
# Seen: Pillow clips pixels and key at 255 and compares them then. With the key 65535 (white, the
#   usual one) every pixel of 255 or more becomes transparent, that is nearly the whole picture;
#   with the key 40000 the transparent pixels become opaque. libvips compares all 16 bits and is
#   right. For 16-bit RGB the key never matches in Pillow.
# Matters: Laid on white, a masked 16-bit picture turns wholly white. Compare the 16-bit samples
#   with the key before the depth is cut.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  pillow==13.0.0 \
  pyvips==3.2.0 \
  pyvips-binary==8.18.7
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import struct
import sys
import zlib

import numpy as np
import pyvips
from PIL import Image


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


def png(file, colours, samples, key):
    """One row of 16-bit samples; colours: 0 grey, 2 RGB; key: the transparent one."""
    width = len(samples) // (3 if colours == 2 else 1)
    row = b"\0" + struct.pack(f">{len(samples)}H", *samples)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, 1, 16, colours, 0, 0, 0)),
        (b"tRNS", struct.pack(f">{len(key)}H", *key)),
        (b"IDAT", zlib.compress(row)),
        (b"IEND", b""),
    )
    with open(file, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in parts:
            check = zlib.crc32(kind + data)
            out.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check))


def opaque(file):
    """Which pixels are not transparent, by Pillow and by libvips."""
    with Image.open(file) as opened:
        pillow = np.asarray(opened.convert("RGBA"))[0, :, 3] > 0
    vips = pyvips.Image.new_from_file(file).numpy()[0, :, -1] > 0
    return pillow.tolist(), vips.tolist()


grey = [0, 300, 40000, 65535]
for key, pillow in ((65535, [True, False, False, False]), (40000, [True] * 4)):
    file = f"grey{key}.png"
    png(file, 0, grey, [key])
    seen = opaque(file)
    note(f"grey {grey}, key {key}: Pillow", seen[0], pillow)
    note(f"grey {grey}, key {key}: libvips", seen[1], [value != key for value in grey])
png("rgb.png", 2, [0x1234] * 3 + [0x5678] * 3, [0x1234] * 3)
seen = opaque("rgb.png")
note("RGB, key the first pixel: Pillow", seen[0], [True, True])
note("RGB, key the first pixel: libvips", seen[1], [False, True])
PYTHON
