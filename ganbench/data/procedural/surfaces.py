"""Grids of points in space and their triangles: the building blocks of procedural shapes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ganbench.data.rendering.mesh import Faces, Part, Rgb, Vertices

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]
Surface = tuple[Floats, Codes]  # points (rows, columns, 3), material (rows - 1, columns - 1)


def grid_lines(start: float, stop: float, count: int, extra: Sequence[float] = ()) -> Floats:
    """Increasing coordinates from `start` to `stop`: all of `extra`, and about `count` even ones.

    Even lines that would lie closer to a wanted one than a third of their spacing are left out,
    so that the edges of windows and doors do not bring slivers.
    """
    inside = [value for value in extra if start < value < stop]
    wanted = np.unique(np.array([start, stop, *inside], dtype=np.float64))
    even = np.linspace(start, stop, count)
    gap = np.abs(even[:, None] - wanted[None, :]).min(axis=1)
    return np.unique(np.concatenate([wanted, even[gap > (stop - start) / (count - 1) / 3]]))


def superellipse(
    front_y: Floats, side_x: Floats, rear_y: Floats, front_power: float, rear_power: float
) -> Floats:
    """Points of shape (k, 2) on the left half of |x|^p + |y|^p = 1, from the front to the rear.

    front_y: rising y of the points on the front face; side_x: falling x of the points on the
    side; rear_y: falling y of the points on the rear face. The power is `front_power` where
    x > 0 and `rear_power` behind: a higher one has squarer corners.
    """
    front = np.stack([_other(front_y, front_power), front_y], axis=1)
    power = np.where(side_x > 0, front_power, rear_power)
    side = np.stack([side_x, _other(side_x, power)], axis=1)
    rear = np.stack([-_other(rear_y, rear_power), rear_y], axis=1)
    return np.concatenate([front, side, rear])


def _other(value: Floats, power: float | Floats) -> Floats:
    result: Floats = np.clip(1 - np.abs(value) ** power, 0, 1) ** (1 / power)
    return result


def patch(
    grid: Floats, cells: Bools, rgb: Rgb, specular: float = 0.1, shininess: float = 20.0
) -> Part:
    """The chosen cells of a (rows, columns, 3) grid of points, two triangles a cell.

    cells: shape (rows - 1, columns - 1). Points that no chosen cell uses are dropped.
    """
    rows, columns = grid.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    corners = [index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]]
    a, b, c, d = (corner[cells] for corner in corners)
    faces = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    return _compact(grid.reshape(-1, 3), faces, rgb, specular, shininess)


def _compact(
    points: Floats, faces: npt.NDArray[np.int64], rgb: Rgb, specular: float, shininess: float
) -> Part:
    """Drop the triangles without area, then the unused points."""
    rounded = points.astype(np.float32).astype(np.float64)
    a, b, c = (rounded[faces[:, corner]] for corner in range(3))
    double_area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    used, compact = np.unique(faces[double_area > 1e-9], return_inverse=True)
    return Part(
        rounded[used].astype(np.float32),
        compact.reshape(-1, 3).astype(np.int32),
        rgb,
        specular,
        shininess,
    )


def joined(parts: Sequence[Part]) -> Part:
    """One part out of several, with the colour and shine of the first."""
    offsets = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    vertices: Vertices = np.concatenate([part.vertices for part in parts])
    faces: Faces = np.concatenate(
        [part.faces + offset for part, offset in zip(parts, offsets, strict=True)]
    ).astype(np.int32)
    first = parts[0]
    return Part(vertices, faces, first.rgb, first.specular, first.shininess)


def mirrored(part: Part) -> Part:
    """The part together with its reflection in the plane y = 0 (exactly symmetric)."""
    flip = np.array([1, -1, 1], dtype=np.float32)
    other = Part(part.vertices * flip, part.faces[:, ::-1], part.rgb, part.specular, part.shininess)
    return joined([part, other])


def box(low: Sequence[float], high: Sequence[float], rgb: Rgb) -> Part:
    """An axis-aligned box between two corners of shape (3,), metres."""
    x, y, z = zip(low, high, strict=True)
    points = np.array([(i, j, k) for i in x for j in y for k in z], dtype=np.float32)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = [(a, b, c) for a, b, c, _ in quads] + [(a, c, d) for a, _, c, d in quads]
    return Part(points, np.array(triangles, dtype=np.int32), rgb)
