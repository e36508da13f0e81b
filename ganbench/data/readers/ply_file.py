"""Stanford PLY: polygons with coloured faces, coloured vertices or one texture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganbench.data.readers.ply_elements import Column, List, read_elements
from ganbench.data.readers.textures import companion, texture_colours, texture_pixels
from ganbench.data.readers.triangles import (
    Floats,
    Ints,
    Triangles,
    Unreadable,
    checked_indices,
    cut_polygons,
    neutral,
)

INDICES = ("vertex_indices", "vertex_index")
CHANNELS = (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"))
CALLED_LIKE_COLOURS = (*CHANNELS, ("r", "g", "b"))  # in any case of their letters
COORDINATES = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"))


@dataclass(frozen=True, eq=False)
class _Polygons:
    """Those of three corners or more.

    chosen: which of the file's faces they are. position: where their corners are in its lists.
    """

    sizes: Ints
    corners: Ints
    chosen: Ints
    position: Ints


def read_ply(file: Path, root: Path) -> list[Triangles]:
    """The polygons of the file, cut into triangles.

    A triangle has the colour of its face where the file gives that, else of its vertices, else the
    mean of the texture. root: the texture must lie below it.

    Raises Unreadable for what is not understood.
    """
    elements, textures = read_elements(file.read_bytes())
    if "tristrips" in elements:
        raise Unreadable("it holds strips of triangles, which are not read; export it with faces")
    vertex, face = elements.get("vertex", {}), elements.get("face", {})
    lists = next((face[name] for name in INDICES if isinstance(face.get(name), List)), None)
    if not isinstance(lists, List) or not lists.counts.size:
        return []
    points = _points(vertex)
    polygons = _polygons(lists, len(points))
    cut, owner = cut_polygons(points, polygons.sizes, polygons.corners)
    faces = polygons.corners[cut]
    remarks = [*_unread_colours(face), *_unread_colours(vertex)]
    if len(polygons.chosen) < len(lists.counts):
        remarks.append("faces of fewer than three corners are left out")
    rgb = neutral(len(faces))
    if (of_faces := _colours(face)) is not None:
        rgb = of_faces[polygons.chosen][owner]
    elif (of_vertices := _colours(vertex)) is not None:
        rgb = of_vertices[faces].mean(axis=1)
    elif textures:
        uv = _uv(vertex, face, polygons, lists)
        pixels = texture_pixels(companion(root, file.parent, textures[0]))
        if uv is None or pixels is None or len(textures) > 1:
            remarks.append(f"its texture '{textures[0]}' is not used")
        else:
            rgb = texture_colours(pixels, uv[cut])
    return [Triangles(points, faces, rgb, tuple(remarks))]


def _points(vertex: Mapping[str, Column | List]) -> Floats:
    columns = [vertex.get(axis) for axis in "xyz"]
    present = [column.values for column in columns if isinstance(column, Column)]
    if len(present) < 3:
        raise Unreadable("its vertices have no x, y and z")
    return np.stack(present, axis=1).astype(np.float64)


def _polygons(lists: List, count: int) -> _Polygons:
    flat = lists.values
    if not (flat == np.round(flat)).all():
        raise Unreadable("its faces refer to vertices that it does not have")
    chosen = np.flatnonzero(lists.counts >= 3)
    position = np.flatnonzero(np.repeat(lists.counts >= 3, lists.counts))
    corners = checked_indices(flat[position].astype(np.int64), count)
    return _Polygons(lists.counts[chosen], corners, chosen, position)


def _colours(element: Mapping[str, Column | List]) -> Floats | None:
    """(items, 3) within 0..1; None where it has none."""
    for names in CHANNELS:
        columns = [element.get(name) for name in names]
        present = [column for column in columns if isinstance(column, Column)]
        if len(present) == 3:
            rgb = np.stack([column.values for column in present], axis=1).astype(np.float64)
            return np.clip(rgb / _full(rgb, present[0]), 0, 1)
    return None


def _unread_colours(element: Mapping[str, Column | List]) -> list[str]:
    """A remark where properties look like colours, under names that no reader has to know."""
    if any(element.keys() >= set(channels) for channels in CHANNELS):
        return []
    for channels in CALLED_LIKE_COLOURS:
        alike = [name for name in element if name.lower() in channels]
        if len(alike) >= len(channels):
            return [f"its properties '{' '.join(alike)}' are not used; call colours red green blue"]
    return []


def _full(rgb: Floats, column: Column) -> float:
    """The number of a channel that is full on."""
    if column.kind == "f":
        return 255.0 if rgb.size and rgb.max() > 1 else 1.0
    if column.kind == "u2":
        return 65535.0
    if rgb.size and rgb.max() > 255:
        raise Unreadable("it has colours above 255")
    return 255.0


def _uv(
    vertex: Mapping[str, Column | List],
    face: Mapping[str, Column | List],
    polygons: _Polygons,
    lists: List,
) -> Floats | None:
    """Of each corner from the left and the top, (corners, 2); None where it has none."""
    uv = None
    own = face.get("texcoord")
    if isinstance(own, List) and np.array_equal(own.counts, 2 * lists.counts):
        uv = own.values.reshape(-1, 2)[polygons.position].astype(np.float64)
    for u, v in COORDINATES:
        across, upward = vertex.get(u), vertex.get(v)
        if uv is None and isinstance(across, Column) and isinstance(upward, Column):
            pairs = np.stack([across.values, upward.values], axis=1).astype(np.float64)
            uv = pairs[polygons.corners]
    if uv is None or not np.isfinite(uv).all():
        return None
    return np.stack([uv[:, 0], 1 - uv[:, 1]], axis=1)
