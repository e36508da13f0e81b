"""Procedural shoes: an upper around the form of a foot, a sole, a heel and what is sewn on."""

from __future__ import annotations

import numpy as np

from ganbench.data.procedural.materials import Material, painted
from ganbench.data.procedural.shoes.details import ankle_strap, details
from ganbench.data.procedural.shoes.last import footbed, upper
from ganbench.data.procedural.shoes.soles import heel, sole
from ganbench.data.procedural.shoes.styles import (
    KINDS,
    SHOE_AZIMUTH_DEG,
    SHOE_ELEVATION_DEG,
    ShoeParameters,
    sample_shoe,
    shoe_population,
)
from ganbench.data.procedural.surfaces import Codes, Floats, mirrored
from ganbench.data.rendering.mesh import Part

__all__ = [
    "DATA_VERSION",
    "KINDS",
    "SHOE_AZIMUTH_DEG",
    "SHOE_ELEVATION_DEG",
    "ShoeParameters",
    "build_shoe",
    "sample_shoe",
    "shoe_population",
]

# Raised where what they look like changes (`tests/data/drawn.py`), with a line of what did:
# 1: six kinds.
DATA_VERSION = 1

COLUMNS = 33
SHAFT_ROWS = {"ankle boot": 4, "tall boot": 7}
EDGE_THICKNESS = 0.05  # of the way to the middle of the shoe


def build_shoe(parameters: ShoeParameters) -> tuple[Part, ...]:
    """The mesh of a shoe that stands on z = 0, its toe towards +x, the middle of it at y = 0.

    Metres.
    """
    u = np.linspace(0, 1, COLUMNS)
    halves = [*_upper(parameters, u), *sole(parameters, u), *heel(parameters)]
    return (*map(mirrored, halves), *details(parameters))


def _upper(p: ShoeParameters, u: Floats) -> list[Part]:
    """Outside and inside of everything that closes around the foot."""
    rows = SHAFT_ROWS.get(p.kind, 0)
    levels = np.concatenate([np.linspace(0, 1, 13), np.linspace(1, 2, rows + 1)[1:]])
    outside = upper(p, u, levels)
    codes = _pattern(p, u, levels)
    if p.kind == "sandal":
        seat = 25
        ring = painted(ankle_strap(p, u), codes[-1:], p.look)
        return [*ring, *painted(outside[:, seat:], codes[:, seat:], p.look)]
    return [
        *painted(outside, codes, p.look),
        *painted(_inside(p, u, levels), Material.LINING, p.look),
    ]


def _inside(p: ShoeParameters, u: Floats, levels: Floats) -> Floats:
    """The lining, from the edge of the opening down; a shaft's is not followed to its end."""
    bottom = max(0.0, levels[-1] - 1)
    edge = upper(p, u, levels[-1:])
    wall = upper(p, u, np.linspace(levels[-1], bottom, 5))
    x, _, z = np.moveaxis(wall, -1, 0)
    middle = (edge[..., 0].max() + edge[..., 0].min()) / 2
    depth = np.minimum(z - footbed(p, x), 0.06)
    target = np.stack([np.full_like(x, middle), np.zeros_like(x), z - depth], axis=-1)
    wall = wall + EDGE_THICKNESS * (target - wall)
    return np.concatenate([edge, wall, wall[-1:] * [1, 0, 1]])


def _pattern(p: ShoeParameters, u: Floats, levels: Floats) -> Codes:
    """The material of each cell of the upper."""
    along = (u[:-1] + u[1:])[None, :] / 2
    level = (levels[:-1] + levels[1:])[:, None] / 2
    marked = np.zeros((len(levels) - 1, len(u) - 1), dtype=bool)
    if p.look.pattern == "two-tone":
        cap = (along < 0.27) & (level < 0.36) & (p.kind != "loafer")
        counter = (along > 0.8) & (level < 0.8)
        cuff = level > (0.9 if p.kind == "sandal" else 1.75)
        marked |= cap | counter | cuff
    elif p.look.pattern == "striped":
        rings = (level > 1) & (np.arange(len(levels) - 1)[:, None] % 3 == 1)
        marked |= rings if p.kind == "tall boot" else np.arange(len(u) - 1) % 7 >= 5
    return np.where(marked, Material.ACCENT, Material.MAIN)
