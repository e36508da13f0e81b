"""What is sewn onto a shoe: laces and tongue, straps, seams and buckles, on both sides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ganbench.data.procedural.materials import Material, painted, trim
from ganbench.data.procedural.shoes.last import SEAT_AT, UP, footbed, outline, upper
from ganbench.data.procedural.shoes.styles import ShoeParameters
from ganbench.data.procedural.straps import sweep
from ganbench.data.procedural.surfaces import Codes, Floats, mirrored
from ganbench.data.rendering.mesh import Part


def details(p: ShoeParameters) -> list[Part]:
    """Everything that is particular to the kind."""
    makers: dict[str, Callable[[ShoeParameters], list[Part]]] = {
        "sneaker": lambda p: [*_tongue(p, 0.034), *_laces(p, 0.58, 0.92)],
        "pump": _vamp_bar,
        "ankle boot": _boot_closure,
        "tall boot": _boot_strap,
        "sandal": _toe_straps,
        "loafer": lambda p: [*_tongue(p, 0.01), *_saddle(p)],
    }
    return makers[p.kind](p)


def _across(p: ShoeParameters, level: float, reach: float, lift_m: float) -> Floats:
    """A line over the instep from the left (u = reach) to the right, lifted off the upper."""
    near = np.array([level - 0.02, level, level + 0.02])
    strip = upper(p, np.linspace(0, reach, 4), near)
    left = (strip + lift_m * _normals(strip))[1, ::-1]
    return np.concatenate([left, left[-2::-1] * [1, -1, 1]])


def _laces(p: ShoeParameters, low: float, high: float) -> list[Part]:
    """Laces over a facing."""
    levels = np.linspace(low, high, p.details + 2)
    facing = _raised_half(upper(p, np.linspace(0, 0.2, 5), levels), 0.002)
    bars = [
        sweep(_across(p, level, 0.18, 0.004), (1, 0, 1), 0.0045, 0.0025, 6)
        for level in (levels[:-1] + levels[1:]) / 2
    ]
    lace = Material.SOLE if p.kind == "sneaker" else Material.TREAD
    return [
        *map(mirrored, painted(facing, Material.SEAM, p.look)),
        *(part for bar in bars for part in painted(bar, lace, p.look, p.sole_rgb)),
    ]


def _tongue(p: ShoeParameters, rise_m: float) -> list[Part]:
    """A padded tab that carries the line of the instep on beyond the edge."""
    below, edge = upper(p, np.array([0.0]), np.array([0.9, 1.0]))[:, 0]
    lean = np.array([-0.7, 0, 0.7])
    path = np.stack(
        [below - [0.006, 0, 0.004], edge, edge + 0.7 * rise_m * lean, edge + rise_m * lean]
    )
    return painted(sweep(path, (0, 1, 0), 0.028, 0.005, 10), trim(p.look), p.look)


def _vamp_bar(p: ShoeParameters) -> list[Part]:
    """A metal bar over the toes of some pumps."""
    if p.details < 4:
        return []
    bar = sweep(_across(p, 0.86, 0.28, 0.001), (1, 0, 0.3), 0.005, 0.003)
    return painted(bar, Material.METAL, p.look)


def _boot_closure(p: ShoeParameters) -> list[Part]:
    """Laces, or the elastic sides of a Chelsea boot and the tab it is pulled on by."""
    if p.details >= 4:
        return _laces(p, 0.62, 1.7)
    heel_top = upper(p, np.array([1.0]), np.array([2.0]))[0, 0]
    loop = np.array([[0.002, 0, -0.02], [-0.006, 0, -0.004], [-0.005, 0, 0.012], [0.004, 0, 0.018]])
    tab = sweep(heel_top + loop, (0, 1, 0), 0.009, 0.002)
    u, level = np.linspace(0.47, 0.66, 5), np.linspace(0.8, 1.9, 8)
    gore = _raised(upper(p, u, level), 0.0012)
    sides = map(mirrored, painted(gore, Material.SEAM, p.look))
    return [*sides, *painted(tab, trim(p.look), p.look)]


def _boot_strap(p: ShoeParameters) -> list[Part]:
    """A strap around the ankle with a buckle outside."""
    level = np.linspace(0.97, 1.06, 3)
    strap = _raised_half(upper(p, np.linspace(0, 1, 17), level), 0.003)
    buckle = _raised(upper(p, np.linspace(0.54, 0.66, 3), level), 0.006)
    halves = painted(strap, Material.SEAM, p.look)
    return [*map(mirrored, halves), *painted(buckle, Material.METAL, p.look)]


def _toe_straps(p: ShoeParameters) -> list[Part]:
    """Bands over the forefoot, and the buckle of the ankle strap."""
    count = max(1, p.details - 2)
    step = 0.32 / count
    straps = [_band(p, 0.53 + step * i, 0.53 + step * (i + 0.8)) for i in range(count)]
    halves = [
        part
        for i, strap in enumerate(straps)
        for part in painted(strap, _band_codes(p, i, len(strap) - 1), p.look)
    ]
    buckle = _raised(ankle_strap(p, np.linspace(0.45, 0.55, 3)), 0.004)
    return [*map(mirrored, halves), *painted(buckle, Material.METAL, p.look)]


def ankle_strap(p: ShoeParameters, u: Floats) -> Floats:
    """A band along the edge of a sandal."""
    drop = np.linspace(0.016, 0, 3)[:, None, None] * UP
    band: Floats = upper(p, u, np.array([1.0])) - drop
    return band


def _band(p: ShoeParameters, start: float, stop: float) -> Floats:
    """Left half of a band over the foot from its side up to the middle, of some thickness."""
    at = np.array([start, start, (start + stop) / 2, stop, stop, start])
    inside = np.array([0.0025, 0, 0, 0, 0.0025, 0.0025])
    angle = np.linspace(0, np.pi / 2, 11)[:, None]
    half = outline(p, np.arccos(2 * at - 1) / np.pi, 0.001)[:, 1] - inside
    x = (at - 0.5) * p.length_m
    rise = 0.072 - 0.05 * (at - SEAT_AT) - inside
    y = half * np.cos(angle) ** 0.8
    z = footbed(p, x) - 0.003 + rise * np.sin(angle) ** 0.9
    return np.stack([np.broadcast_to(x, y.shape), y, z], axis=-1)


def _band_codes(p: ShoeParameters, index: int, cells: int) -> Material | Codes:
    if p.look.pattern == "striped":
        return np.where(np.arange(cells) % 4 == 2, Material.ACCENT, Material.MAIN)[:, None]
    return trim(p.look) if index % 2 == 1 else Material.MAIN


def _saddle(p: ShoeParameters) -> list[Part]:
    """The seam around the vamp, and the strap over the instep with a slot for a penny."""
    strap = _raised_half(upper(p, np.linspace(0, 0.47, 9), np.linspace(0.6, 0.84, 5)), 0.003)
    slot = sweep(_across(p, 0.72, 0.14, 0.0035), (1, 0, 0.5), 0.006, 0.001, 6)
    code = Material.METAL if p.details >= 4 else Material.SEAM
    ridge = _raised_half(upper(p, np.linspace(0, 0.4, 13), np.array([0.4, 0.43])), 0.002)
    halves = [*painted(strap, trim(p.look), p.look), *painted(ridge, Material.SEAM, p.look)]
    return [*map(mirrored, halves), *painted(slot, code, p.look)]


def _raised(grid: Floats, lift_m: float) -> Floats:
    """A patch lifted off the surface it was cut from, with walls down to below that surface."""
    lift = np.pad(np.full(grid.shape[:2], lift_m), 1, constant_values=-0.3 * lift_m)
    rim = ((1, 1), (1, 1), (0, 0))
    normals = np.pad(_normals(grid), rim, mode="edge")
    return np.pad(grid, rim, mode="edge") + lift[..., None] * normals


def _raised_half(grid: Floats, lift_m: float) -> Floats:
    """The same for a grid that begins in the middle, where its mirror image joins it."""
    half = _raised(grid, lift_m)[:, 1:]
    half[:, 0, 1] = 0
    return half


def _normals(grid: Floats) -> Floats:
    """Unit vectors off a grid whose columns run from the toe to the heel and whose rows rise."""
    normal = np.cross(np.gradient(grid, axis=1), np.gradient(grid, axis=0))
    unit: Floats = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    return unit
