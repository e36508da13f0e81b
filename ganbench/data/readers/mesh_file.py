"""One mesh file read by PyVista. Only for child processes: a reader may crash on a bad file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ganbench.data.mesh import Mesh, Part, Rgb, normalise

if TYPE_CHECKING:
    import pyvista as pv

NEUTRAL_RGB: Rgb = (0.52, 0.58, 0.66)
READERS = {  # classes of PyVista
    ".obj": "OBJReader",
    ".ply": "PLYReader",
    ".stl": "STLReader",
    ".glb": "GLTFReader",
    ".gltf": "GLTFReader",
}
MOST_COLOURS = 48

Floats = npt.NDArray[np.float64]


def read_mesh(path: Path) -> Mesh:
    """The parts of the file in its own axes and units, in the file's colours where it has them.

    glTF nodes are placed as the scene says; glTF and MTL base colours and PLY vertex colours are
    kept, textures are not (such a part is neutral grey-blue).

    Raises ValueError for a file that holds no usable triangles.
    """
    if path.stat().st_size == 0:
        raise ValueError("the file is empty")
    parts = tuple(
        part for surface in _surfaces(_load(path)) for part in _parts(surface, path.parent)
    )
    if not parts:
        raise ValueError("no triangles found in it")
    if not all(np.isfinite(part.vertices).all() for part in parts):
        raise ValueError("some coordinates are not finite numbers")
    if not any(_has_area(part) for part in normalise(parts)):
        raise ValueError("its triangles have no area")
    return parts


def _load(path: Path) -> pv.DataObject | None:
    """What the file holds; raises ValueError with the reader's own complaint."""
    import pyvista as pv

    data = None
    catcher = pv.VtkErrorCatcher(send_to_logging=False)
    with catcher:
        reader = getattr(pv, READERS[path.suffix.lower()])(path)
        with suppress(RuntimeError):  # raised by newer versions only; the catcher knows it all
            data = reader.read()
    # The pipeline around the reader complains too, in terms of its own workings.
    address = reader.reader.GetAddressAsString("")
    for event in catcher.events:
        if event.kind == "ERROR" and event.address in address:
            raise ValueError(" ".join(event.alert.split()))
    return data


def _surfaces(data: pv.DataObject | None) -> list[pv.PolyData]:
    """Every surface in a tree of blocks."""
    import pyvista as pv

    if isinstance(data, pv.MultiBlock):
        return [surface for block in data for surface in _surfaces(block)]
    return [data] if isinstance(data, pv.PolyData) else []


def _parts(surface: pv.PolyData, folder: Path) -> list[Part]:
    """One part for each colour of the surface."""
    triangles = surface.triangulate()
    vertices = np.asarray(triangles.points, dtype=np.float32)
    faces = np.asarray(triangles.regular_faces, dtype=np.int32)
    if not len(faces):
        return []
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise ValueError("its faces refer to vertices that it does not have")
    return _split(vertices, faces, _face_colours(triangles, faces, folder))


def _face_colours(triangles: pv.PolyData, faces: npt.NDArray[np.int32], folder: Path) -> Floats:
    """Colours of shape (faces, 3), 0..1: of the vertices, the material or the scene's base."""
    fields = triangles.field_data
    for name in ("RGB", "RGBA"):
        if name in triangles.point_data:
            rgb = np.asarray(triangles.point_data[name])[:, :3] / 255.0
            mean: Floats = rgb[faces].mean(axis=1)
            return mean
    ids = np.asarray(triangles.cell_data.get("MaterialIds", ()), dtype=int).ravel()
    if len(ids) == len(faces) and "MaterialNames" in fields:
        known = _mtl_colours(folder, list(fields.get("MaterialLibraries", ())))
        listed = list(fields["MaterialNames"])
        # VTK 9.7 gives the first faces the id of a "NO_MATERIAL" that it puts after the material
        # which they really have, the first one of the file.
        real = [listed[0] if name == "NO_MATERIAL" else name for name in listed]
        palette = np.array([*(known.get(name, NEUTRAL_RGB) for name in real), NEUTRAL_RGB])
        colours: Floats = palette[np.where((ids >= 0) & (ids < len(real)), ids, -1)]
        return colours
    return np.tile(_scene_colour(fields), (len(faces), 1))


def _mtl_colours(folder: Path, libraries: list[str]) -> dict[str, Rgb]:
    """Diffuse colour (Kd) of each material that has no texture, by name."""
    colours: dict[str, Rgb] = {}
    name = ""
    for library in libraries:
        file = folder / library
        text = file.read_text(errors="replace") if file.is_file() else ""
        for line in text.splitlines():
            key, *values = line.split() or [""]
            if key == "newmtl":
                name = " ".join(values)
            elif key == "Kd":
                colours[name] = _colour(values)
            elif key == "map_Kd":
                colours[name] = NEUTRAL_RGB
    return colours


def _colour(values: list[str]) -> Rgb:
    """Three channels within 0..1; neutral where the numbers are damaged."""
    try:
        red, green, blue = (min(1.0, max(0.0, float(value))) for value in values[:3])
    except ValueError:
        return NEUTRAL_RGB
    return red, green, blue


def _scene_colour(fields: pv.DataSetAttributes) -> Floats:
    """The glTF base colour as sRGB of shape (3,); neutral for a texture and for pure white.

    White is what VTK gives meshes without a material, and would vanish on the white background.
    """
    textured = any(name.startswith("BaseColorTexture") for name in fields)
    if "BaseColorMultiplier" not in fields or textured:
        return np.array(NEUTRAL_RGB)
    linear = np.clip(np.asarray(fields["BaseColorMultiplier"], dtype=float).ravel()[:3], 0, 1)
    if linear.min() > 0.999:
        return np.array(NEUTRAL_RGB)
    colour: Floats = linear ** (1 / 2.2)
    return colour


def _split(
    vertices: npt.NDArray[np.float32], faces: npt.NDArray[np.int32], colours: Floats
) -> list[Part]:
    """One part a colour; similar colours are taken together while there are too many."""
    for steps in (255, 15, 7, 3, 2, 1):
        keys = np.round(colours * steps).astype(int)
        found, group = np.unique(keys, axis=0, return_inverse=True)
        if len(found) <= MOST_COLOURS:
            break
    parts = []
    for index in range(len(found)):
        chosen = group.ravel() == index
        used, compact = np.unique(faces[chosen], return_inverse=True)
        red, green, blue = colours[chosen].mean(axis=0).round(6).tolist()
        parts.append(
            Part(vertices[used], compact.reshape(-1, 3).astype(np.int32), (red, green, blue))
        )
    return parts


def _has_area(part: Part) -> bool:
    a, b, c = (part.vertices[part.faces[:, corner]].astype(np.float64) for corner in range(3))
    return bool((np.linalg.norm(np.cross(b - a, c - a), axis=1) > 1e-12).any())
