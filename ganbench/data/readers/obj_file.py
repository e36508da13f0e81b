"""Wavefront OBJ: polygons with materials, textures or coloured vertices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ganbench.data.readers.mtl_file import Material, material_files, read_mtl
from ganbench.data.readers.textures import companion, texture_colours, texture_pixels
from ganbench.data.readers.triangles import (
    NEUTRAL_RGB,
    Floats,
    Ints,
    Triangles,
    Unreadable,
    checked_indices,
    cut_polygons,
    neutral,
    quoted,
)

NO_MATERIAL = ""
OF_MATERIALS = ("mtllib", "usemtl")
CURVED = {"curv", "curv2", "surf"}


def read_obj(file: Path, root: Path) -> list[Triangles]:
    """The polygons of the file, cut into triangles.

    A triangle has the colour of its vertices where the file gives these, else the mean of its
    texture, else its material's. root: the files that this one names must lie below it.

    Raises Unreadable for what is not understood.
    """
    text = file.read_text(encoding="utf-8-sig", errors="replace").replace("\0", " ")
    scan = _Scan()
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        scan.take(line)
    if not scan.sizes:
        return []
    points = np.array(scan.points)
    corners = checked_indices(np.array(scan.corners, dtype=np.int64), len(points))
    cut, owner = cut_polygons(points, np.array(scan.sizes, dtype=np.int64), corners)
    faces = corners[cut]
    materials, missing = _materials(scan, file, root)
    used = np.array(scan.materials, dtype=np.int64)[owner]
    rgb, remarks = _material_colours(scan, materials, used, _uv(scan)[cut], (file.parent, root))
    of_vertices = _vertex_colours(scan.colours)[faces].mean(axis=1)
    is_coloured = np.isfinite(of_vertices).all(axis=1)
    rgb[is_coloured] = of_vertices[is_coloured]
    unused = () if is_coloured.all() else (*missing, *remarks)
    return [Triangles(points, faces, rgb, (*scan.remarks(), *unused))]


@dataclass
class _Scan:
    """What the lines so far contain.

    points, coordinates: vertices and texture coordinates. colours: of vertices, by their index.
    sizes: corners of each polygon; corners, textured: indices of these into the first two, -1 for
    no texture coordinate. materials: of each polygon, an index into `names`. unread: keywords that
    are written so that they are none.
    """

    points: list[list[float]] = field(default_factory=list)
    colours: list[list[float]] = field(default_factory=list)
    coordinates: list[list[float]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    corners: list[int] = field(default_factory=list)
    textured: list[int] = field(default_factory=list)
    materials: list[int] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=lambda: {NO_MATERIAL: 0})
    material: int = 0
    libraries: list[str] = field(default_factory=list)
    thin: int = 0
    curved: bool = False
    unread: list[str] = field(default_factory=list)

    def take(self, line: str) -> None:
        """Raises Unreadable for a vertex or a face that is not understood."""
        words = line.split("#", 1)[0].split()
        if not words:
            return
        match words[0]:
            case "v":
                self.vertex(words)
            case "vt":
                self.coordinates.append([*_numbers(words), 0.0, 0.0][:2])
            case "f" | "fo":
                self.face(words)
            case "usemtl":
                name = line.strip()[len("usemtl") :].strip()
                self.material = self.names.setdefault(name, len(self.names))
            case "mtllib":
                self.libraries.append(line.strip()[len("mtllib") :].strip())
            case "call" | "csh":
                raise Unreadable("it calls other files, which are not read")
            case key:
                self.curved |= key in CURVED
                if key.lower() in OF_MATERIALS:  # keywords are in small letters
                    self.unread.append(key)

    def vertex(self, words: Sequence[str]) -> None:
        values = _numbers(words)
        if len(values) not in (3, 4, 6):
            raise Unreadable(f"{quoted(' '.join(words))} is no vertex of 3, 4 or 6 numbers")
        self.points.append(values[:3])
        self.colours.append(values[3:] if len(values) == 6 else [np.nan] * 3)

    def face(self, words: Sequence[str]) -> None:
        if len(words) < 4:
            self.thin += 1
            return
        try:
            for word in words[1:]:
                vertex, *more = word.split("/")
                self.corners.append(_index(vertex, len(self.points)))
                texture = _index(more[0], len(self.coordinates)) if more and more[0] else -1
                self.textured.append(texture)
        except ValueError:
            raise Unreadable(f"{quoted(' '.join(words))} is no face") from None
        self.sizes.append(len(words) - 1)
        self.materials.append(self.material)

    def remarks(self) -> list[str]:
        lines = []
        if self.thin:
            lines.append("faces of fewer than three corners are left out")
        if self.curved:
            lines.append("its curves and curved surfaces are left out")
        for key in dict.fromkeys(self.unread):
            lines.append(f"its lines '{key}' are not used; write '{key.lower()}'")
        return lines


def _numbers(words: Sequence[str]) -> list[float]:
    try:
        return [float(word) for word in words[1:]]
    except ValueError:
        raise Unreadable(f"{quoted(' '.join(words))} has something that is no number") from None


def _index(text: str, count: int) -> int:
    """Counted from 0: the file counts from 1, or back from the latest where negative."""
    index = int(text)
    if index == 0 or index < -count:
        raise ValueError("no such index")
    return index - 1 if index > 0 else count + index


def _uv(scan: _Scan) -> Floats:
    """Of each corner from the left and the top, (corners, 2); NaN where it has none."""
    known = np.array([*scan.coordinates, [np.nan, np.nan]])
    index = np.array(scan.textured, dtype=np.int64)
    uv = known[np.where((index >= 0) & (index < len(scan.coordinates)), index, -1)]
    uv[:, 1] = 1 - uv[:, 1]
    return uv


def _vertex_colours(colours: list[list[float]]) -> Floats:
    """(vertices, 3) within 0..1; NaN where there is none."""
    rgb = np.array(colours)
    # Some programs write 0 to 255.
    scale = 255.0 if np.isfinite(rgb).any() and np.nanmax(rgb) > 1 else 1.0
    return np.clip(rgb / scale, 0, 1)


def _materials(scan: _Scan, file: Path, root: Path) -> tuple[dict[str, Material], list[str]]:
    files, missing = material_files(root, file.parent, scan.libraries)
    materials: dict[str, Material] = {}
    for library in files:
        materials |= read_mtl(library)
    return materials, [f"its material file '{name}' is not there" for name in missing]


def _material_colours(
    scan: _Scan,
    materials: dict[str, Material],
    used: Ints,
    uv: Floats,
    places: tuple[Path, Path],
) -> tuple[Floats, list[str]]:
    """Colours of the triangles, (m, 3), and what was not used.

    used: the material of each. uv: (m, 3, 2). places: the file's folder and the root.
    """
    rgb = neutral(len(used))
    remarks = []
    for name, index in scan.names.items():
        chosen = np.flatnonzero(used == index)
        if name == NO_MATERIAL or not len(chosen):
            continue
        if name not in materials:
            remarks.append(f"its material '{name}' is not there")
            continue
        material = materials[name]
        if not material.texture:
            rgb[chosen] = material.rgb or NEUTRAL_RGB
            remarks += material.remarks
        else:
            mapped = chosen[np.isfinite(uv[chosen]).all(axis=(1, 2))]
            pixels = texture_pixels(_texture_file(material, places))
            if pixels is None or len(mapped) < len(chosen):
                remarks.append(f"its texture '{material.texture}' is not used")
            if pixels is not None:
                rgb[mapped] = texture_colours(pixels, uv[mapped])
    return rgb, remarks


def _texture_file(material: Material, places: tuple[Path, Path]) -> Path | None:
    """Next to the material file or the mesh file. None too where it has options."""
    folder, root = places
    return companion(root, material.folder, material.texture) or companion(
        root, folder, material.texture
    )
