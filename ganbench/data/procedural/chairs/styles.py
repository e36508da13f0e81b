"""What a chair is described by, and the ranges that each style draws it from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbench.data.procedural.chairs.colours import FINISHES, sample_colour
from ganbench.data.rendering.mesh import Rgb

Range = tuple[float, float]


@dataclass(frozen=True)
class ChairParameters:
    """Proportions and colours of one chair.

    `*_m` are metres, `*_deg` degrees. A style ignores what it has no part for: a solid back its
    bars, for example.

    style: one of STYLES.
    seat_width_m: of the seat at its front, between the arms of an upholstered chair, 0.38..0.64.
    seat_depth_m: of the seat, front to back, 0.34..0.64.
    seat_height_m: top of the seat above the ground, 0.36..0.8.
    seat_thickness_m: of the seat or of its cushion, 0.01..0.16.
    seat_taper: width of the seat at the rear over that at the front, 0.82..1.
    corner_m: radius of the seat's corners seen from above, 0.015..0.2.
    back_height_m: top of the back above the seat, measured along the back, 0.2..0.82.
    back_tilt_deg: the back leans to the rear by this, 2..28.
    back_taper: width of the back at its top over that at the seat, 0.8..1.12.
    back_bend_m: how far the top's middle lies behind its sides, 0..0.09.
    back_bars: number of slats or spindles, 2..9.
    arm_height_m: top of the arms above the seat, 0.12..0.26, or 0 for a chair without arms.
    arm_width_m: of one arm, 0.04..0.17.
    leg_thickness_m: of a leg, or of the tube of a tubular frame, 0.02..0.06.
    leg_splay_deg: the legs lean outwards by this, both along and across, 0..14.
    frame_rgb: of the legs and all that is made of the same material.
    cover_rgb: of the seat, of cushions and of solid backs.
    """

    style: str
    seat_width_m: float
    seat_depth_m: float
    seat_height_m: float
    seat_thickness_m: float
    seat_taper: float
    corner_m: float
    back_height_m: float
    back_tilt_deg: float
    back_taper: float
    back_bend_m: float
    back_bars: int
    arm_height_m: float
    arm_width_m: float
    leg_thickness_m: float
    leg_splay_deg: float
    frame_rgb: Rgb
    cover_rgb: Rgb


# Of an ordinary chair; a style names only what differs.
COMMON_RANGES: dict[str, Range] = {
    "seat_width_m": (0.41, 0.5),
    "seat_depth_m": (0.39, 0.46),
    "seat_height_m": (0.43, 0.48),
    "seat_thickness_m": (0.03, 0.05),
    "seat_taper": (0.82, 1.0),
    "corner_m": (0.02, 0.06),
    "back_height_m": (0.4, 0.54),
    "back_tilt_deg": (5.0, 13.0),
    "back_taper": (0.9, 1.1),
    "back_bend_m": (0.0, 0.04),
    "arm_height_m": (0.18, 0.25),
    "arm_width_m": (0.04, 0.06),
    "leg_thickness_m": (0.032, 0.046),
    "leg_splay_deg": (0.0, 3.0),
}

STYLE_RANGES: dict[str, dict[str, Range]] = {
    "ladderback": {
        "back_height_m": (0.5, 0.68),
        "back_bend_m": (0.01, 0.05),
        "corner_m": (0.02, 0.04),
    },
    "slatback": {"seat_thickness_m": (0.04, 0.07), "back_taper": (0.95, 1.12)},
    "windsor": {
        "seat_thickness_m": (0.035, 0.05),
        "seat_depth_m": (0.41, 0.47),
        "seat_taper": (0.84, 0.95),
        "corner_m": (0.08, 0.15),
        "back_height_m": (0.44, 0.64),
        "back_tilt_deg": (9.0, 17.0),
        "back_bend_m": (0.02, 0.07),
        "leg_splay_deg": (7.0, 13.0),
    },
    "parsons": {
        "seat_thickness_m": (0.09, 0.14),
        "seat_taper": (0.9, 1.0),
        "back_height_m": (0.42, 0.64),
        "back_taper": (0.88, 1.0),
        "back_bend_m": (0.0, 0.02),
        "leg_thickness_m": (0.036, 0.05),
    },
    "armchair": {
        "seat_width_m": (0.5, 0.62),
        "seat_depth_m": (0.52, 0.6),
        "seat_height_m": (0.4, 0.46),
        "seat_thickness_m": (0.12, 0.16),
        "seat_taper": (0.96, 1.0),
        "corner_m": (0.03, 0.06),
        "back_height_m": (0.36, 0.48),
        "back_tilt_deg": (8.0, 16.0),
        "back_bend_m": (0.0, 0.0),
        "arm_height_m": (0.14, 0.24),
        "arm_width_m": (0.1, 0.17),
        "leg_thickness_m": (0.04, 0.06),
    },
    "tub": {
        "seat_width_m": (0.54, 0.64),
        "seat_depth_m": (0.5, 0.58),
        "seat_height_m": (0.4, 0.46),
        "seat_thickness_m": (0.1, 0.14),
        "seat_taper": (0.97, 1.0),
        "corner_m": (0.14, 0.2),
        "back_height_m": (0.28, 0.42),
        "back_tilt_deg": (2.0, 10.0),
        "arm_height_m": (0.12, 0.26),
        "arm_width_m": (0.07, 0.11),
        "leg_thickness_m": (0.035, 0.055),
        "leg_splay_deg": (0.0, 10.0),
    },
    "wing": {
        "seat_width_m": (0.5, 0.58),
        "seat_depth_m": (0.52, 0.58),
        "seat_height_m": (0.43, 0.48),
        "seat_thickness_m": (0.1, 0.15),
        "seat_taper": (0.94, 1.0),
        "back_height_m": (0.66, 0.82),
        "back_tilt_deg": (6.0, 13.0),
        "back_taper": (0.88, 1.0),
        "back_bend_m": (0.0, 0.0),
        "arm_height_m": (0.17, 0.24),
        "arm_width_m": (0.08, 0.12),
        "leg_thickness_m": (0.04, 0.055),
        "leg_splay_deg": (0.0, 10.0),
    },
    "office": {
        "seat_width_m": (0.46, 0.54),
        "seat_depth_m": (0.43, 0.5),
        "seat_height_m": (0.45, 0.54),
        "seat_thickness_m": (0.06, 0.1),
        "corner_m": (0.08, 0.16),
        "back_height_m": (0.44, 0.7),
        "back_bend_m": (0.03, 0.09),
        "back_taper": (0.82, 1.0),
        "arm_height_m": (0.18, 0.26),
        "leg_thickness_m": (0.036, 0.05),
    },
    "bar": {
        "seat_width_m": (0.38, 0.45),
        "seat_depth_m": (0.34, 0.4),
        "seat_height_m": (0.66, 0.8),
        "seat_thickness_m": (0.04, 0.08),
        "corner_m": (0.04, 0.18),
        "back_height_m": (0.2, 0.34),
        "back_bend_m": (0.02, 0.06),
        "leg_thickness_m": (0.032, 0.044),
        "leg_splay_deg": (3.0, 7.0),
    },
    "cantilever": {
        "seat_depth_m": (0.42, 0.48),
        "seat_thickness_m": (0.03, 0.06),
        "seat_taper": (0.96, 1.0),
        "corner_m": (0.02, 0.04),
        "back_taper": (0.97, 1.0),
        "back_bend_m": (0.0, 0.03),
        "leg_thickness_m": (0.024, 0.032),
        "leg_splay_deg": (0.0, 8.0),
    },
    "shell": {
        "seat_width_m": (0.44, 0.54),
        "seat_depth_m": (0.42, 0.48),
        "seat_thickness_m": (0.01, 0.014),
        "back_height_m": (0.36, 0.46),
        "back_tilt_deg": (10.0, 20.0),
        "back_taper": (0.8, 1.0),
        "back_bend_m": (0.03, 0.09),
        "leg_thickness_m": (0.02, 0.032),
        "leg_splay_deg": (6.0, 14.0),
    },
    "lounge": {
        "seat_width_m": (0.52, 0.62),
        "seat_depth_m": (0.56, 0.64),
        "seat_height_m": (0.36, 0.42),
        "seat_thickness_m": (0.1, 0.14),
        "seat_taper": (0.96, 1.0),
        "corner_m": (0.015, 0.03),
        "back_height_m": (0.5, 0.64),
        "back_tilt_deg": (18.0, 28.0),
        "back_taper": (0.98, 1.0),
        "back_bend_m": (0.0, 0.0),
        "arm_height_m": (0.14, 0.22),
        "arm_width_m": (0.06, 0.1),
        "leg_thickness_m": (0.036, 0.05),
    },
    "folding": {
        "seat_width_m": (0.4, 0.46),
        "seat_depth_m": (0.36, 0.42),
        "seat_thickness_m": (0.02, 0.028),
        "seat_taper": (1.0, 1.0),
        "corner_m": (0.015, 0.02),
        "back_height_m": (0.34, 0.46),
        "back_tilt_deg": (12.0, 20.0),
        "back_taper": (1.0, 1.0),
        "back_bend_m": (0.0, 0.03),
        "leg_thickness_m": (0.026, 0.036),
    },
}

STYLES = tuple(STYLE_RANGES)

# Least and most slats or spindles.
BARS: dict[str, tuple[int, int]] = {
    "ladderback": (3, 5),
    "slatback": (3, 7),
    "windsor": (5, 9),
    "lounge": (3, 5),
    "folding": (2, 3),
}

# How often a chair of the style has arms; always where they carry the shape.
ARMED: dict[str, float] = {
    "ladderback": 0.25,
    "slatback": 0.35,
    "windsor": 0.5,
    "armchair": 1.0,
    "tub": 1.0,
    "wing": 1.0,
    "office": 0.65,
    "cantilever": 0.4,
    "lounge": 1.0,
}


def sample_chair(rng: np.random.Generator, style: str) -> ChairParameters:
    """A chair of the style, one of STYLES, with every proportion drawn uniformly from its range.

    Raises ValueError for an unknown style.
    """
    check_style(style)
    ranges = COMMON_RANGES | STYLE_RANGES[style]
    drawn: dict[str, Any] = {name: float(rng.uniform(*limits)) for name, limits in ranges.items()}
    if rng.random() >= ARMED.get(style, 0.0):
        drawn["arm_height_m"] = 0.0
    frame, cover = FINISHES[style]
    bars = int(rng.integers(*BARS.get(style, (2, 2)), endpoint=True))
    frame_rgb = sample_colour(rng, frame.palette)
    cover_rgb = frame_rgb if cover is None else sample_colour(rng, cover.palette)
    return ChairParameters(
        style=style, back_bars=bars, frame_rgb=frame_rgb, cover_rgb=cover_rgb, **drawn
    )


def check_style(style: str) -> None:
    if style not in STYLES:
        raise ValueError(f"unknown style '{style}', known: {', '.join(STYLES)}")
