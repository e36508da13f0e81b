"""The form of a shoe's left half: its outline, the bed of the foot, and the upper around it.

Columns run from the toe (u = 0) round the left side to the heel (u = 1).
"""

from __future__ import annotations

import numpy as np

from ganbench.data.procedural.shoes.styles import ShoeParameters
from ganbench.data.procedural.straps import smooth
from ganbench.data.procedural.surfaces import Floats

BALL_AT = 0.68
SEAT_AT = 0.17
SEAT_WIDTH = 0.72  # of the heel, over the width of the ball
UNIT_SOLES = ("sneaker", "sandal")  # flat below, without a heel of their own
UP = np.array([0.0, 0.0, 1.0])


def outline(p: ShoeParameters, u: Floats, grow_m: float = 0.0) -> Floats:
    """The foot seen from above, shape (k, 2), made larger by `grow_m` all round."""
    at = 0.5 + 0.5 * np.cos(np.pi * u)
    waist = smooth((at - SEAT_AT) / (BALL_AT - SEAT_AT))
    toe = np.clip((at - BALL_AT) / (1 - BALL_AT), 0, 1)
    seat = np.clip((SEAT_AT - at) / SEAT_AT, 0, 1)
    round_toe = (1 - toe ** (2.5 - 0.7 * p.toe_point)) ** (0.5 + 0.4 * p.toe_point)
    width = (SEAT_WIDTH + (1 - SEAT_WIDTH) * waist) * round_toe * np.sqrt(1 - seat**2)
    y = (p.width_m / 2 + grow_m) * width
    return np.stack([(at - 0.5) * (p.length_m + 2 * grow_m), y], axis=1)


def footbed(p: ShoeParameters, x: Floats) -> Floats:
    """Height of the foot's bed: flat at the heel, down the arch to the ball, up at the toe."""
    at = x / p.length_m + 0.5
    fall = smooth((BALL_AT - 0.02 - at) / (BALL_AT - SEAT_AT - 0.02))
    height: Floats = p.sole_m + p.heel_m * fall + _spring(p, at)
    return height


def underside(p: ShoeParameters, x: Floats) -> Floats:
    """Height of the bottom of the sole, without the heel."""
    if p.kind in UNIT_SOLES:
        return _spring(p, x / p.length_m + 0.5)
    return footbed(p, x) - p.sole_m


def _spring(p: ShoeParameters, at: Floats) -> Floats:
    spring: Floats = p.toe_spring_m * np.clip((at - BALL_AT) / (1 - BALL_AT), 0, 1) ** 2
    return spring


def upper(p: ShoeParameters, u: Floats, level: Floats) -> Floats:
    """Points (levels, columns, 3): level 0 is the sole, 1 the edge or ankle, 2 the shaft's top."""
    plan = outline(p, u)
    base = np.concatenate([plan, footbed(p, plan[:, 0])[:, None]], axis=1)
    top = _edge(p, u)
    front = np.clip(np.cos(np.pi * u), 0, 1)[:, None]
    rise = (top - base)[:, 2:]
    bulge = np.array([0, 0.035 * p.width_m, 0]) * np.sin(np.pi * u)[:, None]
    reach, drop = (0.15, 0.5) if p.shaft_m > 0 else (0.55, 0.3)
    forward = (base - top) * np.array([reach, reach, 0]) - drop * rise * UP
    low = base + bulge + UP * (front * 1.25 * p.toe_box_m + (1 - front) * 0.4 * rise)
    high = top + front * forward + (1 - front) * (bulge - 0.35 * rise * UP)
    t = np.minimum(level, 1)[:, None, None]
    foot: Floats = (
        (1 - t) ** 3 * base + 3 * (1 - t) ** 2 * t * low + 3 * (1 - t) * t**2 * high + t**3 * top
    )
    return foot + _shaft(p, top, np.maximum(level - 1, 0)[:, None])


def _edge(p: ShoeParameters, u: Floats) -> Floats:
    """The edge of the opening, or the ankle of a boot."""
    back_at = 0.03 if p.kind != "tall boot" else 0.05
    ahead = np.cos(np.pi * u)
    at = (p.throat_at + back_at) / 2 + (p.throat_at - back_at) / 2 * ahead
    x = (at - 0.5) * p.length_m
    wide = SEAT_WIDTH * (0.78 if p.throat_at < 0.5 else 0.92)
    y = wide * p.width_m / 2 * np.sin(np.pi * u)
    front, back = np.clip(ahead, 0, 1) ** 2, np.clip(-ahead, 0, 1) ** 2
    height = p.side_m + (p.throat_m - p.side_m) * front + (p.back_m - p.side_m) * back
    return np.stack([x, y, footbed(p, x) + height], axis=1)


def _shaft(p: ShoeParameters, ankle: Floats, t: Floats) -> Floats:
    """What the shaft adds to the points of the ankle at t, from 0 there to 1 at its top."""
    middle = (ankle[:, 0].max() + ankle[:, 0].min()) / 2
    growth = (p.calf - 1) * smooth(t / 0.75)
    x = growth * (ankle[:, 0] - middle)
    top = ankle[:, 2].max() + p.shaft_m + 0.06 * (ankle[:, 0] - middle)
    return np.stack([x, growth * ankle[:, 1], t * (top - ankle[:, 2])], axis=-1)
