#!/usr/bin/env bash
# Question: OBJ lets one mtllib line name several files. Are all read?
# Guess, written first: The first alone, by VTK and by trimesh.
# Versions: Python 3.11, PyVista 0.49.1 with VTK 9.7.2, trimesh 5.2.0.
# Seen: VTK keeps the first name and warns on stderr. trimesh takes the line for one file name,
#   finds none, and drops all materials without a word. With one mtllib line for each file VTK has
#   both, trimesh the first alone.
# Matters: A mesh loses its colours by how its exporter breaks lines. Read the mtllib lines
#   yourself.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  pillow==13.0.0 \
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


MESH = """v 0 0 0
v 1 0 0
v 0 1 0
v 0 0 1
usemtl red
f 1 3 2
usemtl blue
f 1 2 4
"""
for name, colour in (("red", "1 0 0"), ("blue", "0 0 1")):
    with open(f"{name}.mtl", "w") as file:
        file.write(f"newmtl {name}\nKd {colour}\n")


def found(file, text):
    with open(file, "w") as out:
        out.write(text + MESH)
    libraries = [str(name) for name in pv.read(file).field_data["MaterialLibraries"]]
    scene = trimesh.load(file)
    materials = [getattr(part.visual, "material", None) for part in scene.geometry.values()]
    coloured = [np.asarray(one.diffuse)[:3].tolist() for one in materials if one is not None]
    return libraries, sorted(coloured)


note("one line: VTK, trimesh", found("one.obj", "mtllib red.mtl blue.mtl\n"), (["red.mtl"], []))
two = found("two.obj", "mtllib red.mtl\nmtllib blue.mtl\n")
note("two lines: VTK, trimesh", two, (["red.mtl", "blue.mtl"], [[255, 0, 0]]))
PYTHON
