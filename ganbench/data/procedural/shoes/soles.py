"""What a shoe stands on, as left halves: the sole and the heel."""

from __future__ import annotations

import numpy as np

from ganbench.data.procedural.materials import Material, painted
from ganbench.data.procedural.shoes.last import SEAT_AT, UNIT_SOLES, footbed, outline, underside
from ganbench.data.procedural.shoes.styles import ShoeParameters
from ganbench.data.procedural.surfaces import Floats
from ganbench.data.rendering.mesh import Part

# How far the sole stands out and up over the upper, metres.
WELTS_M = {
    "sneaker": (0.004, 0.005),
    "pump": (0.001, 0.001),
    "ankle boot": (0.004, 0.002),
    "tall boot": (0.003, 0.002),
    "sandal": (0.003, 0.0),
    "loafer": (0.004, 0.002),
}


def sole(p: ShoeParameters, u: Floats) -> list[Part]:
    """The sole's rim and bottom; a sandal's is closed above too."""
    out, lip = WELTS_M[p.kind]
    walls = ((-0.0005, 1.0), (out, 1.0), (out, 0.7), (out, 0.35), (out, 0.34), (0.4 * out, 0.0))
    rows = [_rim(p, u, grow, level, lip) for grow, level in walls]
    rows.append(rows[-1] * [1, 0, 1])
    edge, tread = [Material.SOLE] * 3, [Material.SOLE if p.kind == "pump" else Material.TREAD] * 3
    if p.kind == "sandal":
        rows.insert(0, rows[0] * [1, 0, 1])
        edge = [Material.MAIN, Material.MAIN, Material.MAIN, Material.SOLE]
    codes = np.array([*edge, *tread])
    return painted(np.stack(rows), codes[:, None], p.look, p.sole_rgb)


def _rim(p: ShoeParameters, u: Floats, grow_m: float, level: float, lip_m: float) -> Floats:
    """A ring around the sole, at its bottom (level 0), its upper edge (1) or between."""
    x, y = outline(p, u, grow_m).T
    low, high = underside(p, x), footbed(p, x) + lip_m
    return np.stack([x, y, low + level * (high - low)], axis=1)


def heel(p: ShoeParameters) -> list[Part]:
    """The heel block under the seat, none where the sole is flat below."""
    if p.kind in UNIT_SOLES:
        return []
    breast = -1 + 2 * (SEAT_AT + 0.07)
    u = np.linspace(np.arccos(breast) / np.pi, 1, 12)
    rim = outline(p, u, WELTS_M[p.kind][0] - 0.001)
    front = rim[:1] * np.linspace(0, 1, 4)[:3, None] ** [0, 1]
    x, y = np.concatenate([front, rim]).T
    down = np.array([0, 0.15, 0.3, 0.5, 0.75, 0.92, 1.0])[:, None]
    size = 1 - (1 - p.heel_tip) * (1 - (1 - down) ** 2.5)
    length = np.ptp(x)
    forward = x.min() + (x - x.min()) * size + 0.25 * length * (1 - size)
    top = underside(p, x) + 0.4 * p.sole_m
    rows = np.stack([forward, y * size, top * (1 - down)], axis=-1)
    grid = np.concatenate([rows, rows[-1:] * [1, 0, 1]])
    codes = np.full((len(grid) - 1, 1), Material.MAIN if p.kind == "pump" else Material.SOLE)
    codes[-2:] = Material.TREAD
    return painted(grid, codes, p.look, p.sole_rgb)
