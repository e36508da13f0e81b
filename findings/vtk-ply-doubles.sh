#!/usr/bin/env bash
# Question: Coordinates of a map (500000.123 m) are stored as doubles. Does VTK keep them?
# Guess, written first: No: its mesh readers make float32 of OBJ and of PLY.
# Versions: Python 3.11, PyVista 0.49.1 with VTK 9.7.2, trimesh 5.2.0, meshio 5.3.5.
# Seen: VTK reads OBJ in double, but 'property double' of a PLY as float32: a step of 3 cm at that
#   distance. trimesh and meshio keep both.
# Matters: A PLY has to be centred before VTK reads it, or read by another library; float64
#   arithmetic afterwards saves nothing.
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
import pyvista as pv
import trimesh


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


POINTS = ("500000.123 0 0", "500001.123 0 0", "500000.123 1 0")
with open("mesh.obj", "w") as file:
    file.write("".join(f"v {point}\n" for point in POINTS) + "f 1 2 3\n")
with open("mesh.ply", "w") as file:
    file.write("ply\nformat ascii 1.0\nelement vertex 3\n")
    file.write("".join(f"property double {axis}\n" for axis in "xyz"))
    file.write("element face 1\nproperty list uchar int vertex_indices\nend_header\n")
    file.write("".join(f"{point}\n" for point in POINTS) + "3 0 1 2\n")


def offset(points):
    return str(points.dtype), round(float(points[0, 0]) - 500000, 6)


for name, vtk in (("mesh.obj", ("float64", 0.123)), ("mesh.ply", ("float32", 0.125))):
    note(f"{name}: VTK", offset(pv.read(name).points), vtk)
    note(f"{name}: trimesh", offset(trimesh.load(name).vertices), ("float64", 0.123))
    note(f"{name}: meshio", offset(meshio.read(name).points), ("float64", 0.123))
PYTHON
