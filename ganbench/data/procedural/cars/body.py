"""The body of a car below its windows, lofted from its plan and its side profile."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from ganbench.data.procedural.cars.styles import GLAZING, CarParameters
from ganbench.data.procedural.surfaces import (
    Bools,
    Codes,
    Floats,
    Surface,
    grid_lines,
    superellipse,
)

ARCH_RATIO = 1.14  # wheel arch over wheel radius
BONNET_CROWN_M = 0.025
BED_DEPTH_M = 0.36
SEAM_M = 0.014
BODY_LEVELS = (0.09, 0.12, 0.2, 0.26, 0.3, 0.4, 0.5, 0.52, 0.57, 0.62, 0.78, 0.88)


class Material(IntEnum):
    """What a cell of a surface is made of."""

    PAINT = 0
    TRIM = 1
    BLACK = 2
    SEAM = 3
    GLASS = 4
    LAMP = 5
    TAIL_LAMP = 6
    FRONT_PLATE = 7
    REAR_PLATE = 8
    BED = 9


def place(p: CarParameters, at: float) -> float:
    """x in metres of a place given as a fraction of the length from the front."""
    return p.length_m * (0.5 - at)


def axles(p: CarParameters) -> tuple[float, float]:
    half = p.length_m / 2
    return half - p.front_overhang_m, -half + p.rear_overhang_m


def body_top(p: CarParameters, x: Floats) -> Floats:
    """Height of the body without the cabin: nose, bonnet, belt line and tail."""
    axle = axles(p)[0]
    bonnet_at_axle = float(
        np.interp(axle, [place(p, p.cowl_at), p.length_m / 2], [p.bonnet_m, p.nose_m])
    )
    over_wheel = (1 + ARCH_RATIO) * p.wheel_radius_m + 0.05
    profile = [
        (1.0, p.tail_m - 0.03),
        (0.975, p.tail_m),
        (p.cabin_rear_at - 0.02, max(p.belt_m, p.tail_m)),
        (p.cowl_at + 0.12, (p.bonnet_m + p.belt_m) / 2),
        (p.cowl_at, p.bonnet_m),
        (0.5 - axle / p.length_m, max(bonnet_at_axle + 0.02, over_wheel)),
        (0.035, p.nose_m),
        (0.0, p.nose_m - 0.06),
    ]
    places = np.array([place(p, at) for at, _ in profile])
    heights = np.array([height for _, height in profile])
    dense = np.linspace(-p.length_m / 2 - 0.1, p.length_m / 2 + 0.1, 400)
    kernel = np.hanning(19)
    padded = np.pad(np.interp(dense, places, heights), 9, mode="edge")
    smooth = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return np.interp(x, dense, smooth)


def body_bottom(p: CarParameters, x: Floats) -> Floats:
    """Height of the sill, raised to a circle over each wheel."""
    bottom = np.full_like(x, p.clearance_m)
    radius = ARCH_RATIO * p.wheel_radius_m
    for axle in axles(p):
        inside = np.clip(radius**2 - (x - axle) ** 2, 0, None)
        arch = np.where(np.abs(x - axle) <= radius + 1e-9, p.wheel_radius_m + np.sqrt(inside), 0)
        bottom = np.maximum(bottom, arch)
    return bottom


def columns(
    front_power: float,
    rear_power: float,
    front_y: Sequence[float],
    side_x: Sequence[float],
    rear_y: Sequence[float],
    side_count: int,
) -> Floats:
    """Points (k, 2) around the left half of a plan, with a column at each wanted place."""
    corner_front, corner_rear = 2 ** (-1 / front_power), 2 ** (-1 / rear_power)
    return superellipse(
        grid_lines(0, corner_front, 7, front_y)[:-1],
        grid_lines(-corner_rear, corner_front, side_count, side_x)[::-1],
        grid_lines(0, corner_rear, 7, rear_y)[:-1][::-1],
        front_power,
        rear_power,
    )


def _arch_lines(p: CarParameters) -> list[float]:
    radius = ARCH_RATIO * p.wheel_radius_m
    steps = radius * np.cos(np.linspace(0, np.pi, 13))
    edges = np.array([-1.006, 1.006]) * radius
    return [float(axle + step) for axle in axles(p) for step in (*steps, *edges)]


def _seams(p: CarParameters) -> list[float]:
    """x of the gaps around the doors: in front of the first side window and behind each one."""
    front, rear = place(p, p.cowl_at), place(p, p.cabin_rear_at)
    panes = GLAZING[p.style].panes[:2]
    ends = [panes[0][0] - 0.02, *(pane[1] - 0.025 for pane in panes)]
    return [(front + rear) / 2 + (front - rear) / 2 * end for end in ends]


def body(p: CarParameters) -> list[Surface]:
    """The side wall of the body with its front and rear, its lid (bonnet, boot, bed), its floor."""
    half_length = p.length_m / 2
    glazing = GLAZING[p.style]
    seams = [x + shift for x in _seams(p) for shift in (-SEAM_M / 2, SEAM_M / 2)]
    bed = [place(p, p.cabin_rear_at) - shift for shift in (0.05, 0.07)]
    lamp_front, lamp_rear = _lamp_ends(p)
    along = [x / half_length for x in (*_arch_lines(p), *seams, *bed)]
    plan = columns(
        p.front_power,
        p.rear_power,
        (0.17, 0.42, 0.47, 0.52, 0.6),
        (*along, lamp_front, lamp_rear),
        (0.17, glazing.lamp_inner),
        22,
    )
    levels = grid_lines(0, 1, 5, (*BODY_LEVELS, glazing.lamp_low, glazing.lamp_high))
    wall = _wall(p, plan, levels)
    return [(wall, _wall_codes(p, plan, levels)), _lid(p, plan, wall[-1]), _floor(wall[0])]


def _lamp_ends(p: CarParameters) -> tuple[float, float]:
    """How far the lamps reach around the corners, as x over the half length."""
    return 2 ** (-1 / p.front_power) - 0.045, 0.015 - 2 ** (-1 / p.rear_power)


def _wall(p: CarParameters, plan: Floats, levels: Floats) -> Floats:
    """Points of shape (levels, columns, 3): tucked in below and above, at the sides and ends."""
    x = plan[:, 0] * p.length_m / 2
    bottom, top = body_bottom(p, x), body_top(p, x)
    z = bottom + levels[:, None] * (top - bottom)
    height = (z - p.clearance_m) / (top - p.clearance_m)
    bulge = np.interp(height, (0, 0.15, 0.5, 0.62, 0.9, 1), (0.955, 0.985, 1, 0.985, 0.97, 0.935))
    tuck_m = np.interp(height, (0, 0.2, 0.45, 0.75, 1), (0.06, 0, 0, 0.03, 0.1))
    endness = np.clip((np.abs(plan[:, 0]) - 0.6) / 0.4, 0, 1) ** 2
    return np.stack(
        [x - np.sign(x) * endness * tuck_m, plan[:, 1] * p.width_m / 2 * bulge, z], axis=-1
    )


def _wall_codes(p: CarParameters, plan: Floats, levels: Floats) -> Codes:
    """The material of each cell of the wall; its lower edge must not paint over the arches."""
    x, y = (plan[:-1] + plan[1:]).T / 2
    level = ((levels[:-1] + levels[1:]) / 2)[:, None]
    x_m = x * p.length_m / 2
    front_axle, rear_axle = axles(p)
    arch = ARCH_RATIO * p.wheel_radius_m + 0.005
    over_front, over_rear = np.abs(x_m - front_axle) < arch, np.abs(x_m - rear_axle) < arch
    bumper_or_sill = level < np.where((x_m > front_axle) | (x_m < rear_axle), 0.4, 0.12)
    codes = np.full((len(levels) - 1, len(x)), Material.PAINT, dtype=np.int64)
    codes[bumper_or_sill & ~over_front & ~over_rear] = Material.TRIM
    codes[(level < 0.09) & ~over_front & ~over_rear] = Material.BLACK
    for seam in _seams(p):
        gap = np.abs(x_m - seam) < SEAM_M / 2
        codes[gap & (level > 0.12) & ~over_rear] = Material.SEAM
    _mark_front(p, codes, x, y, level)
    _mark_rear(p, codes, x, y, level, ~over_rear)
    return codes


def _mark_front(p: CarParameters, codes: Codes, x: Floats, y: Floats, level: Floats) -> None:
    """Write the air intakes, the number plate and the dark-rimmed headlamps into `codes`."""
    face = x > 2 ** (-1 / p.front_power)
    codes[face & (y < 0.6) & (level > 0.12) & (level < 0.26)] = Material.BLACK
    codes[face & (y < 0.42) & (level > 0.5) & (level < 0.78)] = Material.BLACK
    codes[face & (y < 0.17) & (level > 0.3) & (level < 0.4)] = Material.FRONT_PLATE
    reach = x > _lamp_ends(p)[0]
    codes[reach & ~(face & (y < 0.47)) & (level > 0.57) & (level < 0.88)] = Material.BLACK
    codes[reach & ~(face & (y < 0.52)) & (level > 0.62) & (level < 0.88)] = Material.LAMP


def _mark_rear(
    p: CarParameters, codes: Codes, x: Floats, y: Floats, level: Floats, free: Bools
) -> None:
    """Write the number plate and the tail lamps into `codes`, lamps only where `free`."""
    glazing = GLAZING[p.style]
    face = x < -(2 ** (-1 / p.rear_power))
    codes[face & (y < 0.17) & (level > 0.52) & (level < 0.62)] = Material.REAR_PLATE
    reach = (x < _lamp_ends(p)[1]) & ~(face & (y < glazing.lamp_inner)) & free
    lit = (level > glazing.lamp_low) & (level < glazing.lamp_high)
    codes[reach & lit] = Material.TAIL_LAMP


def _lid(p: CarParameters, plan: Floats, rim: Floats) -> Surface:
    """The top of the body from its rim, shape (columns, 3), to the centre line."""
    inward = np.array([1, 0.9, 0.885, 0.6, 0.3, 0])
    grid = dome(plan, rim, inward, p.front_power, BONNET_CROWN_M)
    codes = np.zeros((len(inward) - 1, len(rim) - 1), dtype=np.int64)
    if p.style == "pickup":
        start, end = place(p, p.cabin_rear_at) - 0.06, -p.length_m / 2 + 0.07
        along = (rim[:, 0] < start) & (rim[:, 0] > end)
        bed = along[None, :] & (inward < 0.89)[:, None]
        grid[..., 2] = np.where(bed, rim[:, 2].min() - BED_DEPTH_M, grid[..., 2])
        codes[bed[1:, 1:] | bed[:-1, 1:] | bed[1:, :-1] | bed[:-1, :-1]] = Material.BED
    return grid, codes


def _floor(edge: Floats) -> Surface:
    """Dark sheet from the lower edge of the wall to the centre line: the lining of the arches."""
    inward = np.array([1.0, 0.0])
    grid = np.stack(
        [
            np.broadcast_to(edge[:, 0], (2, len(edge))),
            inward[:, None] * edge[:, 1],
            np.broadcast_to(edge[:, 2], (2, len(edge))),
        ],
        axis=-1,
    )
    return grid, np.full((1, len(edge) - 1), Material.BLACK, dtype=np.int64)


def dome(plan: Floats, rim: Floats, inward: Floats, power: float, crown_m: float) -> Floats:
    """Points from the rim to the centre line, bulging by `crown_m` in the middle."""
    x, y = plan.T
    radius = (np.abs(x) ** power + (inward[:, None] * y) ** power) ** (1 / power)
    rise = crown_m * np.clip(1 - radius**2, 0, None)
    ones = np.ones_like(inward)[:, None]
    return np.stack([ones * rim[:, 0], inward[:, None] * rim[:, 1], rim[:, 2] + rise], axis=-1)
