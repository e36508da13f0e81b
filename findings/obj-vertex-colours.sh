#!/usr/bin/env bash
# Question: An OBJ has the colour of each vertex after its place (v x y z r g b). What do readers
#   make of it?
# Guess, written first: VTK ignores it, trimesh reads it, meshio takes the first three numbers.
# Versions: Python 3.11, PyVista 0.49.1 with VTK 9.7.2, trimesh 5.2.0, meshio 5.3.5.
# Seen: VTK and trimesh read it, but VTK cuts 0.5 to 127 where trimesh rounds to 128. meshio gives
#   points of six coordinates.
# Matters: Scans carry colour this way. With meshio every distance has three colour terms in it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  pyvista==0.49.1 \
  vtk==9.7.2 \
  trimesh==5.2.0 \
  meshio==5.3.5
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import meshio
import numpy as np
import pyvista as pv
import trimesh


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


with open("mesh.obj", "w") as file:
    for point in ("0 0 0", "1 0 0", "0 1 0"):
        file.write(f"v {point} 1.0 0.5 0.25\n")
    file.write("f 1 2 3\n")
note("VTK", np.asarray(pv.read("mesh.obj").point_data["RGB"])[0].tolist(), [255, 127, 63])
colour = trimesh.load("mesh.obj").visual.vertex_colors[0].tolist()
note("trimesh", colour, [255, 128, 64, 255])
note("meshio's points", meshio.read("mesh.obj").points[1].tolist(), [1.0, 0.0, 0.0, 1.0, 0.5, 0.25])
PYTHON
