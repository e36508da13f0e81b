"""Smooth unions of ellipsoids and rods, and rays from the vertical axis that find their surface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ganbench.data.procedural.sheets import snapped
from ganbench.data.procedural.surfaces import Floats

FAR_M = 0.16  # no skin is farther from the axis
ROUNDING_M = 0.0025  # of the fold between a blob and its mirror image

CROWN_ARC_M = np.pi / 20
FACE_REACH_M = 0.085
# Heights on the skin, and how far the rays to them dip, radians.
DIPS = (-0.17, -0.135, -0.105, -0.03), (0.0, 0.45, 0.4, 0.0)

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Blob:
    """An ellipsoid or, with `end`, a rod of round section whose radius runs from r_0 to r_1.

    blend: metres over which it melts into what came before. carve: taken away, not added.
    """

    centre: Point
    radii: Point
    blend: float
    carve: bool = False
    end: Point | None = None


Field = Callable[[Floats], Floats]


def field(parts: Sequence[Blob]) -> Field:
    """Signed distance, about, of points (..., 3) from the skin; negative inside.

    Blobs off the middle are folded onto the left half, with a round fold.
    """
    balls = [blob for blob in parts if blob.end is None]
    rods = [blob for blob in parts if blob.end is not None]
    order = np.argsort([parts.index(blob) for blob in [*balls, *rods]])
    from_balls, from_rods = _balls(balls), _rods(rods)

    def distance(points: Floats) -> Floats:
        x, y, z = points.reshape(-1, 3).T
        y = np.stack([np.abs(y), np.sqrt(y * y + ROUNDING_M**2)])
        each = np.concatenate([from_balls(x, y, z), from_rods(x, y, z)])[order]
        total: Floats = each[0]
        for blob, one in zip(parts[1:], each[1:], strict=True):
            total = _blended(total, one, blob)
        return np.asarray(total.reshape(points.shape[:-1]))

    return distance


def _off_middle(blobs: Sequence[Blob]) -> list[int]:
    """Which of the two y, the sharp fold or the round one, each blob sees."""
    return [int(blob.centre[1] != 0) for blob in blobs]


def _balls(balls: Sequence[Blob]) -> Callable[[Floats, Floats, Floats], Floats]:
    """Distances (balls, points) from ellipsoids, of points x, y (twice) and z."""
    cx, cy, cz = np.array([blob.centre for blob in balls]).T[..., None]
    rx, ry, rz = 1 / np.array([blob.radii for blob in balls]).T[..., None]
    fold = _off_middle(balls)

    def distance(x: Floats, y: Floats, z: Floats) -> Floats:
        dx, dy, dz = (x - cx) * rx, (y[fold] - cy) * ry, (z - cz) * rz
        length = np.sqrt(dx * dx + dy * dy + dz * dz)
        dx, dy, dz = dx * rx, dy * ry, dz * rz
        slope = np.sqrt(dx * dx + dy * dy + dz * dz)
        return np.asarray(length * (length - 1) / np.maximum(slope, 1e-9))

    return distance


def _rods(rods: Sequence[Blob]) -> Callable[[Floats, Floats, Floats], Floats]:
    """Distances (rods, points) from rods, of points x, y (twice) and z."""
    start = np.array([blob.centre for blob in rods])
    axis = np.array([blob.end for blob in rods]) - start
    square = (axis**2).sum(axis=1, keepdims=True)
    sx, sy, sz = start.T[..., None]
    ax, ay, az = axis.T[..., None]
    first, last, _ = np.array([blob.radii for blob in rods]).T[..., None]
    fold = _off_middle(rods)

    def distance(x: Floats, y: Floats, z: Floats) -> Floats:
        dx, dy, dz = x - sx, y[fold] - sy, z - sz
        along = np.clip((dx * ax + dy * ay + dz * az) / square, 0, 1)
        dx, dy, dz = dx - along * ax, dy - along * ay, dz - along * az
        away = np.sqrt(dx * dx + dy * dy + dz * dz)
        return np.asarray(away - first - along * (last - first))

    return distance


def _blended(total: Floats, one: Floats, blob: Blob) -> Floats:
    """Smooth minimum for a blob that is added, smooth maximum for one that is taken away."""
    first = -total if blob.carve else total
    overlap = np.maximum(blob.blend - np.abs(first - one), 0)
    least: Floats = np.minimum(first, one) - overlap * overlap * (0.25 / blob.blend)
    return -least if blob.carve else least


def directions(azimuth: Floats, rise: Floats) -> Floats:
    """Unit vectors (..., 3) at an azimuth from the front and an elevation, radians."""
    flat = snapped(np.cos(rise))
    parts = np.broadcast_arrays(
        flat * np.cos(azimuth), flat * snapped(np.sin(azimuth)), np.sin(rise)
    )
    return np.stack(parts, axis=-1)


def rays(azimuth: Floats, arc: Floats) -> tuple[Floats, Floats]:
    """Origins on the vertical axis and directions, for skin at a height along the surface.

    arc: above the eyes the rays fan out from the axis at the height of the eyes, a metre of arc
    being 10 radians; below, it is the height at which the ray passes `FACE_REACH_M`. About the
    chin rays point downwards, for horizontal ones would miss its underside.
    """
    dip = np.interp(arc, *DIPS)
    heading = directions(azimuth, np.clip(10 * arc, 0, np.pi / 2) - dip)
    origin = np.zeros_like(heading)
    origin[..., 2] = np.minimum(arc, 0) + FACE_REACH_M * np.tan(dip)
    return origin, heading


def cast(distance: Field, origin: Floats, heading: Floats, steps: int = 9) -> Floats:
    """How far along each ray (..., 3) the skin is; by false position with the Illinois rule."""
    near, far = np.zeros(heading.shape[:-1]), np.full(heading.shape[:-1], FAR_M)
    at_near, at_far = distance(origin), distance(origin + FAR_M * heading)
    side = np.zeros(heading.shape[:-1])
    for _ in range(steps):
        reach = (near * at_far - far * at_near) / (at_far - at_near)
        value = distance(origin + reach[..., None] * heading)
        inside = value < 0
        # Halving an end that stays twice keeps a curved function from coming from one side only.
        at_far = np.where(inside, np.where(side < 0, at_far / 2, at_far), value)
        at_near = np.where(inside, value, np.where(side > 0, at_near / 2, at_near))
        near, far = np.where(inside, reach, near), np.where(inside, far, reach)
        side = np.where(inside, -1, 1)
    return reach


def skin_at(distance: Field, azimuth: Floats, arc: Floats, lift: Floats | float = 0.0) -> Floats:
    """Points (..., 3) of the skin, moved outwards along their rays by `lift` metres."""
    azimuth, arc = np.broadcast_arrays(azimuth, arc)
    origin, heading = rays(azimuth, arc)
    reach = cast(distance, origin, heading) + lift
    return origin + reach[..., None] * heading
