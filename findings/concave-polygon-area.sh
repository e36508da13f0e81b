#!/usr/bin/env bash
# Question: A mesh has one flat, concave face of five corners. What area do PyVista and trimesh
#   give?
# Guess, written first: PyVista the right one, 10. trimesh, which makes a fan of triangles, one
#   that is too large.
# Versions: Python 3.11, PyVista 0.49.1 with VTK 9.7.2, trimesh 5.2.0.
# Seen: Both give 10, 14 or 22 by which corner the file names first. PyVista is right after
#   triangulate(), which cuts ears; trimesh never is, and its triangles overlap.
# Matters: Surface measures, samples drawn by area and renders of CAD meshes change with the order
#   of corners. Call triangulate() before anything is measured.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  pyvista==0.49.1 \
  vtk==9.7.2 \
  trimesh==5.2.0
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import pyvista as pv
import trimesh


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


CORNERS = ((0, 0), (4, 0), (4, 4), (2, 1), (0, 4))  # a square of 16 less a notch of 6
NOTED = (14.0, 14.0, 22.0, 10.0, 22.0)
for first, noted in enumerate(NOTED):
    order = [str((first + corner) % 5 + 1) for corner in range(5)]
    with open("notch.obj", "w") as file:
        file.write("".join(f"v {x} {y} 0\n" for x, y in CORNERS))
        file.write("f " + " ".join(order) + "\n")
    mesh = pv.read("notch.obj")
    seen = (mesh.area, mesh.triangulate().area, trimesh.load("notch.obj").area)
    rounded = tuple(round(float(area), 4) for area in seen)
    what = f"from corner {first + 1}: PyVista, after triangulate(), trimesh"
    note(what, rounded, (noted, 10.0, noted))
PYTHON
