"""Closed solids as grids of points, for the parts of a chair.

A solid across the plane y = 0 is a left half that is open there; its reflection closes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ganbench.data.procedural.sheets import sheet, snapped
from ganbench.data.procedural.surfaces import Floats
from ganbench.data.rendering.mesh import Part, Rgb


class Material(IntEnum):
    """What a solid is made of."""

    FRAME = 0
    COVER = 1
    DARK = 2


class Piece(NamedTuple):
    """A closed grid of points, shape (rows, columns, 3), and its material."""

    material: Material
    grid: Floats


def made_of(material: Material, *grids: Floats) -> list[Piece]:
    return [Piece(material, grid) for grid in grids]


def ring(power: float, count: int) -> Floats:
    """`count` points around |u|^p + |v|^p = 1 from u = 1 on, the first one again at the end."""
    turn = np.linspace(0, 2 * np.pi, count + 1)
    unit = snapped(np.stack([np.cos(turn), np.sin(turn)], axis=1))
    result: Floats = np.sign(unit) * np.abs(unit) ** (2 / power)
    result[-1] = result[0]
    return result


ROUND = ring(2, 10)
SQUARE = ring(30, 8)
SOFT = ring(4.5, 20)


def swept(path: Floats, one: npt.ArrayLike, other: npt.ArrayLike, outline: Floats) -> Floats:
    """A rod along `path`, shape (n, 3), whose sections are `outline` spanned by two vectors.

    one, other: of shape (3,) or (n, 3), metres; half the size of the section and its direction.
    A path in the plane y = 0 gives the left half of the rod, and then `other` must be along y.
    A path that ends in that plane is open there; other ends are capped.
    """
    lengthwise = not path[:, 1].any()
    chosen = outline[: len(outline) // 2 + 1] if lengthwise else outline
    u, v = (np.broadcast_to(np.asarray(axis), path.shape)[:, None] for axis in (one, other))
    rows = path[:, None] + u * chosen[:, :1] + v * chosen[:, 1:]
    capped = [np.repeat(path[end][None, None], len(chosen), axis=1) for end in (0, -1)]
    start, stop = (int(lengthwise or path[end, 1] != 0) for end in (0, -1))
    return np.concatenate([*capped[:start], rows, *capped[1 : 1 + stop]])


def post(path: npt.ArrayLike, half_size: npt.ArrayLike, outline: Floats) -> Floats:
    """An upright rod with level sections, so that it stands flat on the ground.

    half_size: metres, one number or one a point of the path.
    """
    points = np.asarray(path, dtype=np.float64)
    size = np.broadcast_to(np.asarray(half_size), len(points))[:, None]
    return swept(points, size * np.array([1.0, 0, 0]), size * np.array([0, 1.0, 0]), outline)


def tube(path: npt.ArrayLike, radius: npt.ArrayLike, start: Sequence[float]) -> Floats:
    """A round rod that follows a path of shape (n, 3) without twisting.

    radius: metres, one number or one a point. start: a direction across the path's beginning.
    """
    points = np.asarray(path, dtype=np.float64)
    ahead = np.gradient(points, axis=0)
    if points[:, 1].any():  # square to the plane of symmetry where the path crosses it
        ahead[points[:, 1] == 0] *= np.array([0, 1, 0])
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    normals = [_square_to(ahead[0], np.array(start))]
    for direction in ahead[1:]:
        normals.append(_square_to(direction, normals[-1]))
    normal = np.stack(normals)
    size = np.broadcast_to(np.asarray(radius), len(points))[:, None]
    return swept(points, size * normal, size * np.cross(ahead, normal), ROUND)


def _square_to(direction: Floats, vector: Floats) -> Floats:
    square: Floats = vector - direction * (vector @ direction)
    return square / np.linalg.norm(square)


def across(end: Floats) -> Floats:
    """The level line of shape (2, 3) from the plane y = 0 to a point."""
    return np.stack([end * np.array([1, 0, 1]), end])


def shifted(points: Floats, x: float, y: float, z: float) -> Floats:
    result: Floats = points + np.array([x, y, z])
    return result


def filleted(corners: npt.ArrayLike, radius: float, steps: int = 5) -> Floats:
    """A line through points of shape (n, 3), its corners rounded from `radius` before to after."""
    points = np.asarray(corners, dtype=np.float64)
    place = np.linspace(0, 1, steps)[:, None]
    line = [points[:1]]
    for before, corner, after in zip(points[:-2], points[1:-1], points[2:], strict=True):
        enter, leave = (_towards(corner, end, radius) for end in (before, after))
        line.append((1 - place) ** 2 * enter + 2 * place * (1 - place) * corner + place**2 * leave)
    return np.concatenate([*line, points[-1:]])


def _towards(corner: Floats, end: Floats, radius: float) -> Floats:
    length = float(np.linalg.norm(end - corner))
    result: Floats = corner + (end - corner) * min(radius / length, 0.45)
    return result


def rounded(half_x: float, half_y: float, corner: float, whole: bool = False) -> Floats:
    """A rectangle with rounded corners, shape (k, 2): its left half from +x to -x, or all of it."""
    radius = min(corner, half_x, half_y)
    turn = np.linspace(0, np.pi / 2, 5)
    arc = np.array([half_x, half_y]) - radius + radius * np.stack([np.cos(turn), np.sin(turn)], 1)
    edge_y = np.linspace(0, half_y - radius, 4)[:-1]
    quarter = np.concatenate([np.stack([np.full(3, half_x), edge_y], axis=1), arc])
    side_x = np.linspace(half_x - radius, radius - half_x, 6)[1:-1]
    side = np.stack([side_x, np.full(4, half_y)], axis=1)
    left = np.concatenate([quarter, side, quarter[::-1] * np.array([-1, 1])])
    right = left[-2::-1] * np.array([1, -1])
    return np.concatenate([left, right]) if whole else left


def slab(outline: Floats, thickness: float, edge: float, crown: float = 0.0) -> Floats:
    """A plate or cushion over an outline of shape (k, 2), its underside at z = 0.

    edge: radius of its rounded edges; crown: how far the top bulges; both within `thickness`.
    """
    turn = np.linspace(0, np.pi / 2, 3)
    rim = thickness - crown
    inset = edge * (1 - np.sin(turn))
    rise = edge * (1 - np.cos(turn))
    inwards = np.concatenate([inset, inset[::-1]])
    height = np.concatenate([rise, (rim - rise)[::-1]])
    half = np.abs(outline).max(axis=0)
    wall = (1 - inwards[:, None] / half)[:, None] * outline
    share = np.array([0.82, 0.5, 0.2, 0.0])[:, None, None]
    plan = np.concatenate([share[::-1] * wall[0], wall, share * wall[-1]])
    z = np.zeros((*plan.shape[:2], 1))
    z[len(share) :] = rim
    z[len(share) : -len(share), :, 0] = height[:, None]
    z[-len(share) :] += crown * (1 - (plan[-len(share) :] / half) ** 2).prod(axis=-1, keepdims=True)
    return np.concatenate([plan, z], axis=-1)


def solid(grid: Floats, rgb: Rgb, specular: float, shininess: float) -> Part:
    """The left half of a chair's solid as a part that faces outwards."""
    part = sheet(grid, rgb, specular, shininess)
    a, b, c = (part.vertices[part.faces[:, corner]].astype(np.float64) for corner in range(3))
    inside_out = (a * np.cross(b, c)).sum() < 0
    return sheet(grid[::-1], rgb, specular, shininess) if inside_out else part
