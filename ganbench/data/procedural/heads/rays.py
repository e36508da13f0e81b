"""Rays from the vertical axis of a head that find its skin, and what is made of where they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from ganbench.data.procedural.heads.field import Blob, Field, field
from ganbench.data.procedural.sheets import snapped
from ganbench.data.procedural.surfaces import Floats

FAR_M = 0.16  # no skin is farther from the axis
STEPS = 9  # of false position

CROWN_ARC_M = np.pi / 20
FACE_REACH_M = 0.085
# Heights on the skin, and how far the rays to them dip, radians.
DIPS = (-0.17, -0.135, -0.105, -0.03), (0.0, 0.45, 0.4, 0.0)

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class OnSkin(Generic[T]):
    """Something that lies on the skin: it can be made once its rays have found it.

    origin, heading: (rays, 3). make: of how far along each ray the skin is.
    """

    origin: Floats
    heading: Floats
    make: Callable[[Floats], T]

    def then(self, use: Callable[[T], U]) -> OnSkin[U]:
        """What `use` makes of it."""
        return OnSkin(self.origin, self.heading, lambda reach: use(self.make(reach)))


def without_rays(thing: T) -> OnSkin[T]:
    """A thing that does not depend on where the skin is."""
    return OnSkin(np.empty((0, 3)), np.empty((0, 3)), lambda reach: thing)


def together(things: Sequence[OnSkin[T]]) -> OnSkin[list[T]]:
    """All of them: many rays at once take little longer than a few."""
    none = np.empty((0, 3))
    ends = np.cumsum([0, *(len(thing.origin) for thing in things)])

    def make(reach: Floats) -> list[T]:
        pieces = zip(things, ends[:-1], ends[1:], strict=True)
        return [thing.make(reach[start:end]) for thing, start, end in pieces]

    return OnSkin(
        np.concatenate([none, *(thing.origin for thing in things)]),
        np.concatenate([none, *(thing.heading for thing in things)]),
        make,
    )


def made(thing: OnSkin[T], parts: Sequence[Blob]) -> T:
    """The thing on the skin of these blobs."""
    origin, heading = (np.ascontiguousarray(of.T) for of in (thing.origin, thing.heading))
    return thing.make(cast(field(parts, origin.shape[1]), origin, heading))


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


def cast(distance: Field, origin: Floats, heading: Floats) -> Floats:
    """How far along each ray (3, rays) the skin is; by false position with the Illinois rule."""
    near, far = np.zeros(heading.shape[1]), np.full(heading.shape[1], FAR_M)
    at_near, at_far = distance(origin), distance(origin + FAR_M * heading)
    side = np.zeros(heading.shape[1])
    for _ in range(STEPS - 1):
        reach = _false_position(near, far, at_near, at_far)
        value = distance(origin + reach * heading)
        inside = value < 0
        # Halving an end that stays twice keeps a curved function from coming from one side only.
        at_far = np.where(inside, np.where(side < 0, at_far / 2, at_far), value)
        at_near = np.where(inside, value, np.where(side > 0, at_near / 2, at_near))
        near, far = np.where(inside, reach, near), np.where(inside, far, reach)
        side = np.where(inside, -1, 1)
    return _false_position(near, far, at_near, at_far)


def _false_position(near: Floats, far: Floats, at_near: Floats, at_far: Floats) -> Floats:
    return (near * at_far - far * at_near) / (at_far - at_near)


def skin_at(azimuth: Floats, arc: Floats, lift: Floats | float = 0.0) -> OnSkin[Floats]:
    """Points (..., 3) of the skin, moved outwards along their rays by `lift` metres."""
    return above_skin(azimuth, arc, lambda reach: reach + lift)


def above_skin(azimuth: Floats, arc: Floats, moved: Callable[[Floats], Floats]) -> OnSkin[Floats]:
    """Points (..., 3) on rays to the skin, as far along them as `moved` makes of the skin's."""
    azimuth, arc = np.broadcast_arrays(azimuth, arc)
    origin, heading = rays(azimuth, arc)

    def make(reach: Floats) -> Floats:
        result: Floats = origin + moved(reach.reshape(arc.shape))[..., None] * heading
        return result

    return OnSkin(origin.reshape(-1, 3), heading.reshape(-1, 3), make)
