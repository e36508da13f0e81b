#!/usr/bin/env bash
# Question: A glTF moves one vertex through a sparse accessor. Is it read?
# Guess, written first: VTK reads it, trimesh leaves the vertex where it was.
# Versions: Python 3.11, PyVista 0.49.1 with VTK 9.7.2, trimesh 5.2.0.
# Seen: trimesh as guessed, without a word. VTK reads it if byteOffset is written out, though glTF
#   makes it optional with 0 for what is left out. Else VTK prints errors, and PyVista gives an
#   empty MultiBlock and raises nothing.
# Matters: An exporter that leaves out defaults yields an empty mesh. Count the points after
#   pv.read; do not wait for an exception.
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
import base64
import json
import struct
import sys

import numpy as np
import pyvista as pv
import trimesh


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


POINTS = ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))
FACES = (0, 2, 1, 0, 1, 3, 1, 2, 3, 0, 3, 2)


def write(offset):
    """One tetrahedron whose second vertex is moved from x = 1 to x = 3."""
    parts = (
        struct.pack("<12f", *np.ravel(POINTS)),
        struct.pack("<12H", *FACES),
        struct.pack("<HH", 1, 0),
        struct.pack("<3f", 3, 0, 0),
    )
    starts = np.cumsum([0] + [len(part) for part in parts]).tolist()
    views = [
        {"buffer": 0, "byteOffset": start, "byteLength": len(part)}
        for start, part in zip(starts, parts)
    ]
    views[2]["byteLength"] = 2
    sparse = {
        "count": 1,
        "indices": {"bufferView": 2, "componentType": 5123, **offset},
        "values": {"bufferView": 3, **offset},
    }
    place = {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"}
    place |= {"min": [0, 0, 0], "max": [3, 1, 1], "sparse": sparse}
    corners = {"bufferView": 1, "componentType": 5123, "count": 12, "type": "SCALAR"}
    data = base64.b64encode(b"".join(parts)).decode()
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [place, corners],
        "bufferViews": views,
        "buffers": [
            {"byteLength": starts[-1], "uri": f"data:application/octet-stream;base64,{data}"}
        ],
    }
    with open("mesh.gltf", "w") as file:
        json.dump(document, file)


for name, offset, noted in (("written", {"byteOffset": 0}, 3.0), ("left out", {}, None)):
    write(offset)
    parts = [part for part in pv.read("mesh.gltf").recursive_iterator() if part is not None]
    widest = max((float(part.bounds[1]) for part in parts), default=None)
    note(f"byteOffset {name}: VTK's largest x, None for no mesh", widest, noted)
    note(f"byteOffset {name}: trimesh's", float(trimesh.load("mesh.gltf").bounds[1, 0]), 1.0)
PYTHON
