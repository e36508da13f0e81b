"""Hair and beard: shells over the skin whose edges sink into it, so that none floats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganbench.data.procedural.heads.features import shaded
from ganbench.data.procedural.heads.rays import (
    CROWN_ARC_M,
    OnSkin,
    above_skin,
    skin_at,
    together,
    without_rays,
)
from ganbench.data.procedural.heads.skull import mouth_height
from ganbench.data.procedural.heads.styles import HeadParameters
from ganbench.data.procedural.sheets import ball, sheet, snapped
from ganbench.data.procedural.surfaces import Floats
from ganbench.data.rendering.mesh import Part

SUNK_M = 0.003  # how deep the edge of the hair lies below the skin

Curve = tuple[tuple[float, float], ...]  # (degrees of azimuth, metres)


@dataclass(frozen=True)
class HairStyle:
    """A hair shell from the crown to a line around the head.

    line: arc height at which the hair ends, by azimuth, relative to the person's own hairline at
        the forehead.
    lift: thickness at the top, by azimuth; side: thickness at the height of the eyes and below.
    edge_m: within this distance of the line the thickness rises to its full value.
    drape: hangs straight down from where it is widest.
    """

    line: Curve
    lift: Curve
    side: Curve
    edge_m: float = 0.012
    drape: bool = False


SHORT_LINE: Curve = (
    (0, 0.0), (25, 0.002), (38, 0.003), (50, -0.01), (58, -0.034), (66, -0.072), (70, -0.084),
    (79, -0.086), (84, -0.058), (88, -0.05), (104, -0.05), (114, -0.085), (128, -0.118),
    (150, -0.128), (180, -0.132),
)  # fmt: skip
TIED_LINE: Curve = (
    (0, 0.0), (25, 0.001), (40, -0.004), (52, -0.02), (62, -0.038), (72, -0.052), (86, -0.054),
    (102, -0.056), (116, -0.09), (130, -0.115), (150, -0.125), (180, -0.13),
)  # fmt: skip
RECEDING_LINE: Curve = (
    (0, 0.03), (18, 0.032), (32, 0.05), (46, 0.034), (58, 0.0), (68, -0.046), (76, -0.072),
    (81, -0.078), (86, -0.05), (104, -0.05), (114, -0.085), (128, -0.118), (180, -0.132),
)  # fmt: skip
LONG_LINE: Curve = (
    (0, 0.006), (20, 0.002), (38, -0.012), (48, -0.04), (56, -0.09), (64, -0.17), (72, -0.222),
    (90, -0.232), (180, -0.238),
)  # fmt: skip
BOB_LINE: Curve = (
    (0, -0.034), (30, -0.034), (42, -0.04), (50, -0.07), (57, -0.12), (64, -0.158), (80, -0.166),
    (180, -0.16),
)  # fmt: skip

STYLES: dict[str, HairStyle] = {
    "receding": HairStyle(RECEDING_LINE, ((0, 0.003), (180, 0.005)), ((0, 0.003), (180, 0.004))),
    "buzz": HairStyle(SHORT_LINE, ((0, 0.004), (180, 0.004)), ((0, 0.0025), (180, 0.003)), 0.008),
    "short": HairStyle(
        SHORT_LINE, ((0, 0.014), (90, 0.013), (180, 0.012)), ((0, 0.008), (180, 0.008)), 0.016
    ),
    "quiff": HairStyle(
        SHORT_LINE, ((0, 0.027), (25, 0.027), (60, 0.021), (100, 0.014), (180, 0.01)),
        ((0, 0.02), (60, 0.005), (180, 0.004)), 0.02,
    ),
    "afro": HairStyle(
        TIED_LINE, ((0, 0.034), (180, 0.036)), ((0, 0.03), (70, 0.027), (180, 0.034)), 0.03
    ),
    "bob": HairStyle(
        BOB_LINE, ((0, 0.014), (180, 0.014)), ((0, 0.012), (70, 0.02), (180, 0.018)), 0.016, True
    ),
    "long": HairStyle(
        LONG_LINE, ((0, 0.012), (180, 0.013)), ((0, 0.012), (70, 0.018), (180, 0.014)), 0.018, True
    ),
    "bun": HairStyle(TIED_LINE, ((0, 0.007), (180, 0.006)), ((0, 0.005), (180, 0.005)), 0.014),
    "ponytail": HairStyle(
        TIED_LINE, ((0, 0.008), (180, 0.007)), ((0, 0.006), (180, 0.006)), 0.014
    ),
}  # fmt: skip


def hair(p: HeadParameters) -> OnSkin[list[Part]]:
    """The hair's left half, or nothing."""
    if p.hair_style == "bald":
        return without_rays([])
    bound = {"bun": [_bun], "ponytail": [_tail]}.get(p.hair_style, [])
    return _shell(p, STYLES[p.hair_style]).then(
        lambda shell: [
            sheet(grid, p.hair_rgb, 0.12, 14) for grid in (shell, *(make(p) for make in bound))
        ]
    )


def _curve(curve: Curve, azimuth: Floats) -> Floats:
    degrees, metres = zip(*curve, strict=True)
    result: Floats = np.interp(np.degrees(azimuth), degrees, metres)
    return result


def _shell(p: HeadParameters, style: HairStyle) -> OnSkin[Floats]:
    """Rows from the crown down to the line, columns from the front to the rear."""
    azimuth = np.radians(
        [0, 10, 20, 29, 37, 44, 50, 55, 60, 65, 70, 75, 80, 86, 95, 104, 114, 127, 143, 161, 180]
    )
    arc, far = _hair_rows(p.hairline_m + _curve(style.line, azimuth), style.edge_m, azimuth)

    def thick(reach: Floats) -> Floats:
        outer = reach + p.hair_volume * _thickness(style, azimuth, arc)
        if style.drape:
            outer = _draped(outer, arc)
        # The edge is round: a quarter of a circle.
        result: Floats = reach - SUNK_M + np.sqrt(far * (2 - far)) * (outer - reach + SUNK_M)
        return result

    return above_skin(azimuth, arc, thick)


def _hair_rows(line: Floats, edge_m: float, azimuth: Floats) -> tuple[Floats, Floats]:
    """Arc heights (rows, columns) from the crown to the line, and how far across the edge, 0..1.

    Rows follow the line: close together where the edge rises, even above.
    """
    # Where the line is steep, a vertical step is a short way across it.
    stretch = np.sqrt(1 + np.gradient(line, azimuth * 0.085) ** 2)
    steps = np.array([0, 0.12, 0.38, 0.75, 1.15]) * edge_m
    stretch = np.minimum(stretch, 0.45 * (CROWN_ARC_M - line) / steps[-1])
    start = line + steps[-1] * stretch
    share = np.linspace(0, 1, 9)[1:, None]
    arc = np.concatenate([line + steps[:, None] * stretch, start + share * (CROWN_ARC_M - start)])
    far = np.clip((arc - line) / (stretch * edge_m), 0, 1)
    return arc[::-1], far[::-1]


def _thickness(style: HairStyle, azimuth: Floats, arc: Floats) -> Floats:
    lift, side = _curve(style.lift, azimuth), _curve(style.side, azimuth)
    thick = side + np.clip(arc / 0.08, 0, 1) * (lift - side)
    # At the crown all azimuths meet in one point.
    top = np.clip((arc - 0.095) / (CROWN_ARC_M - 0.095), 0, 1) ** 2
    mean = sum(metres for _, metres in style.lift) / len(style.lift)
    return np.asarray(thick * (1 - top) + mean * top)


def _draped(outer: Floats, arc: Floats) -> Floats:
    """Below the eyes, hair hangs at least as far from the axis as higher up, a little less."""
    hanging = np.where(arc < 0.02, outer, 0)
    widest = np.maximum.accumulate(np.where(arc < 0.05, outer, 0), axis=0)
    inward = 1 - 0.9 * np.clip(-arc - 0.02, 0, None)
    return np.where(hanging > 0, np.maximum(outer, widest * inward), outer)


def _bun(p: HeadParameters) -> Floats:
    """A ball of hair at the back of the crown."""
    size = 0.032 * p.hair_volume
    back, up = -0.68 * p.head_length_m / 2 - 0.006, 0.76 * p.crown_m
    centre = (back - 0.3 * size, 0, up + 0.35 * size)
    return ball(centre, (size, size * 1.05, size * 0.92), 7, 7, half=True)


def _tail(p: HeadParameters) -> Floats:
    """Hair that leaves the back of the head and hangs behind the neck."""
    turn = np.linspace(0, np.pi, 8)[None, :]
    side = snapped(np.sin(turn))
    x = -p.head_length_m / 2 + np.array(
        [0.02, -0.003, -0.017, -0.025, -0.024, -0.02, -0.017, -0.016]
    )
    z = np.array([0.05, 0.055, 0.046, 0.02, -0.03, -0.085, -0.125, -0.138])
    radius = p.hair_volume * np.array([0.01, 0.013, 0.018, 0.022, 0.025, 0.022, 0.014, 0.0])
    across = np.gradient(np.stack([x, z], axis=1), axis=0)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    out = radius[:, None] * np.cos(turn)
    return np.stack(
        [
            x[:, None] - across[:, 1:] * out,
            radius[:, None] * side,
            z[:, None] + across[:, :1] * out,
        ],
        axis=-1,
    )


def beard(p: HeadParameters) -> OnSkin[list[Part]]:
    """The beard's left half, or nothing."""
    colour = shaded(p.hair_rgb, 0.9)
    grids = []
    if p.beard != "none":
        grids.append(_moustache(p))
    if p.beard in ("goatee", "full"):
        grids.append(_chin_beard(p))
    return together(grids).then(lambda found: [sheet(grid, colour, 0.05, 10) for grid in found])


def _moustache(p: HeadParameters) -> OnSkin[Floats]:
    along = np.linspace(0, 1, 8)[None, :]
    share = np.array([0, 0.2, 0.5, 0.8, 1])[:, None]
    lift = np.array([-0.001, 0.002, 0.0035, 0.003, -0.001])[:, None]
    lift = np.where(along == 1, -0.001, lift)
    mouth = mouth_height(p)
    top = -p.nose_m - 0.003 + (mouth + p.nose_m) * 0.6 * along**2
    low = mouth + 0.0035 - 0.006 * along**2
    azimuth = along * np.arctan2(p.mouth_width_m / 2 + 0.004, 0.085)
    return skin_at(azimuth, top + share * (low - top), lift)


def _chin_beard(p: HeadParameters) -> OnSkin[Floats]:
    """From below the mouth round the chin, and for a full beard up to the sideburns."""
    end = np.radians(84.0 if p.beard == "full" else 27.0)
    along = np.linspace(0, 1, 14 if p.beard == "full" else 9)[None, :]
    azimuth = end * along
    mouth = mouth_height(p)
    degrees = np.degrees(azimuth)
    full: Curve = (
        (0, mouth - 0.016), (9, mouth - 0.016), (16, mouth - 0.009), (22, mouth + 0.001),
        (32, mouth + 0.006), (45, mouth + 0.009), (62, mouth + 0.026), (74, -0.02), (84, 0.0),
    )  # fmt: skip
    goatee: Curve = ((0, mouth - 0.016), (10, mouth - 0.016), (18, mouth), (27, mouth + 0.004))
    places, heights = zip(*(full if p.beard == "full" else goatee), strict=True)
    top = np.interp(degrees, places, heights)
    low = -p.face_m - 0.012 + 0.06 * np.clip((degrees - 30) / 60, 0, 1) ** 1.5
    share = np.array([0, 0.1, 0.25, 0.45, 0.65, 0.82, 0.93, 1])[:, None]
    lift = np.array([-0.001, 0.0025, 0.004, 0.005, 0.006, 0.006, 0.004, -0.002])[:, None]
    lift = np.where(along == 1, -0.001, lift)
    return skin_at(azimuth, top + share * (low - top), lift)
