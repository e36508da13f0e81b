"""The seats of chairs, and what is built around them: boxes, tubs and wooden sides."""

from __future__ import annotations

import numpy as np

from ganbench.data.procedural.chairs.backs import at_back, back_foot
from ganbench.data.procedural.chairs.bases import body_bottom, folded_y, leg
from ganbench.data.procedural.chairs.solids import (
    SOFT,
    SQUARE,
    Material,
    Piece,
    across,
    made_of,
    post,
    rounded,
    shifted,
    slab,
    swept,
)
from ganbench.data.procedural.chairs.styles import ChairParameters
from ganbench.data.procedural.surfaces import Floats

BOARDS = 6  # of the seat of a folding chair


def plank(p: ChairParameters) -> list[Piece]:
    """A flat seat."""
    return _seat(p, 0.25, 0.0)


def cushion(p: ChairParameters) -> list[Piece]:
    """A padded seat."""
    return _seat(p, 0.35, 0.25)


def _seat(p: ChairParameters, edge: float, crown: float) -> list[Piece]:
    """A slab whose edge radius and crown are given as fractions of its thickness."""
    thickness = p.seat_thickness_m
    outline = rounded(p.seat_depth_m / 2, p.seat_width_m / 2, p.corner_m)
    grid = slab(outline, thickness, edge * thickness, crown * thickness)
    return made_of(Material.COVER, _tapered(p, shifted(grid, 0, 0, p.seat_height_m - thickness)))


def _tapered(p: ChairParameters, grid: Floats) -> Floats:
    """The grid narrowed towards the rear of the seat."""
    share = np.clip(0.5 - grid[..., 0] / p.seat_depth_m, 0, 1)
    result = grid.copy()
    result[..., 1] *= 1 - (1 - p.seat_taper) * share
    return result


def apron(p: ChairParameters) -> list[Piece]:
    """The frame of boards below the seat."""
    inset = 0.2 * p.leg_thickness_m + 0.29 * p.corner_m
    outline = rounded(p.seat_depth_m / 2 - inset, p.seat_width_m / 2 - inset, 0.004)
    grid = slab(outline, 0.06, 0.002)
    low = p.seat_height_m - p.seat_thickness_m - 0.048
    return made_of(Material.FRAME, _tapered(p, shifted(grid, 0, 0, low)))


def boards(p: ChairParameters) -> list[Piece]:
    """A seat of narrow boards across, on a rail at each side."""
    pitch, quarter = p.seat_depth_m / BOARDS, p.seat_thickness_m / 4
    width, inner = p.seat_width_m / 2, folded_y(p)
    places = (np.arange(BOARDS) + 0.5) * pitch - p.seat_depth_m / 2
    paths = (across(np.array([x, width, p.seat_height_m - quarter])) for x in places)
    planks = (swept(path, (0.4 * pitch, 0, 0), (0, 0, quarter), SQUARE) for path in paths)
    rail = np.array([(x, inner, p.seat_height_m - 3 * quarter) for x in (places[0], places[-1])])
    side = swept(rail, (0, 0.35 * p.leg_thickness_m, 0), (0, 0, 1.2 * quarter), SQUARE)
    return made_of(Material.COVER, *planks) + made_of(Material.FRAME, side)


def box_body(p: ChairParameters) -> list[Piece]:
    """The upholstered box below the cushion, and an arm at each side."""
    low = body_bottom(p)
    high = p.seat_height_m - 0.9 * p.seat_thickness_m
    base = rounded(p.seat_depth_m / 2 - 0.05, p.seat_width_m / 2 + 0.02, 0.02)
    arm = rounded(p.seat_depth_m / 2 - 0.01, p.arm_width_m / 2, 0.03, whole=True)
    arm_m = p.seat_height_m + p.arm_height_m - low
    return made_of(
        Material.COVER,
        shifted(slab(base, high - low, 0.015), 0.03, 0, low),
        shifted(slab(arm, arm_m, 0.035, 0.01), 0, (p.seat_width_m + p.arm_width_m) / 2, low),
    )


def tub_body(p: ChairParameters) -> list[Piece]:
    """A padded wall around the seat, high behind and falling towards the front."""
    end = 0.775 * np.pi
    turn = end * np.sin(np.linspace(0, np.pi / 2, 20))
    rounding = 1 - 0.5 * (turn / end) ** 40
    fall = np.clip((turn - 0.28 * np.pi) / (0.34 * np.pi), 0, 1)
    rise = p.back_height_m - (p.back_height_m - p.arm_height_m) * fall**2 * (3 - 2 * fall)
    low = body_bottom(p)
    half = ((p.seat_height_m + rise - low) / 2 * rounding**0.3)[:, None]
    plan, outward = _tub_plan(p, turn)
    upward = half * (np.tan(np.radians(p.back_tilt_deg)) * outward + [0, 0, 1])
    path = shifted(plan + upward, 0, 0, low)
    wall = swept(path, rounding[:, None] * p.arm_width_m / 2 * outward, upward, SOFT)
    base = rounded(p.seat_depth_m / 2 - 0.01, p.seat_width_m / 2, p.corner_m)
    base_m = p.seat_height_m - 0.9 * p.seat_thickness_m - low - 0.02
    return made_of(Material.COVER, wall, shifted(slab(base, base_m, 0.02), 0, 0, low + 0.02))


def _tub_plan(p: ChairParameters, turn: Floats) -> tuple[Floats, Floats]:
    """Level points of shape (n, 3) of the wall's middle and its directions outwards.

    turn: angles from the middle of the rear, radians.
    """
    half = np.array([p.seat_depth_m - p.arm_width_m, p.seat_width_m + p.arm_width_m, 0]) / 2
    unit = np.stack([-np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    place = np.sign(unit) * np.abs(unit) ** 0.75
    outward = np.sign(unit) * np.abs(place) ** (5 / 3) * half[[1, 0, 2]]
    return half * place, outward / np.linalg.norm(outward, axis=1, keepdims=True)


def easy_frame(p: ChairParameters) -> list[Piece]:
    """The wooden sides of an easy chair: legs up to flat arms, and rails below the seat."""
    x, y, z = back_foot(p)
    side = p.seat_width_m / 2 + 0.5 * p.leg_thickness_m
    front = leg(p, p.seat_depth_m / 2 - 0.06, side, z + p.arm_height_m)
    rear = at_back(p, 0.0, 0.0, p.arm_height_m + 0.01) + np.array([0, side, 0])
    arm = np.stack([shifted(rear, -0.06, 0, 0), rear, front[1], shifted(front[1], 0.08, 0, 0.004)])
    width = np.array([0.3, 0.4, 0.5, 0.42])[:, None] * np.array([0, p.arm_width_m, 0])
    level, start = z - p.seat_thickness_m - 0.02, p.seat_depth_m / 2 - 0.05
    along = np.array([(start, y, level), (x, y, level)])
    half = p.leg_thickness_m / 2
    return made_of(
        Material.FRAME,
        post(front, np.array([0.8, 1]) * half, SQUARE),
        swept(arm, width, (0, 0, 0.013), SOFT),
        swept(along, (0, 0.5 * half, 0), (0, 0, 0.03), SQUARE),
        swept(across(np.array([start, side, level])), (0.5 * half, 0, 0), (0, 0, 0.028), SQUARE),
    )
