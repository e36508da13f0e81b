"""What a handbag closes with and is carried by: flaps, clasps, pockets, belts and handles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ganbench.data.procedural.handbags.body import codes, edges, front, height, section
from ganbench.data.procedural.handbags.styles import HandbagParameters
from ganbench.data.procedural.materials import Material, painted, trim
from ganbench.data.procedural.straps import arch, sweep
from ganbench.data.procedural.surfaces import Floats, box, grid_lines, mirrored
from ganbench.data.rendering.mesh import Part

SIDEWAYS = (0.0, 1.0, 0.0)
FORWARD = (1.0, 0.0, 0.0)
FLAP_WIDTH = 0.96  # over that of the body
HEM = 0.05  # over the height of the flap


def details(p: HandbagParameters) -> list[Part]:
    """Everything that is particular to the kind."""
    makers: dict[str, Callable[[HandbagParameters], list[Part]]] = {
        "tote": _tote_handles,
        "satchel": lambda p: [*_flap(p), *_belts(p), *_top_handle(p, 0.3)],
        "clutch": lambda p: [*_flap(p), *_clasp(p, p.flap_at + 0.02)],
        "shoulder bag": lambda p: [*_shoulder_strap(p, 0.82), *_zip(p)],
        "backpack": lambda p: [*_zip_arc(p), *_pocket(p), *_top_handle(p, 0.2), *_carriers(p)],
        "bucket": lambda p: [*_shoulder_strap(p, 1.0), *_drawstring(p)],
    }
    return makers[p.kind](p)


def _column(value: float) -> Floats:
    return np.array([value])


def _tote_handles(p: HandbagParameters) -> list[Part]:
    """One loop before and one behind the opening, sewn onto the faces."""
    foot = 0.72
    rise = p.handle_m + (1 - foot) * p.height_m
    loop = arch(0.24 * p.width_m, rise, 0.55 * rise, 2.2) + np.array([0, 0, foot * p.height_m])
    loop[:, 0] = section(p, np.minimum(loop[:, 2] / p.height_m, 1))[1] + 0.004
    handle = sweep(loop, FORWARD, 0.004, p.grip_m)
    return [
        part for side in (1, -1) for part in painted(handle * [side, 1, 1], trim(p.look), p.look)
    ]


def _top_handle(p: HandbagParameters, span: float) -> list[Part]:
    loop = arch(span * p.width_m / 2, p.handle_m + 0.01, 0.4 * p.handle_m, 2.4)
    loop += [0, 0, p.height_m - 0.006]
    return painted(sweep(loop, FORWARD, p.grip_m, 0.6 * p.grip_m), trim(p.look), p.look)


def _shoulder_strap(p: HandbagParameters, span: float) -> list[Part]:
    """One loop from side to side."""
    half_width = float(section(p, _column(1.0))[0][0]) * span
    start = float(height(p, _column(span), _column(1.0))[0])
    loop = arch(half_width, p.handle_m + p.height_m - start + 0.03, 0.02, 2.0)
    loop += [0, 0, start - 0.03]
    return painted(sweep(loop, FORWARD, p.grip_m, 0.5 * p.grip_m), trim(p.look), p.look)


def _flap(p: HandbagParameters) -> list[Part]:
    """A sheet from the back over the lid and down the front, its rim tucked under."""
    across = np.append(np.linspace(0, FLAP_WIDTH, 13), FLAP_WIDTH + 0.005)
    low = _flap_edge(p, across)
    bands = [(edge - low[0]) / (1 - low[0]) for edge in edges(p)]
    share = grid_lines(0, 1, 9, [HEM, *bands])[::-1]
    out = np.where(across > FLAP_WIDTH, 0, 1)[:, None]
    face = front(p, across, low + (1 - low) * share[:, None], 0.0075 * out[:, 0] - 0.002)
    hem = front(p, across, low[None], -0.002)
    bend = face[0] * [0.85, 1, 1] + out * [0, 0, 0.009]
    lid = face[0] * [0, 1, 1] + out * [0, 0, 0.011]
    rear = lid - [0.8 * section(p, _column(1.0))[1][0], 0, 0.008]
    grid = np.concatenate([[rear, lid, bend], face, hem])
    colours = codes(p, (low[0] + (1 - low[0]) * share)[::-1])[::-1]
    cells = np.where(share[1:] < HEM, Material.SEAM, colours)
    rows = np.concatenate([cells[[0, 0, 0]], cells, cells[-1:]])
    return [*map(mirrored, painted(grid, rows[:, None], p.look))]


def _flap_edge(p: HandbagParameters, across: Floats) -> Floats:
    """Level of the flap's lower edge: a point in the middle or rounded corners."""
    corner = np.clip((across - 0.8) / (FLAP_WIDTH - 0.8), 0, 1) ** 2.5
    pointed = p.flap_at + 0.8 * p.flap_point * (0.85 - p.flap_at) * across
    return pointed + 0.35 * (1 - p.flap_point) * (1 - pointed) * corner


def _clasp(p: HandbagParameters, level: float) -> list[Part]:
    """A metal plate on the lower end of the flap."""
    x, _, z = front(p, _column(0.0), _column(level), 0.005)[0]
    half = 0.055 * p.height_m + 0.006
    plate = box(
        (x - 0.004, -1.3 * half, z - half), (x + 0.005, 1.3 * half, z + half), p.look.metal_rgb
    )
    return [plate]


def _belts(p: HandbagParameters) -> list[Part]:
    """Two straps with buckles down the front."""
    levels = np.linspace(0.98, max(0.12, p.flap_at - 0.18), 8)
    path = front(p, _column(0.55), levels, 0.0085)
    belt = sweep(path, SIDEWAYS, 0.05 * p.width_m, 0.003)
    x, y, z = front(p, _column(0.55), _column(p.flap_at + 0.08), 0.01)[0]
    half = 0.06 * p.width_m
    buckle = box(
        (x - 0.004, y - half, z - 0.6 * half),
        (x + 0.004, y + half, z + 0.6 * half),
        p.look.metal_rgb,
    )
    return [*map(mirrored, [*painted(belt, Material.SEAM, p.look), buckle])]


def _pocket(p: HandbagParameters) -> list[Part]:
    """A puffed pocket on the lower front, with a zip along its top."""
    across, level = np.linspace(0, 0.62, 9), np.linspace(0.1, 0.5, 9)
    round_y = 1 - (across / 0.62) ** 6
    round_z = 1 - np.abs((level - 0.3) / 0.2) ** 5
    grid = front(p, across, level[:, None], 0.028 * (round_y * round_z[:, None]) ** 0.5 - 0.002)
    rows = np.where(level[1:] > 0.44, Material.SEAM, Material.MAIN)
    return [*map(mirrored, painted(grid, rows[:, None], p.look))]


def _carriers(p: HandbagParameters) -> list[Part]:
    """Shoulder straps that bow out behind the back."""
    t = np.linspace(0, 1, 13)
    level, bow = 0.93 - 0.83 * t, np.sin(np.pi * t)
    half_width, half_depth = section(p, level)
    x = -0.85 * half_depth - 0.05 * bow
    y = (0.5 + 0.3 * t) * half_width + 0.22 * p.width_m * bow**0.8
    strap = sweep(np.stack([x, y, p.height_m * level], axis=1), SIDEWAYS, 0.02, 0.005)
    return [*map(mirrored, painted(strap, trim(p.look), p.look))]


def _zip(p: HandbagParameters) -> list[Part]:
    across = np.linspace(-0.9, 0.9, 15)
    y = across * section(p, _column(1.0))[0][0]
    z = height(p, across, np.ones_like(across)) + 0.004
    path = np.stack([np.zeros_like(y), y, z], axis=1)
    return painted(sweep(path, FORWARD, 0.006, 0.003), Material.METAL, p.look)


def _zip_arc(p: HandbagParameters) -> list[Part]:
    """The zip that opens the main pocket, round the top of the front."""
    angle = np.linspace(0, np.pi / 2, 13)
    left = front(p, 0.8 * np.sin(angle), 0.56 + 0.34 * np.cos(angle) ** 0.7, 0.002)
    path = np.concatenate([left[::-1], left[1:] * [1, -1, 1]])
    return painted(sweep(path, FORWARD, 0.004, 0.004), Material.SEAM, p.look)


def _drawstring(p: HandbagParameters) -> list[Part]:
    """A cord around the neck, knotted in front, its ends hanging down."""
    level = 0.86
    half_width, half_depth = (float(half[0]) + 0.003 for half in section(p, _column(level)))
    angle = np.linspace(-np.pi, np.pi, 33)
    x, y = half_depth * np.cos(angle), half_width * np.sin(angle)
    neck = np.stack([x, y, np.full_like(x, level * p.height_m)], axis=1)
    fall = np.array([[4, 0, 0], [8, 12, -10], [6, 20, -50], [6, 22, -100]]) / 1000
    tail = sweep(fall + np.array([half_depth, 0, level * p.height_m]), SIDEWAYS, 0.005, 0.004)
    cord = sweep(neck, (0, 0, 1), 0.005, 0.004)
    tails = map(mirrored, painted(tail, Material.SEAM, p.look))
    return [*painted(cord, Material.SEAM, p.look), *tails]
