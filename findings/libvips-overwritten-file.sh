#!/usr/bin/env bash
# Question: A picture file is overwritten by the same process that read it. Does pyvips see the
#   new one?
# Guess, written first: Yes.
# Versions: Python 3.11, pyvips 3.2.0 with pyvips-binary 8.18.7 (libvips 8.18), Pillow 13.0.0.
# Seen: No: new_from_file gives the old pixels from its cache of operations, which knows a file by
#   its name alone. revalidate=True gives the new ones.
# Matters: Training that writes samples to one name and scores them as it goes would score the
#   first samples for ever.
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
import sys

import pyvips
from PIL import Image


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


def level(**options):
    return int(pyvips.Image.new_from_file("sample.png", **options).numpy().max())


Image.new("L", (8, 8), 10).save("sample.png")
note("first", level(), 10)
Image.new("L", (16, 16), 200).save("sample.png")
note("after it was overwritten", level(), 10)
note("with revalidate", level(revalidate=True), 200)
PYTHON
