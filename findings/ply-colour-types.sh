#!/usr/bin/env bash
# Question: PLY says of each property what type it has. Which colours come back that are not
#   uchar?
# Guess, written first: VTK makes black of floats from 0 to 1, be they of vertices or faces;
#   trimesh scales them.
# Versions: Python 3.11, PyVista 0.49.1 with VTK 9.7.2, trimesh 5.2.0.
# Seen: Float vertex colours are black in VTK as guessed, but float face colours are the number of
#   each face's last vertex. Of ushort both keep the low byte: 65535 stays 255, 32768 becomes 0.
#   Nobody warns.
# Matters: Meshes with float or 16-bit colours are drawn in colours that mean nothing. Look at the
#   header for the type before a reader is trusted.
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

import numpy as np
import pyvista as pv
import trimesh


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


POINTS = ("0 0 0", "1 0 0", "0 1 0", "0 0 1")
FACES = ("0 2 1", "0 1 3", "1 2 3", "0 3 2")


def write(kind, colour, on):
    properties = [f"property {kind} {name}" for name in ("red", "green", "blue")]
    tail = " " + " ".join(map(str, colour))
    lines = ["ply", "format ascii 1.0", "element vertex 4"]
    lines += [f"property float {axis}" for axis in "xyz"]
    lines += properties if on == "vertex" else []
    lines += ["element face 4", "property list uchar int vertex_indices"]
    lines += properties if on == "face" else []
    lines += ["end_header"]
    lines += [point + (tail if on == "vertex" else "") for point in POINTS]
    lines += [f"3 {face}" + (tail if on == "face" else "") for face in FACES]
    with open("mesh.ply", "w") as file:
        file.write("\n".join(lines) + "\n")


def colours(on):
    mesh = pv.read("mesh.ply")
    vtk = np.asarray((mesh.point_data if on == "vertex" else mesh.cell_data)["RGB"])
    other = trimesh.load("mesh.ply").visual
    other = other.vertex_colors if on == "vertex" else other.face_colors
    return vtk.tolist(), np.asarray(other)[:, :3].tolist()


write("uchar", (255, 128, 64), "vertex")
note("uchar, vertices", colours("vertex"), ([[255, 128, 64]] * 4,) * 2)
write("float", (1.0, 0.5, 0.25), "vertex")
note("float, vertices", colours("vertex"), ([[0, 0, 0]] * 4, [[255, 128, 64]] * 4))
write("float", (1.0, 0.5, 0.25), "face")
last = [[int(face.split()[-1])] * 3 for face in FACES]
note("float, faces", colours("face"), (last, [[255, 128, 64]] * 4))
write("ushort", (65535, 32768, 256), "vertex")
note("ushort, vertices", colours("vertex"), ([[255, 0, 0]] * 4,) * 2)
PYTHON
