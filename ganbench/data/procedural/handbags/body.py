"""The body of a handbag as a left half: rings from the bottom to the top, and what closes it."""

from __future__ import annotations

import numpy as np

from ganbench.data.procedural.handbags.styles import HandbagParameters
from ganbench.data.procedural.materials import Material, painted
from ganbench.data.procedural.surfaces import Codes, Floats, grid_lines, superellipse
from ganbench.data.rendering.mesh import Part

OPEN = ("tote", "bucket")
BASE_AT = 0.25  # top of the base of a two-toned bag
STRIPES = 4

# Height, width and depth of each ring, over those of the body and before it tapers to the top.
PROFILES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "tote": ((0, 0.9, 0.9), (0.02, 0.96, 0.98), (0.1, 1, 1), (1, 1, 1)),
    "satchel": ((0, 0.95, 0.92), (0.03, 0.99, 1), (0.9, 1, 1), (0.97, 0.985, 0.9), (1, 0.96, 0.75)),
    "clutch": ((0, 0.95, 0.6), (0.06, 0.99, 0.95), (0.3, 1, 1), (0.92, 1, 1), (1, 0.98, 0.7)),
    "shoulder bag": (
        (0, 0.5, 0.45), (0.02, 0.62, 0.65), (0.06, 0.74, 0.82), (0.14, 0.88, 0.95),
        (0.25, 0.97, 1), (0.38, 1, 1), (0.6, 1, 1), (0.8, 1, 1), (1, 1, 1),
    ),
    "backpack": (
        (0, 0.86, 0.86), (0.02, 0.93, 0.95), (0.07, 0.98, 1), (0.15, 1, 1), (0.55, 1.06, 1),
        (0.7, 1.1, 1), (0.82, 1.12, 1), (0.9, 1.08, 0.98), (0.96, 0.96, 0.85), (1, 0.7, 0.5),
    ),
    "bucket": ((0, 0.92, 0.92), (0.02, 0.98, 0.98), (0.06, 1, 1), (0.9, 1, 1), (1, 0.98, 0.98)),
}  # fmt: skip


def section(p: HandbagParameters, level: Floats) -> tuple[Floats, Floats]:
    """Half width and half depth of the body at the levels, 0 for the bottom and 1 for the top."""
    heights, widths, depths = np.array(PROFILES[p.kind]).T
    taper = level**1.5
    width = np.interp(level, heights, widths) * (1 + (p.top_width - 1) * taper)
    depth = np.interp(level, heights, depths) * (1 + (p.top_depth - 1) * taper)
    return p.width_m / 2 * width, p.depth_m / 2 * depth


def height(p: HandbagParameters, across: Floats, level: Floats) -> Floats:
    """Height of a level at a place across, 0 in the middle and 1 at the side."""
    return p.height_m * level * (1 - p.dip_at * level * (1 - across**2))


def front(p: HandbagParameters, across: Floats, level: Floats, lift_m: float | Floats) -> Floats:
    """Points before the front face, `lift_m` off it; the arguments broadcast."""
    half_width, half_depth = section(p, level)
    x = half_depth * (1 - np.abs(across) ** p.corner_power) ** (1 / p.corner_power) + lift_m
    points = np.broadcast_arrays(x, across * half_width, height(p, across, level))
    return np.stack(points, axis=-1)


def body(p: HandbagParameters) -> list[Part]:
    """The sides, the bottom and the lid, or the lining where the bag is open."""
    power = p.corner_power
    across = np.linspace(0, 2 ** (-1 / power), 10)
    side = across[-1] * np.linspace(1, -1, 9)[1:-1]
    plan = superellipse(across, side, across[::-1], power, power)
    levels = grid_lines(0, 1, 15, [*(knot[0] for knot in PROFILES[p.kind]), *edges(p)])
    rings = _rings(p, plan, levels)
    walls = np.concatenate([rings[:1] * [0, 0, 1], rings])
    outside = painted(walls, codes(p, np.append(0, levels))[:, None], p.look)
    if p.kind in OPEN:
        inner = _rings(p, plan, np.array([1.0, 0.8, 0.6])) * [0.95, 0.97, 1]
        inside = np.concatenate([rings[-1:], inner, inner[-1:] * [0, 1, 1]])
        return [*outside, *painted(inside, Material.LINING, p.look)]
    crown = rings[-1] * [0.5, 0.98, 1] + [0, 0, 0.004]
    lid = np.stack([rings[-1], crown, crown * [0, 0.98, 1] + [0, 0, 0.001]])
    return [*outside, *painted(lid, Material.MAIN, p.look)]


def _rings(p: HandbagParameters, plan: Floats, levels: Floats) -> Floats:
    half_width, half_depth = section(p, levels[:, None])
    x, across = plan.T
    z = height(p, across, levels[:, None])
    return np.stack([half_depth * x, half_width * across, z], axis=-1)


def edges(p: HandbagParameters) -> list[float]:
    """Levels where the colour changes."""
    if p.look.pattern == "two-tone":
        return [BASE_AT]
    if p.look.pattern == "striped":
        return [(i + edge / 3) / STRIPES for i in range(STRIPES) for edge in (1, 2)]
    return []


def codes(p: HandbagParameters, levels: Floats) -> Codes:
    """The material between neighbouring levels."""
    middle = (levels[:-1] + levels[1:]) / 2
    marked = {
        "plain": np.zeros_like(middle, dtype=bool),
        "two-tone": middle < BASE_AT,
        "striped": (3 * STRIPES * middle).astype(int) % 3 == 1,
    }[p.look.pattern]
    return np.where(marked, Material.ACCENT, Material.MAIN)
