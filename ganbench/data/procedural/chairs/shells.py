"""A moulded seat and back in one curved sheet, and the thin legs below it."""

from __future__ import annotations

import numpy as np

from ganbench.data.procedural.chairs.backs import at_back
from ganbench.data.procedural.chairs.bases import leg
from ganbench.data.procedural.chairs.solids import (
    ROUND,
    SOFT,
    Material,
    Piece,
    across,
    filleted,
    made_of,
    post,
    shifted,
    swept,
)
from ganbench.data.procedural.chairs.styles import ChairParameters
from ganbench.data.procedural.sheets import snapped
from ganbench.data.procedural.surfaces import Floats

ROWS, COLUMNS = 26, 9
LEG_COLUMN = 3


def moulded_shell(p: ChairParameters) -> list[Piece]:
    """Seat and back as one sheet with rounded ends and raised sides."""
    upper, depth = _surface(p)
    return made_of(Material.COVER, np.concatenate([upper, (upper - depth)[:, ::-1]], axis=1))


def _surface(p: ChairParameters) -> tuple[Floats, Floats]:
    """Left half of the upper surface from the front edge to the back's top, and the way through.

    Both of shape (ROWS, COLUMNS, 3). The way to the lower surface is 0 all around the edge.
    """
    profile = _profile(p)
    along = np.linspace(0, 1, ROWS)[:, None]
    place = np.sin(np.linspace(0, np.pi / 2, COLUMNS))
    ends = np.clip(1 - np.abs(2 * along - 1) ** 7, 0, None) ** 0.4
    y = p.seat_width_m / 2 * (1 + (p.seat_taper * p.back_taper - 1) * along) * ends * place
    dish = (p.back_bend_m + 0.03) * snapped(np.sin(np.pi * along)) ** 0.5 * place**2.5
    ahead = np.gradient(profile, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    normal = np.stack([ahead[:, 2], ahead[:, 1], -ahead[:, 0]], axis=1)[:, None]
    upper = profile[:, None] + dish[..., None] * normal + y[..., None] * np.array([0, 1, 0])
    inside = (ends > 0) & (place < 1)
    return upper, inside[..., None] * p.seat_thickness_m * normal


def _profile(p: ChairParameters) -> Floats:
    """ROWS points of the middle line, denser towards its ends."""
    front, z = p.seat_depth_m / 2, p.seat_height_m
    seat = [(front, 0, z - 0.035), (front - 0.07, 0, z), (0.02 - front, 0, z - 0.02)]
    back = at_back(p, 0.0, 0.0, np.array([0.45, 1.0]) * p.back_height_m)
    line = filleted([*seat, *back], 0.16, 8)
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    length = np.concatenate([[0], np.cumsum(steps)])
    places = length[-1] * (1 - np.cos(np.linspace(0, np.pi, ROWS))) / 2
    return np.stack([np.interp(places, length, axis) for axis in line.T], axis=1)


def shell_legs(p: ChairParameters) -> list[Piece]:
    """Four splayed legs that end within the sheet, and the frame between them."""
    upper, depth = _surface(p)
    middle = (upper - depth / 2)[: ROWS // 2, LEG_COLUMN]
    wanted = np.array([0.18, -0.2]) * p.seat_depth_m
    tops = middle[np.abs(middle[:, 0] - wanted[:, None]).argmin(axis=1)]
    half = np.array([0.32, 0.5]) * p.leg_thickness_m
    rail = shifted(tops, 0, 0, -0.035)
    return made_of(
        Material.FRAME,
        *(post(leg(p, *top), half, ROUND) for top in tops),
        swept(rail, (0, 0.011, 0), (0, 0, 0.013), SOFT),
        *(swept(across(end), (0.011, 0, 0), (0, 0, 0.012), SOFT) for end in rail),
    )
