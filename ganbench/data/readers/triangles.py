"""What the readers of mesh files share: triangles with colours, and polygons cut into them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ganbench.data.rendering.mesh import Rgb

NEUTRAL_RGB: Rgb = (0.52, 0.58, 0.66)
AREA_TOLERANCE = 1e-6
LONGEST_QUOTE = 40

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Unreadable(ValueError):
    """A file that gives no mesh; the text is the reason, for the user."""


@dataclass(frozen=True, eq=False)
class Triangles:
    """A piece of a file, in the file's own axes and units.

    points: (n, 3). faces: (m, 3), indices into `points`.
    rgb: (m, 3), each channel in 0..1; NEUTRAL_RGB where the file gives no colour.
    remarks: what of the file was not used, each in words.
    """

    points: Floats
    faces: Ints
    rgb: Floats
    remarks: tuple[str, ...] = ()


def quoted(line: str) -> str:
    """The line of a damaged file, cut and without what cannot be printed."""
    line = " ".join(line.split())
    shown = line if len(line) <= LONGEST_QUOTE else line[:LONGEST_QUOTE] + "…"
    return "'" + "".join(letter if letter.isprintable() else "?" for letter in shown) + "'"


def neutral(count: int) -> Floats:
    return np.tile(NEUTRAL_RGB, (count, 1))


def checked_indices(indices: Ints, count: int) -> Ints:
    """Raises Unreadable where one of them is not the index of one of `count` vertices."""
    if len(indices) and (indices.min() < 0 or indices.max() >= count):
        raise Unreadable("its faces refer to vertices that it does not have")
    return indices


def cut_polygons(points: Floats, sizes: Ints, corners: Ints) -> tuple[Ints, Ints]:
    """Triangles of plane polygons, which may be concave, wound as these are.

    sizes: corners of each polygon, 3 or more. corners: indices into `points`, those of the first
    polygon first. Gives positions in `corners`, (m, 3), and the polygon of each triangle, (m,).
    """
    starts = np.cumsum(sizes) - sizes
    simple = np.flatnonzero(sizes == 3)
    three = starts[simple][:, None] + np.arange(3)
    others = np.flatnonzero(sizes > 3)
    if not len(others):
        return three, simple
    position = np.concatenate([np.arange(starts[i], starts[i] + sizes[i]) for i in others])
    cut, of = _cut(_framed(points[corners[position]], sizes[others]), sizes[others])
    faces = np.concatenate([three, position[cut]])
    owner = np.concatenate([simple, others[of]])
    order = np.argsort(owner, kind="stable")
    return faces[order], owner[order]


def _framed(points: Floats, sizes: Ints) -> Floats:
    """Each polygon moved to the origin and scaled to a size of 1: VTK's tolerance is absolute."""
    starts = np.cumsum(sizes) - sizes
    low = np.minimum.reduceat(points, starts)
    extent = (np.maximum.reduceat(points, starts) - low).max(axis=1)
    extent[~(extent > 0)] = 1
    framed: Floats = (points - np.repeat(low, sizes, axis=0)) / np.repeat(extent, sizes)[:, None]
    return framed


def _cut(points: Floats, sizes: Ints) -> tuple[Ints, Ints]:
    """Polygons with points of their own cut by VTK; by a fan where that loses a part of one."""
    import pyvista as pv

    starts = np.cumsum(sizes) - sizes
    cells = np.insert(np.arange(len(points)), starts, sizes)
    surface = pv.PolyData(points, cells)
    surface.cell_data["polygon"] = np.arange(len(sizes))
    whole = surface.triangulate()
    faces = np.asarray(whole.regular_faces, dtype=np.int64)
    owner = np.asarray(whole.cell_data["polygon"], dtype=np.int64)
    lost = _area_lost(points, sizes, faces, owner)
    fans = [
        (starts[i], starts[i] + k, starts[i] + k + 1, i) for i in lost for k in _inner(sizes[i])
    ]
    rest = ~np.isin(owner, lost)
    added = np.array(fans, dtype=np.int64).reshape(-1, 4)
    return np.concatenate([faces[rest], added[:, :3]]), np.concatenate([owner[rest], added[:, 3]])


def _inner(size: int) -> range:
    return range(1, size - 1)


def _area_lost(points: Floats, sizes: Ints, faces: Ints, owner: Ints) -> Ints:
    """The polygons whose triangles have not their area, as vectors: of VTK, which drops ears that
    it cannot cut.
    """
    starts = np.cumsum(sizes) - sizes
    after = np.arange(len(points)) + 1
    after[starts + sizes - 1] = starts
    expected = np.add.reduceat(np.cross(points, points[after]), starts)
    a, b, c = (points[faces[:, i]] for i in range(3))
    actual = np.zeros_like(expected)
    np.add.at(actual, owner, np.cross(b - a, c - a))
    return np.flatnonzero(~(np.abs(actual - expected).max(axis=1) <= AREA_TOLERANCE))
