#!/usr/bin/env bash
# Question: A glTF has vertex colours as normalized 16-bit numbers, as glTF allows. What comes
#   back?
# Guess, written first: VTK gives the stored integers, trimesh the same as 8 bits.
# Versions: Python 3.11, PyVista 0.49.1 with VTK 9.7.2, trimesh 5.2.0.
# Seen: VTK gives floats from 0 to 1 under COLOR_0, not RGB as from PLY and OBJ. trimesh keeps the
#   low byte: half, 32768, becomes 0. With 8 bits trimesh is right.
# Matters: Code that looks for RGB draws such a mesh grey, and trimesh gives colours that mean
#   nothing.
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


def write(code, kind, colour):
    parts = (
        struct.pack("<12f", *np.ravel(POINTS)),
        struct.pack("<12H", *FACES),
        struct.pack(f"<16{code}", *(colour * 4)),
    )
    starts = np.cumsum([0] + [len(part) for part in parts]).tolist()
    place = {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"}
    place |= {"min": [0, 0, 0], "max": [1, 1, 1]}
    corners = {"bufferView": 1, "componentType": 5123, "count": 12, "type": "SCALAR"}
    shade = {"bufferView": 2, "componentType": kind, "count": 4, "type": "VEC4"}
    attributes = {"POSITION": 0, "COLOR_0": 2}
    data = base64.b64encode(b"".join(parts)).decode()
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": attributes, "indices": 1}]}],
        "accessors": [place, corners, {**shade, "normalized": True}],
        "bufferViews": [
            {"buffer": 0, "byteOffset": start, "byteLength": len(part)}
            for start, part in zip(starts, parts)
        ],
        "buffers": [
            {"byteLength": starts[-1], "uri": f"data:application/octet-stream;base64,{data}"}
        ],
    }
    with open("mesh.gltf", "w") as file:
        json.dump(document, file)


for name, code, kind, top in (("8 bits", "B", 5121, 255), ("16 bits", "H", 5123, 65535)):
    half = (top + 1) // 2
    write(code, kind, [top, half, 0, top])
    mesh = next(part for part in pv.read("mesh.gltf").recursive_iterator() if part is not None)
    note(f"{name}: VTK's arrays", mesh.point_data.keys(), ["COLOR_0"])
    vtk = np.asarray(mesh.point_data["COLOR_0"])[0].astype(float).round(2).tolist()
    note(f"{name}: VTK", vtk, [1.0, 0.5, 0.0, 1.0])
    colour = trimesh.load("mesh.gltf").to_geometry().visual.vertex_colors[0].tolist()
    note(f"{name}: trimesh", colour, [255, 128 if top == 255 else 0, 0, 255])
PYTHON
