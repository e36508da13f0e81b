"""Curved sheets of triangles from grids of points, for the parts of a head."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ganbench.data.procedural.surfaces import Bools, Floats
from ganbench.data.rendering.mesh import Part, Rgb


def sheet(
    grid: Floats,
    rgb: Rgb,
    specular: float = 0.08,
    shininess: float = 12.0,
    cells: Bools | None = None,
) -> Part:
    """A (rows, columns, 3) grid of points as one part, or only the chosen cells of it.

    The front of the sheet is where rows run down and columns run to the right.
    Each cell is split along its shorter diagonal: the long one makes saw teeth of sheared cells.
    """
    rows, columns = grid.shape[:2]
    vertices = grid.reshape(-1, 3).astype(np.float32)
    points = vertices.astype(np.float64)
    index = np.arange(rows * columns).reshape(rows, columns)
    corners = [index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]]
    if cells is not None:
        corners = [corner[cells] for corner in corners]
    a, b, c, d = (corner.ravel() for corner in corners)
    at_a, at_b, at_c, at_d = (points.take(corner, axis=0) for corner in (a, b, c, d))
    first = _squared(at_a - at_c) <= _squared(at_b - at_d)
    faces = np.concatenate(
        [
            np.stack([a, np.where(first, c, d), b], axis=1),
            np.stack([np.where(first, a, b), d, c], axis=1),
        ]
    )
    # Triangles without area (at poles and pointed ends) go, and points that nobody needs then.
    one, two, three = (points.take(faces[:, corner], axis=0) for corner in range(3))
    faces = faces[_squared(_crossed(two - one, three - one)) > 1e-18]
    used = np.zeros(len(vertices), dtype=np.bool_)
    used[faces] = True
    compact = np.cumsum(used, dtype=np.int32) - 1
    return Part(vertices[used], compact[faces], rgb, specular, shininess)


def _squared(vectors: Floats) -> Floats:
    result: Floats = (vectors * vectors).sum(axis=-1)
    return result


def _crossed(one: Floats, other: Floats) -> Floats:
    """Cross products of vectors (n, 3), as `np.cross` has them for vectors along any axis."""
    (a, b, c), (x, y, z) = one.T, other.T
    return np.stack([b * z - c * y, c * x - a * z, a * y - b * x], axis=1)


def snapped(values: Floats) -> Floats:
    """Sines and cosines that should be 0 made 0, so that seams and poles close exactly."""
    return np.where(np.abs(values) < 1e-12, 0.0, values)


def ball(
    centre: Sequence[float], radii: Sequence[float], rows: int, columns: int, half: bool = False
) -> Floats:
    """A grid over an ellipsoid from its top to its bottom, or over its left half."""
    rise = np.linspace(np.pi / 2, -np.pi / 2, rows)[:, None]
    turn = np.linspace(0, np.pi if half else 2 * np.pi, columns)[None, :]
    flat = snapped(np.cos(rise))
    unit = [flat * np.cos(turn), flat * snapped(np.sin(turn)), np.sin(rise)]
    result: Floats = np.array(centre) + np.array(radii) * np.stack(
        np.broadcast_arrays(*unit), axis=-1
    )
    return result


def tube(path: Floats, radius: float, reference: Sequence[float], sides: int = 6) -> Floats:
    """A grid over a rod along a path of shape (n, 3); closed where the path is.

    reference: a direction to which no piece of the path is parallel.
    """
    ahead = np.gradient(path, axis=0)
    if np.allclose(path[0], path[-1]):
        ahead[[0, -1]] = path[1] - path[-2]
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    side = np.cross(ahead, np.array(reference))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    other = np.cross(ahead, side)
    turn = np.linspace(2 * np.pi, 0, sides + 1)[None, :, None]
    ring = side[:, None] * np.cos(turn) + other[:, None] * np.sin(turn)
    result: Floats = path[:, None] + radius * ring
    return result
