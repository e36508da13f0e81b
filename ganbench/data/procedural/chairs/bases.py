"""What a chair stands on: legs and their stretchers, star base, sled, crossed legs."""

from __future__ import annotations

import numpy as np

from ganbench.data.procedural.chairs.backs import at_back, back_foot, leg_inset
from ganbench.data.procedural.chairs.solids import (
    ROUND,
    SQUARE,
    Material,
    Piece,
    across,
    filleted,
    made_of,
    post,
    swept,
    tube,
)
from ganbench.data.procedural.chairs.styles import ChairParameters
from ganbench.data.procedural.sheets import ball
from ganbench.data.procedural.surfaces import Floats

CASTER_M = 0.028  # radius
STAR_DEG = (0, 72, 144)  # arms of a star base; the first one points forward


def leg(p: ChairParameters, x: float, y: float, top: float) -> Floats:
    """Axis of a leg from the ground to (x, y, top), shape (2, 3), splayed outwards."""
    shift = top * np.tan(np.radians(p.leg_splay_deg))
    return np.array([(x + np.sign(x) * shift, y + shift, 0.0), (x, y, top)])


def front_leg(p: ChairParameters) -> Floats:
    """Axis of the left front leg up into the seat."""
    inset = leg_inset(p)
    return leg(p, p.seat_depth_m / 2 - inset, p.seat_width_m / 2 - inset, _in_seat(p))


def rear_leg(p: ChairParameters) -> Floats:
    """Axis of the left rear leg up into the seat, below the side of the back."""
    x, y, _ = back_foot(p)
    return leg(p, x, y, _in_seat(p))


def _in_seat(p: ChairParameters) -> float:
    return p.seat_height_m - 0.6 * p.seat_thickness_m


def front_legs(p: ChairParameters) -> list[Piece]:
    half = np.array([0.36, 0.5]) * p.leg_thickness_m
    return made_of(Material.FRAME, post(front_leg(p), half, SQUARE))


def square_legs(p: ChairParameters) -> list[Piece]:
    half = np.array([0.36, 0.5]) * p.leg_thickness_m
    return made_of(Material.FRAME, *(post(axis, half, SQUARE) for axis in _legs(p)))


def round_legs(p: ChairParameters) -> list[Piece]:
    half = np.array([0.38, 0.5]) * p.leg_thickness_m
    return made_of(Material.FRAME, *(post(axis, half, ROUND) for axis in _legs(p)))


def turned_legs(p: ChairParameters) -> list[Piece]:
    """Legs that swell and narrow, as from a lathe."""
    level = np.array([0.0, 0.12, 0.34, 0.52, 0.56, 0.6, 0.8, 1.0])
    half = np.array([0.32, 0.36, 0.52, 0.4, 0.5, 0.4, 0.5, 0.4]) * p.leg_thickness_m
    axes = (_along(axis, level) for axis in _legs(p))
    return made_of(Material.FRAME, *(post(axis, half, ROUND) for axis in axes))


def _legs(p: ChairParameters) -> tuple[Floats, Floats]:
    return front_leg(p), rear_leg(p)


def _along(axis: Floats, level: float | Floats) -> Floats:
    """Points of an axis of shape (2, 3) at fractions of its length."""
    result: Floats = axis[0] + np.asarray(level)[..., None] * (axis[1] - axis[0])
    return result


def box_feet(p: ChairParameters) -> list[Piece]:
    """Feet at the outer corners of an upholstered box."""
    return _feet(p, p.seat_width_m / 2 + p.arm_width_m - 0.05)


def tub_feet(p: ChairParameters) -> list[Piece]:
    """Feet well under an upholstered body with round corners."""
    return _feet(p, p.seat_width_m / 2 - 0.12)


def _feet(p: ChairParameters, y: float) -> list[Piece]:
    x, top = p.seat_depth_m / 2 - 0.06, body_bottom(p) + 0.03
    half = np.array([0.32, 0.5]) * p.leg_thickness_m
    axes = (leg(p, place, y, top) for place in (x, -x))
    return made_of(Material.FRAME, *(post(axis, half, ROUND) for axis in axes))


def body_bottom(p: ChairParameters) -> float:
    """Height of the underside of an upholstered body."""
    return 0.3 * p.seat_height_m


def box_stretchers(p: ChairParameters) -> list[Piece]:
    """Rungs between the legs of a side, and lower ones across at the front and the rear."""
    return _rungs(p, 0.42, 0.3)


def foot_rail(p: ChairParameters) -> list[Piece]:
    """Rungs to put the feet on, and higher ones at the sides."""
    return _rungs(p, 0.41, 0.33)


def _rungs(p: ChairParameters, side: float, ends: float) -> list[Piece]:
    """Rungs at the sides and at both ends, their heights as fractions of the seat's."""
    sides = np.stack([_along(axis, side) for axis in _legs(p)])
    paths = [sides, *(across(_along(axis, ends)) for axis in _legs(p))]
    radius = 0.33 * p.leg_thickness_m
    return made_of(Material.FRAME, *(tube(path, radius, (0, 0, 1)) for path in paths))


def h_stretchers(p: ChairParameters) -> list[Piece]:
    """Rungs between the legs of a side and one across between these rungs."""
    sides = np.stack([_along(axis, 0.42) for axis in _legs(p)])
    paths = (sides, across(sides.mean(axis=0)))
    radius = 0.3 * p.leg_thickness_m
    return made_of(Material.FRAME, *(tube(path, radius, (0, 0, 1)) for path in paths))


def star_base(p: ChairParameters) -> list[Piece]:
    """Five arms on casters around a gas spring."""
    turn = np.radians(STAR_DEG)
    ways = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    hub, tip = np.array([0, 0, 0.105]), np.array([0, 0, 0.063])
    reach = 0.62 * p.seat_width_m
    half = np.array([0.6, 0.36]) * p.leg_thickness_m
    arms = (tube([0.03 * way + hub, reach * way + tip], half, (0, 0, 1)) for way in ways)
    casters = (
        ball((reach * x, reach * y, CASTER_M), (CASTER_M,) * 3, 7, 9, half=y == 0)
        for x, y, _ in ways
    )
    top = p.seat_height_m - 0.8 * p.seat_thickness_m
    radii = np.array([0.8, 0.72, 0.42, 0.42, 2.4]) * p.leg_thickness_m
    column = post([(0, 0, z) for z in (0.06, 0.19, 0.19, top, top)], radii, ROUND)
    return made_of(Material.FRAME, *arms, column) + made_of(Material.DARK, *casters)


def sled(p: ChairParameters) -> list[Piece]:
    """One bent tube: from the rear along the ground, up in front, under the seat, up the back."""
    radius = p.leg_thickness_m / 2
    _, y, _ = back_foot(p)
    level = p.seat_height_m - p.seat_thickness_m
    front, rear = p.seat_depth_m / 2 - radius, -p.seat_depth_m / 2
    lean = level * np.tan(np.radians(p.leg_splay_deg))
    corners = [
        (rear, 0, radius),
        (rear, y, radius),
        (front - lean, y, radius),
        (front, y, level),
        at_back(p, 0.0, y, -p.seat_thickness_m),
        *at_back(p, 0.0, y, np.array([0.5, 0.97]) * p.back_height_m),
    ]
    return made_of(Material.FRAME, tube(filleted(corners, 0.08), radius, (0, 0, 1)))


def crossed_legs(p: ChairParameters) -> list[Piece]:
    """Rails from the back's top to the front feet, and legs from the seat to the rear feet."""
    half = p.leg_thickness_m / 2
    x, y, _ = back_foot(p)
    front, inner = p.seat_depth_m / 2, folded_y(p)
    back = at_back(p, 0.0, y, np.array([0.0, p.back_height_m]))
    rail = np.array([(front, y, 0.0), *back])
    prop = np.array([(x - 0.02, inner, 0.0), (front - 0.06, inner, _in_seat(p))])
    rungs = (across(_along(axis[:2], 0.2)) for axis in (rail, prop))
    return made_of(
        Material.FRAME,
        post(rail, np.array([0.7, 1, 0.7]) * half, SQUARE),
        post(prop, np.array([0.7, 1]) * half, SQUARE),
        *(swept(rung, (0.5 * half, 0, 0), (0, 0, 0.8 * half), SQUARE) for rung in rungs),
    )


def folded_y(p: ChairParameters) -> float:
    """Where the inner legs of a folding chair stand, just inside the outer ones."""
    return back_foot(p)[1] - p.leg_thickness_m - 0.004
