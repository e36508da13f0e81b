#!/usr/bin/env bash
# Question: safetensors.numpy saves an array that is a transposed view, or in Fortran order. Does
#   it come back?
# Guess, written first: Yes: it is made contiguous, or refused as safetensors.torch refuses it.
# Versions: Python 3.11, safetensors 0.8.0, numpy 2.4.6.
# Seen: Shape and type come back, the numbers in the order in which they lay in memory, without a
#   word. Big-endian arrays are put right.
# Matters: Pictures moved from (H, W, C) to (C, H, W) with transpose are such views: saved like
#   this they come back scrambled. Call np.ascontiguousarray first.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  safetensors==0.8.0
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
from safetensors.numpy import load, save


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


plain = np.arange(6, dtype=np.float32).reshape(2, 3)
cases = {
    "contiguous": (plain, True),
    "transposed": (plain.T, False),
    "Fortran order": (np.asfortranarray(plain), False),
    "transposed, then ascontiguousarray": (np.ascontiguousarray(plain.T), True),
    "big-endian": (plain.astype(">f4"), True),
}
for name, (array, noted) in cases.items():
    back = load(save({"array": array}))["array"]
    print(f"{name}: saved {array.tolist()}, came back {back.tolist()}")
    note(f"{name}: same shape", back.shape == array.shape, True)
    note(f"{name}: same numbers", bool((back == array).all()), noted)
PYTHON
