"""Procedural cars: a body and a cabin lofted from the plan and the side profile, and wheels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ganbench.data.procedural.cars.body import (
    ARCH_RATIO,
    BED_DEPTH_M,
    Material,
    axles,
    body,
    body_top,
    columns,
    dome,
    place,
)
from ganbench.data.procedural.cars.styles import GLAZING, STYLES, CarParameters, sample_car
from ganbench.data.procedural.surfaces import (
    Floats,
    Surface,
    box,
    grid_lines,
    joined,
    mirrored,
    patch,
    superellipse,
)
from ganbench.data.rendering.mesh import Part, Rgb

__all__ = ["STYLES", "CarParameters", "build_car", "sample_car"]

ROOF_CROWN_M = 0.05
TYRE_WIDTH_M = 0.21

BLACK: Rgb = (0.035, 0.035, 0.04)
TYRE: Rgb = (0.06, 0.06, 0.065)

Look = tuple[Rgb, float, float]  # colour, strength of the highlight, its Phong exponent

LOOKS: dict[Material, Look] = {
    Material.BLACK: (BLACK, 0.05, 10.0),
    Material.GLASS: ((0.18, 0.22, 0.28), 0.6, 60.0),
    Material.LAMP: ((1.0, 0.98, 0.88), 0.6, 60.0),
    Material.TAIL_LAMP: ((0.8, 0.02, 0.03), 0.4, 40.0),
    Material.FRONT_PLATE: ((0.93, 0.93, 0.9), 0.1, 10.0),
    Material.REAR_PLATE: ((0.95, 0.8, 0.2), 0.1, 10.0),
    Material.BED: ((0.13, 0.13, 0.14), 0.05, 10.0),
}


def build_car(parameters: CarParameters) -> tuple[Part, ...]:
    """The mesh of a car, one part a material, standing on z = 0 and centred on x = y = 0.

    Metres; the front is +x, the left +y. The mesh is exactly symmetric about y = 0.
    """
    surfaces = [*body(parameters), *_cabin(parameters)]
    halves = [*_painted(surfaces, parameters), _mirror_half(parameters), *_wheels(parameters)]
    parts = [mirrored(half) for half in halves]
    return (*_merged(parts), _chassis(parameters))


def _cabin(p: CarParameters) -> list[Surface]:
    """The cabin above the belt line: glass and pillars, and the roof."""
    glazing = GLAZING[p.style]
    power = 5.0 if p.style != "van" else 7.0
    rear_power = max(5.0, p.rear_power)
    edges = [end for pane in glazing.panes for end in pane]
    plan = columns(power, rear_power, (0.84,), edges, (glazing.rear_width,), 18)
    levels = grid_lines(0, 1, 6, (0.1, 0.86, 0.9, 0.95, 0.98, glazing.rear_low, glazing.rear_high))
    wall = _cabin_wall(p, plan, levels)
    x, y = (plan[:-1] + plan[1:]).T / 2
    level = ((levels[:-1] + levels[1:]) / 2)[:, None]
    at_front, at_rear = x > 2 ** (-1 / power), x < -(2 ** (-1 / rear_power))
    codes = np.zeros((len(levels) - 1, len(x)), dtype=np.int64)
    codes[at_front & (y < 0.84) & (level < 0.9)] = Material.GLASS
    rear = (level > glazing.rear_low) & (level < glazing.rear_high)
    codes[at_rear & (y < glazing.rear_width) & rear] = Material.GLASS
    for start, end in glazing.panes:
        codes[(x < start) & (x > end) & (level > 0.1) & (level < 0.86)] = Material.GLASS
    inward = np.array([1, 0.9, 0.7, 0.4, 0])
    roof = dome(plan, wall[-1], inward, 4.0, ROOF_CROWN_M)
    return [(wall, codes), (roof, np.zeros((len(inward) - 1, len(plan) - 1), dtype=np.int64))]


def _cabin_wall(p: CarParameters, plan: Floats, levels: Floats) -> Floats:
    level = levels[:, None]
    rounding = np.clip((level - 0.86) / 0.14, 0, 1) ** 2
    bow = np.sin(np.pi * level)
    front = _between(p, p.cowl_at, p.roof_front_at, level) + 0.025 * bow - 0.03 * rounding
    rear = _between(p, p.cabin_rear_at, p.roof_rear_at, level) - 0.02 * bow + 0.03 * rounding
    belt, roof = 0.93 * p.width_m / 2, p.roof_taper * p.width_m / 2
    half_width = belt + (roof - belt) * level + 0.02 * bow - 0.035 * rounding
    x = (front + rear) / 2 + (front - rear) / 2 * plan[:, 0]
    low = body_top(p, x[0]) - 0.02
    span = (front[-1] - rear[-1]) / 2
    top_place = front[-1] - 0.8 * span
    arch = p.roof_arch_m * ((x[-1] - top_place) / (1.2 * span)) ** 2
    high = p.height_m - ROOF_CROWN_M - arch
    return np.stack([x, half_width * plan[:, 1], low + level * (high - low)], axis=-1)


def _between(p: CarParameters, low_at: float, high_at: float, level: Floats) -> Floats:
    low, high = place(p, low_at), place(p, high_at)
    return low + level * (high - low)


def _wheels(p: CarParameters) -> list[Part]:
    return [part for axle in axles(p) for part in _wheel(p, axle)]


def _wheel(p: CarParameters, axle: float) -> list[Part]:
    """Left wheel: a tyre revolved about the y axis and a rim whose spokes stand out."""
    reach = superellipse(
        np.array([]), np.array([2 * axle / p.length_m]), np.array([]), p.front_power, p.rear_power
    )[0, 1]
    outer = 0.965 * reach * p.width_m / 2
    radius = p.wheel_radius_m
    ring = np.array([1.0, 1.0, 0.96, 0.82, 0.7]) * radius
    depth = np.array([-TYRE_WIDTH_M, -0.03, -0.008, 0.0, -0.005])
    tyre = _revolved(ring, outer + depth, axle, radius, 28)
    face = np.array([0.7, 0.64, 0.24, 0.0]) * radius
    dish = outer + np.array([-0.005, -0.02, -0.012, -0.008])
    steps = 4 * p.spokes
    rim = _revolved(face, dish, axle, radius, steps)
    gap = np.zeros((3, steps), dtype=bool)
    gap[1] = np.arange(steps) % 4 >= 2
    everywhere = np.ones((4, 28), dtype=bool)
    return [
        patch(tyre, everywhere, TYRE, 0.05, 10),
        patch(rim, ~gap, p.hub_rgb, 0.4, 30),
        patch(rim, gap, BLACK, 0.05, 10),
    ]


def _revolved(ring: Floats, y: Floats, axle: float, height: float, steps: int) -> Floats:
    """Circles of radius `ring` at depth `y` about the axle; the first point is the lowest one."""
    angle = np.linspace(-np.pi / 2, 1.5 * np.pi, steps + 1)
    x = axle + ring[:, None] * np.cos(angle)
    z = height + ring[:, None] * np.sin(angle)
    return np.stack([x, np.broadcast_to(y[:, None], x.shape), np.maximum(z, 0.0)], axis=-1)


def _mirror_half(p: CarParameters) -> Part:
    """The left door mirror."""
    x = place(p, p.cowl_at + 0.35 * (p.roof_front_at - p.cowl_at)) - 0.1
    y = 0.84 * p.width_m / 2
    z = float(body_top(p, np.array([x]))[0]) + 0.03
    return box((x - 0.05, y, z), (x + 0.06, p.width_m / 2 + 0.11, z + 0.14), p.paint_rgb)


def _chassis(p: CarParameters) -> Part:
    """A dark box between the wheels that closes the view through the arches."""
    front, rear = axles(p)
    reach = ARCH_RATIO * p.wheel_radius_m + 0.04
    half = p.width_m / 2 - 0.26
    top = min(
        (1 + ARCH_RATIO) * p.wheel_radius_m,
        float(body_top(p, np.array([front + reach]))[0]) - 0.06,
        p.tail_m - BED_DEPTH_M - 0.05 if p.style == "pickup" else np.inf,
    )
    return box((rear - reach, -half, p.clearance_m + 0.02), (front + reach, half, top), BLACK)


def _painted(surfaces: Sequence[Surface], p: CarParameters) -> list[Part]:
    """One part for each material of each surface."""
    red, green, blue = p.paint_rgb
    looks = LOOKS | {
        Material.PAINT: (p.paint_rgb, 0.35, 45.0),
        Material.TRIM: (p.trim_rgb, 0.2, 30.0),
        Material.SEAM: ((0.35 * red, 0.35 * green, 0.35 * blue), 0.05, 10.0),
    }
    return [
        patch(grid, codes == material, *look)
        for grid, codes in surfaces
        for material, look in looks.items()
        if (codes == material).any()
    ]


def _merged(parts: Sequence[Part]) -> list[Part]:
    """Parts of the same look as one part."""
    looks: dict[Look, list[Part]] = {}
    for part in parts:
        looks.setdefault((part.rgb, part.specular, part.shininess), []).append(part)
    return [joined(group) for group in looks.values()]
