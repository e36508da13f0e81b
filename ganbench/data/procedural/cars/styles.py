"""What a car is described by, and the ranges that each body style draws it from."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

from ganbench.data.rendering.mesh import Rgb

Range = tuple[float, float]


@dataclass(frozen=True)
class CarParameters:
    """Proportions and colours of one car.

    `*_m` are metres; heights are above the ground. `*_at` are places along the car as a fraction
    of its length, 0 at the front bumper and 1 at the rear one.

    cowl_at, roof_front_at: bottom and top of the windscreen.
    roof_rear_at, cabin_rear_at: top and bottom of the rear window.
    bonnet_m, belt_m, tail_m: height of the bonnet at the windscreen, of the bottom of the side
        windows at the rear, and of the boot lid or tailgate.
    roof_taper: width of the roof over the width of the body (the tumblehome).
    front_power, rear_power: exponents of the plan's superellipse; higher is squarer.
    roof_arch_m: how far the roof's ends lie below its highest point.
    """

    style: str
    length_m: float
    width_m: float
    height_m: float
    front_overhang_m: float
    rear_overhang_m: float
    wheel_radius_m: float
    clearance_m: float
    nose_m: float
    bonnet_m: float
    belt_m: float
    tail_m: float
    cowl_at: float
    roof_front_at: float
    roof_rear_at: float
    cabin_rear_at: float
    roof_taper: float
    front_power: float
    rear_power: float
    roof_arch_m: float
    spokes: int
    paint_rgb: Rgb
    trim_rgb: Rgb
    hub_rgb: Rgb


# Columns are the styles' ranges in the order of STYLES.
STYLES = ("saloon", "estate", "hatchback", "van", "pickup", "sports")

RANGES: dict[str, tuple[Range, Range, Range, Range, Range, Range]] = {
    "length_m": ((4.4, 4.95), (4.45, 4.9), (3.6, 4.2), (4.7, 5.4), (5.0, 5.5), (4.1, 4.55)),
    "width_m": ((1.74, 1.88), (1.74, 1.88), (1.64, 1.78), (1.84, 2.0), (1.84, 1.96), (1.8, 1.94)),
    "height_m": ((1.4, 1.48), (1.44, 1.54), (1.44, 1.56), (1.9, 2.2), (1.72, 1.86), (1.18, 1.3)),
    "front_overhang_m": (
        (0.8, 0.92), (0.8, 0.92), (0.7, 0.82), (0.82, 0.95), (0.82, 0.95), (0.82, 0.95),
    ),
    "rear_overhang_m": (
        (0.95, 1.12), (0.92, 1.08), (0.58, 0.72), (0.9, 1.1), (1.1, 1.25), (0.78, 0.92),
    ),
    "wheel_radius_m": (
        (0.31, 0.34), (0.31, 0.34), (0.28, 0.32), (0.32, 0.35), (0.37, 0.41), (0.32, 0.35),
    ),
    "clearance_m": (
        (0.17, 0.21), (0.17, 0.22), (0.17, 0.21), (0.2, 0.26), (0.32, 0.4), (0.12, 0.16),
    ),
    "nose_m": (
        (0.66, 0.74), (0.66, 0.74), (0.7, 0.8), (0.86, 0.98), (0.96, 1.06), (0.54, 0.62),
    ),
    "bonnet_m": (
        (0.88, 0.95), (0.88, 0.95), (0.92, 0.99), (1.12, 1.22), (1.08, 1.18), (0.78, 0.85),
    ),
    "belt_m": ((0.94, 1.0), (0.94, 1.0), (0.96, 1.03), (1.14, 1.24), (1.1, 1.2), (0.84, 0.9)),
    "tail_m": ((0.94, 1.03), (0.92, 0.98), (0.92, 0.99), (1.1, 1.2), (1.1, 1.2), (0.82, 0.9)),
    "cowl_at": (
        (0.27, 0.3), (0.26, 0.29), (0.22, 0.26), (0.13, 0.17), (0.24, 0.27), (0.31, 0.36),
    ),
    "roof_front_at": (
        (0.42, 0.46), (0.41, 0.44), (0.38, 0.43), (0.27, 0.32), (0.34, 0.38), (0.48, 0.53),
    ),
    "roof_rear_at": (
        (0.68, 0.73), (0.9, 0.94), (0.84, 0.9), (0.965, 0.98), (0.54, 0.57), (0.64, 0.7),
    ),
    "cabin_rear_at": (
        (0.84, 0.88), (0.97, 0.985), (0.955, 0.98), (0.98, 0.99), (0.58, 0.61), (0.88, 0.93),
    ),
    "roof_taper": (
        (0.7, 0.76), (0.72, 0.78), (0.71, 0.77), (0.82, 0.88), (0.76, 0.82), (0.64, 0.7),
    ),
    "front_power": ((4.0, 5.5), (4.0, 5.5), (3.6, 4.8), (4.5, 6.0), (6.0, 8.0), (3.2, 4.2)),
    "rear_power": ((4.5, 6.0), (5.5, 7.5), (4.5, 6.0), (9.0, 12.0), (9.0, 12.0), (4.0, 5.5)),
    "roof_arch_m": (
        (0.03, 0.06), (0.02, 0.05), (0.03, 0.07), (0.01, 0.03), (0.02, 0.05), (0.04, 0.08),
    ),
}  # fmt: skip

# Hue, saturation and value ranges of common paints, with how often each is drawn.
PAINTS: tuple[tuple[float, Range, Range, Range], ...] = (
    (0.10, (0.55, 0.65), (0.0, 0.04), (0.88, 0.95)),  # white
    (0.10, (0.55, 0.65), (0.0, 0.06), (0.6, 0.75)),  # silver
    (0.09, (0.55, 0.65), (0.02, 0.12), (0.3, 0.48)),  # grey
    (0.08, (0.55, 0.7), (0.0, 0.25), (0.06, 0.11)),  # black
    (0.17, (0.97, 1.02), (0.8, 0.95), (0.55, 0.85)),  # red
    (0.18, (0.56, 0.64), (0.65, 0.95), (0.4, 0.85)),  # blue
    (0.09, (0.3, 0.45), (0.5, 0.85), (0.3, 0.65)),  # green
    (0.06, (0.12, 0.15), (0.75, 0.95), (0.8, 0.95)),  # yellow
    (0.06, (0.05, 0.08), (0.8, 0.95), (0.8, 0.95)),  # orange
    (0.04, (0.07, 0.11), (0.3, 0.55), (0.35, 0.7)),  # brown and beige
    (0.03, (0.48, 0.52), (0.5, 0.8), (0.45, 0.7)),  # turquoise
)


@dataclass(frozen=True)
class Glazing:
    """Where the glass of a style is.

    panes: side windows, each from its front to its rear end, as a fraction of the cabin's half
        length (1 front, -1 rear).
    rear_width: half width of the rear window over that of the cabin.
    rear_low, rear_high: bottom and top of the rear window as a fraction of the cabin's height.
    lamp_inner: where the tail lamps begin, over the half width; lamp_low, lamp_high: their
        bottom and top as a fraction of the body's height.
    """

    panes: tuple[tuple[float, float], ...]
    rear_width: float
    rear_low: float
    rear_high: float
    lamp_inner: float
    lamp_low: float
    lamp_high: float


GLAZING = {
    "saloon": Glazing(((0.8, 0.07), (0.01, -0.66)), 0.8, 0.1, 0.88, 0.5, 0.62, 0.9),
    "estate": Glazing(
        ((0.82, 0.27), (0.22, -0.28), (-0.34, -0.84)), 0.8, 0.12, 0.86, 0.66, 0.46, 0.96
    ),
    "hatchback": Glazing(((0.8, 0.1), (0.04, -0.62)), 0.78, 0.15, 0.84, 0.62, 0.5, 0.95),
    "van": Glazing(((0.84, 0.5),), 0.62, 0.25, 0.75, 0.8, 0.35, 0.95),
    "pickup": Glazing(((0.8, 0.1), (0.03, -0.78)), 0.72, 0.2, 0.84, 0.78, 0.5, 0.92),
    "sports": Glazing(((0.76, -0.42),), 0.74, 0.08, 0.9, 0.42, 0.62, 0.86),
}


def sample_car(rng: np.random.Generator, style: str) -> CarParameters:
    """A car of the style, one of STYLES, with every proportion drawn uniformly from its range.

    Raises ValueError for an unknown style.
    """
    if style not in STYLES:
        raise ValueError(f"unknown style '{style}', known: {', '.join(STYLES)}")
    column = STYLES.index(style)
    drawn = {name: float(rng.uniform(*ranges[column])) for name, ranges in RANGES.items()}
    spokes = int(rng.integers(5, 8))
    paint = _sample_paint(rng)
    grey = float(rng.uniform(0.07, 0.16))
    trim = paint if rng.random() < 0.65 else (grey, grey, grey)
    shine = float(rng.uniform(0.6, 0.85))
    return CarParameters(
        style=style,
        spokes=spokes,
        paint_rgb=paint,
        trim_rgb=trim,
        hub_rgb=(shine, shine, min(1.0, shine + 0.02)),
        **drawn,
    )


def _sample_paint(rng: np.random.Generator) -> Rgb:
    weights = np.array([weight for weight, _, _, _ in PAINTS])
    _, hue, saturation, value = PAINTS[int(rng.choice(len(PAINTS), p=weights / weights.sum()))]
    return colorsys.hsv_to_rgb(
        float(rng.uniform(*hue)) % 1.0,
        float(rng.uniform(*saturation)),
        float(rng.uniform(*value)),
    )
