"""The backs and the arms of chairs, in coordinates that follow the back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ganbench.data.procedural.chairs.solids import (
    ROUND,
    SOFT,
    SQUARE,
    Material,
    Piece,
    filleted,
    made_of,
    post,
    rounded,
    shifted,
    slab,
    swept,
    tube,
)
from ganbench.data.procedural.chairs.styles import ChairParameters
from ganbench.data.procedural.sheets import snapped
from ganbench.data.procedural.surfaces import Floats


def leg_inset(p: ChairParameters) -> float:
    """From the seat's edges to the middle of a leg, which stays below a rounded corner."""
    return p.leg_thickness_m / 2 + 0.29 * p.corner_m


def back_foot(p: ChairParameters) -> tuple[float, float, float]:
    """Where the left side of the back meets the seat, above the rear leg."""
    inset = leg_inset(p)
    return (
        inset - p.seat_depth_m / 2,
        p.seat_taper * p.seat_width_m / 2 - inset,
        p.seat_height_m,
    )


def _axes(p: ChairParameters) -> tuple[Floats, Floats]:
    """Unit vectors forward out of the back and upwards along it."""
    tilt = np.radians(p.back_tilt_deg)
    forward = np.array([np.cos(tilt), 0.0, np.sin(tilt)])
    return forward, np.array([-np.sin(tilt), 0.0, np.cos(tilt)])


def at_back(p: ChairParameters, out: npt.ArrayLike, y: npt.ArrayLike, up: npt.ArrayLike) -> Floats:
    """Points, shape (..., 3), of a back that leans, widens and bends.

    out: metres forward of the middle of the back; y: to the left, at the height of the seat;
    up: along the back from the seat; straight down where it is negative.
    """
    out, y, up = np.broadcast_arrays(*(np.asarray(value, float) for value in (out, y, up)))
    forward, upward = _axes(p)
    x, side, z = back_foot(p)
    above = np.clip(up, 0, None)
    level = above / p.back_height_m
    bulge = p.back_bend_m * level * ((y / side) ** 2 - 1)
    spread = 1 + (p.back_taper - 1) * level
    foot = np.stack([x + bulge, y * spread, z + up - above], axis=-1)
    result: Floats = foot + out[..., None] * forward + above[..., None] * upward
    return result


def posts(p: ChairParameters) -> list[Piece]:
    """Square rear legs that go on as the sides of the back."""
    _, y, _ = back_foot(p)
    top = at_back(p, 0.0, y, np.linspace(0, p.back_height_m, 5))
    shift = p.seat_height_m * np.tan(np.radians(p.leg_splay_deg))
    foot = np.array([[top[0, 0] - shift, y + shift, 0.0]])
    half = np.array([0.4, 0.5, 0.5, 0.47, 0.43, 0.38]) * p.leg_thickness_m
    return made_of(Material.FRAME, post(np.concatenate([foot, top]), half, SQUARE))


def stays(p: ChairParameters) -> list[Piece]:
    """Two round rods that carry a low back."""
    _, y, _ = back_foot(p)
    ups = np.linspace(-0.5 * p.seat_thickness_m, 0.8 * p.back_height_m, 5)
    path = at_back(p, 0.0, 0.8 * y, ups)
    return made_of(Material.FRAME, tube(path, 0.36 * p.leg_thickness_m, (1, 0, 0)))


def _rail(p: ChairParameters, up: float, half_height: float, half_depth: float) -> Floats:
    """A bent board across the back from side to side."""
    _, y, _ = back_foot(p)
    forward, upward = _axes(p)
    path = at_back(p, 0.0, np.linspace(0, y, 7), up)
    return swept(path, half_depth * forward, half_height * upward, SQUARE)


def ladder(p: ChairParameters) -> list[Piece]:
    """Slats across, the top one the highest."""
    half = min(0.028, 0.25 * p.back_height_m / p.back_bars)
    *ups, top = np.linspace(0.28 * p.back_height_m, p.back_height_m - 1.3 * half, p.back_bars)
    slats = (_rail(p, up, half, 0.008) for up in ups)
    return made_of(Material.FRAME, *slats, _rail(p, top, 1.25 * half, 0.009))


def upright_slats(p: ChairParameters) -> list[Piece]:
    """Slats upwards between two rails."""
    _, y, _ = back_foot(p)
    forward, _ = _axes(p)
    low, high = 0.16 * p.back_height_m, p.back_height_m - 0.034
    ups = np.linspace(low, high, 5)
    half = min(0.025, 0.5 * y / p.back_bars)
    paths = (at_back(p, 0.0, place * y, ups) for place in _bar_places(p.back_bars))
    slats = (swept(path, 0.007 * forward, (0, half, 0), SQUARE) for path in paths)
    rails = (_rail(p, low, 0.022, 0.01), _rail(p, high, 0.034, 0.012))
    return made_of(Material.FRAME, *slats, *rails)


def _bar_places(count: int) -> Floats:
    """Evenly spaced places between -1 and 1, those from 0 on."""
    places = 2 * np.arange(1, count + 1) / (count + 1) - 1
    return places[places > -1e-9].clip(0)


def hoop(p: ChairParameters) -> list[Piece]:
    """A bow from side to side of the seat with spindles in it."""
    _, y, _ = back_foot(p)
    turn = np.linspace(0, np.pi / 2, 12)
    bow_y = y * snapped(np.cos(turn)) ** 0.6
    bow_up = p.back_height_m * np.sin(turn) ** 0.6 - 0.02 * np.cos(turn)
    bow = tube(at_back(p, 0.0, bow_y, bow_up), 0.3 * p.leg_thickness_m, (1, 0, 0))
    spindles = []
    for place in _bar_places(p.back_bars):
        top = p.back_height_m * (1 - place ** (2 / 0.6)) ** 0.3
        path = at_back(p, 0.0, y * place * np.linspace(0.82, 1, 4), np.linspace(-0.02, top, 4))
        spindles.append(post(path, (0.007, 0.008, 0.008, 0.006), ROUND))
    return made_of(Material.FRAME, bow, *spindles)


def _panel(
    p: ChairParameters,
    span: tuple[float, float],
    width: float,
    out: tuple[float, float],
    corner: float,
    crown: float,
) -> list[Piece]:
    """A cushion on the back: `span` upwards, `out` forward from its rear to its front."""
    low, high = span
    thickness = out[1] - out[0]
    outline = rounded((high - low) / 2, width / 2, corner)
    up, y, depth = np.moveaxis(slab(outline, thickness, min(0.35 * thickness, 0.03), crown), -1, 0)
    return made_of(Material.COVER, at_back(p, out[0] + depth, y, (low + high) / 2 + up))


def solid_back(p: ChairParameters) -> list[Piece]:
    """A padded board from the seat's underside up, as wide as the seat."""
    width = 0.98 * p.seat_taper * p.seat_width_m
    span, rear = (-0.8 * p.seat_thickness_m, p.back_height_m), -leg_inset(p) - 0.008
    return _panel(p, span, width, (rear, rear + 0.07), 0.03, 0.01)


def padded_band(p: ChairParameters) -> list[Piece]:
    """A pad across the upper part of the back."""
    width = 2 * back_foot(p)[1] + p.leg_thickness_m
    span = (0.4 * p.back_height_m, p.back_height_m)
    return _panel(p, span, width, (-0.012, 0.03), 0.035, 0.006)


def office_back(p: ChairParameters) -> list[Piece]:
    """A rounded pad on a bracket that comes from under the seat."""
    width = 2 * back_foot(p)[1] + 0.05
    below = p.seat_height_m - p.seat_thickness_m
    middle = at_back(p, -0.015, 0.0, np.array([0.3, 0.6]) * p.back_height_m)
    path = filleted([(0, 0, below), (middle[0, 0] - 0.05, 0, below), *middle], 0.1)
    pad = _panel(p, (0.16 * p.back_height_m, p.back_height_m), width, (-0.02, 0.05), 0.11, 0.015)
    return pad + made_of(Material.DARK, tube(path, 0.02, (0, 0, 1)))


def thick_back(p: ChairParameters) -> list[Piece]:
    """The upholstered back of an armchair, from the underside of its body, over the arms."""
    width = p.seat_taper * p.seat_width_m + 1.5 * p.arm_width_m
    span, rear = (-0.6 * p.seat_height_m, p.back_height_m), -leg_inset(p) - 0.02
    return _panel(p, span, width, (rear, rear + 0.17), 0.06, 0.03)


def wings(p: ChairParameters) -> list[Piece]:
    """Sides of a high back that reach forward above the arms."""
    forward, _ = _axes(p)
    level = np.array([0.0, 0.06, 0.2, 0.45, 0.7, 0.86, 0.95, 1.0])
    depth = np.array([0.2, 0.26, 0.28, 0.27, 0.27, 0.25, 0.2, 0.14])
    thick = np.array([0.75, 0.95, 1, 1, 1, 1, 0.8, 0.4])[:, None] * np.array([0, 0.028, 0])
    ups = p.arm_height_m - 0.05 + level * (p.back_height_m - p.arm_height_m)
    y = p.seat_taper * p.seat_width_m / 2 + 0.75 * p.arm_width_m - 0.032
    path = at_back(p, depth / 2 - 0.03, y, ups)
    return made_of(Material.COVER, swept(path, depth[:, None] / 2 * forward, thick, SOFT))


def loose_back(p: ChairParameters) -> list[Piece]:
    """A thick cushion that leans against a frame."""
    width = 2 * back_foot(p)[1] + 0.02
    return _panel(p, (0.0, p.back_height_m + 0.02), width, (0.0, 0.13), 0.04, 0.03)


def open_arms(p: ChairParameters) -> list[Piece]:
    """Boards on one post each, from the sides of the back."""
    if not p.arm_height_m:
        return []
    _, y, z = back_foot(p)
    x, side = 0.26 * p.seat_depth_m, p.seat_width_m / 2 - 0.2 * p.corner_m
    top = z + p.arm_height_m
    rear = at_back(p, 0.0, y, p.arm_height_m)
    front = np.array([x, side, top])
    middle = shifted((rear + front) / 2, 0, 0.012, 0)
    board = np.stack([rear, middle, front, shifted(front, 0.05, 0.01, 0)])
    width = np.array([0.35, 0.42, 0.5, 0.4])[:, None] * np.array([0, p.arm_width_m, 0])
    support = np.array([(x - 0.02, side - 0.015, z - 0.5 * p.seat_thickness_m), front])
    return made_of(
        Material.FRAME,
        post(support, 0.34 * p.leg_thickness_m, ROUND),
        swept(board, width, (0, 0, 0.012), SOFT),
    )


def office_arms(p: ChairParameters) -> list[Piece]:
    """Padded arms on brackets from under the seat."""
    if not p.arm_height_m:
        return []
    below = p.seat_height_m - p.seat_thickness_m
    y = p.seat_width_m / 2
    top = p.seat_height_m + p.arm_height_m
    path = [(-0.03, 0.5 * y, below), (-0.03, y + 0.04, below), (-0.03, y + 0.04, top - 0.01)]
    pad = slab(rounded(0.27 * p.seat_depth_m, 0.7 * p.arm_width_m, 0.03, whole=True), 0.03, 0.01)
    return made_of(
        Material.DARK,
        tube(filleted(path, 0.06), 0.016, (0, 0, 1)),
        shifted(pad, 0, y + 0.035, top - 0.03),
    )
