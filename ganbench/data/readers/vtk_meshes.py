"""One mesh file read by VTK. Only for child processes: a VTK reader may crash on a bad file."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ganbench.data.mesh import Mesh, Part, Rgb, normalise

NEUTRAL_RGB: Rgb = (0.52, 0.58, 0.66)
READERS = {
    ".obj": ("vtkmodules.vtkIOGeometry", "vtkOBJReader"),
    ".ply": ("vtkmodules.vtkIOPLY", "vtkPLYReader"),
    ".stl": ("vtkmodules.vtkIOGeometry", "vtkSTLReader"),
    ".glb": ("vtkmodules.vtkIOGeometry", "vtkGLTFReader"),
    ".gltf": ("vtkmodules.vtkIOGeometry", "vtkGLTFReader"),
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
    parts = tuple(part for piece in _load(path) for part in _parts(piece, path.parent))
    if not parts:
        raise ValueError("no triangles found in it")
    if not all(np.isfinite(part.vertices).all() for part in parts):
        raise ValueError("some coordinates are not finite numbers")
    if not any(_has_area(part) for part in normalise(parts)):
        raise ValueError("its triangles have no area")
    return parts


def _load(path: Path) -> list[Any]:
    """Every vtkPolyData of the file; raises ValueError with VTK's own complaint."""
    module, name = READERS[path.suffix.lower()]
    reader = getattr(importlib.import_module(module), name)()
    complaints: list[str] = []
    reader.AddObserver("ErrorEvent", _Listener(complaints))
    reader.SetFileName(str(path))
    reader.Update()
    if complaints:
        raise ValueError(complaints[0])
    output = reader.GetOutput()
    if not output.IsA("vtkCompositeDataSet"):
        return [output]
    pieces = []
    iterator = output.NewIterator()
    while not iterator.IsDoneWithTraversal():
        if iterator.GetCurrentDataObject().IsA("vtkPolyData"):
            pieces.append(iterator.GetCurrentDataObject())
        iterator.GoToNextItem()
    return pieces


class _Listener:
    """Collects the messages of VTK's error events."""

    CallDataType = "string0"

    def __init__(self, messages: list[str]) -> None:
        self._messages = messages

    def __call__(self, caller: Any, event: str, message: str = "") -> None:
        lines = [line.strip() for line in message.splitlines() if line.strip()]
        # VTK writes "ERROR: In file.cxx, line 1", then "vtkReader (0x...): what is wrong".
        said = lines[-1].partition("): ")[2] or lines[-1] if lines else "damaged file"
        self._messages.append(said)


def _parts(piece: Any, folder: Path) -> list[Part]:
    """One part for each colour of the piece."""
    core = importlib.import_module("vtkmodules.vtkFiltersCore")
    convert = importlib.import_module("vtkmodules.util.numpy_support")
    triangulate = core.vtkTriangleFilter()
    triangulate.SetInputData(piece)
    triangulate.PassLinesOff()
    triangulate.PassVertsOff()
    triangulate.Update()
    data = triangulate.GetOutput()
    if data.GetNumberOfPolys() == 0:
        return []
    vertices = convert.vtk_to_numpy(data.GetPoints().GetData()).astype(np.float32)
    connectivity = convert.vtk_to_numpy(data.GetPolys().GetConnectivityArray())
    faces = connectivity.reshape(-1, 3).astype(np.int32)
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise ValueError("its faces refer to vertices that it does not have")
    colours = _face_colours(data, faces, folder, convert)
    return _split(vertices, faces, colours)


def _face_colours(data: Any, faces: npt.NDArray[np.int32], folder: Path, convert: Any) -> Floats:
    """Colours of shape (faces, 3), 0..1: of the vertices, the material or the scene's base."""
    scalars = data.GetPointData().GetScalars()
    if scalars is not None and scalars.GetName() in ("RGB", "RGBA"):
        rgb = convert.vtk_to_numpy(scalars)[:, :3] / 255.0
        mean: Floats = rgb[faces].mean(axis=1)
        return mean
    ids = data.GetCellData().GetArray("MaterialIds")
    names = data.GetFieldData().GetAbstractArray("MaterialNames")
    if ids is not None and names is not None:
        libraries = data.GetFieldData().GetAbstractArray("MaterialLibraries")
        known = _mtl_colours(folder, _strings(libraries))
        listed = _strings(names)
        # VTK 9.7 gives the first faces the id of a "NO_MATERIAL" that it puts after the material
        # which they really have, the first one of the file.
        real = [listed[0] if name == "NO_MATERIAL" else name for name in listed]
        palette = [known.get(name, NEUTRAL_RGB) for name in real]
        material = convert.vtk_to_numpy(ids).astype(int).ravel()
        if len(material) == len(faces):
            table = np.array([*palette, NEUTRAL_RGB], dtype=np.float64)
            return table[np.where((material >= 0) & (material < len(palette)), material, -1)]
    return np.tile(_scene_colour(data.GetFieldData(), convert), (len(faces), 1))


def _strings(array: Any) -> list[str]:
    return [] if array is None else [array.GetValue(i) for i in range(array.GetNumberOfValues())]


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


def _scene_colour(fields: Any, convert: Any) -> Floats:
    """The glTF base colour as sRGB of shape (3,); neutral for a texture and for pure white.

    White is what VTK gives meshes without a material, and would vanish on the white background.
    """
    base = fields.GetArray("BaseColorMultiplier")
    names = [fields.GetArrayName(i) or "" for i in range(fields.GetNumberOfArrays())]
    if base is None or any(name.startswith("BaseColorTexture") for name in names):
        return np.array(NEUTRAL_RGB)
    linear = np.clip(convert.vtk_to_numpy(base).ravel()[:3].astype(np.float64), 0, 1)
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
