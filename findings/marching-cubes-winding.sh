#!/usr/bin/env bash
# Question: A volume is higher inside a ball than outside. Do scikit-image's marching_cubes faces
#   look outward, as mesh formats and renderers want?
# Guess, written first: Yes: the default 'descent' is said to be for objects greater than their
#   exterior, and the normals that come along look outward.
# Versions: Python 3.11, scikit-image 0.26.0.
# Seen: The normals look outward, the faces inward: the default follows the left-hand rule. The
#   signed volume is negative. With 'ascent' both look outward.
# Matters: A mesh written without the normals is inside out: culled, black under one-sided light,
#   of negative volume. Ask for gradient_direction='ascent' for a ball like this.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  scikit-image==0.26.0
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
from skimage.measure import marching_cubes


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


axes = np.mgrid[-10:11, -10:11, -10:11]
volume = 8 - np.sqrt((axes**2).sum(axis=0))
for direction, noted in (("descent", ("inward", -1)), ("ascent", ("outward", 1))):
    points, faces, normals, _ = marching_cubes(volume, 0.0, gradient_direction=direction)
    a, b, c = (points[faces[:, corner]].astype(float) - 10 for corner in range(3))
    signed = float((a * np.cross(b, c)).sum() / 6)
    looks = "outward" if (np.cross(b - a, c - a) * (a + b + c)).sum() > 0 else "inward"
    print(f"{direction}: signed volume {signed:.0f}, of a ball {4 / 3 * np.pi * 8**3:.0f}")
    note(f"{direction}: faces look, sign", (looks, int(np.sign(signed))), noted)
    outward = bool((((points - 10) * normals).sum(axis=1) > 0).mean() > 0.99)
    note(f"{direction}: the normals look outward", outward, True)
PYTHON
