"""What a shoe is described by, and the ranges that each kind draws it from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganbench.core.seeds import seed_for
from ganbench.data.procedural.materials import Look, sample_look
from ganbench.data.rendering.mesh import Rgb

Range = tuple[float, float]

# Catalogue pictures show the toe on the left and a little of the front; see `Shot`.
SHOE_AZIMUTH_DEG = -70.0
SHOE_ELEVATION_DEG = 12.0

KINDS = ("sneaker", "pump", "ankle boot", "tall boot", "sandal", "loafer")


@dataclass(frozen=True)
class ShoeParameters:
    """Proportions and look of one shoe.

    `*_m` are metres. `*_at` are places along the shoe as a fraction of its length, 0 at the heel
    and 1 at the toe.

    width_m: at the ball of the foot.
    heel_m: how far the heel lies above the ball; sole_m: thickness of the sole at the ball.
    heel_tip: length of the heel at the ground over its length at the sole.
    toe_spring_m: how far the tip of the sole curves up; toe_box_m: height of the upper there.
    toe_point: 0 for a round toe, 1 for a pointed one.
    throat_at: front end of the opening; throat_m, side_m, back_m: height of its edge above the
        sole at the front, beside the ankle and at the heel. A boot's shaft begins there.
    shaft_m: height of the shaft; calf: girth of its top over that of the ankle.
    details: 2..5, how many laces; also decides on straps, closure and ornament.
    """

    kind: str
    length_m: float
    width_m: float
    heel_m: float
    sole_m: float
    heel_tip: float
    toe_spring_m: float
    toe_box_m: float
    toe_point: float
    throat_at: float
    throat_m: float
    side_m: float
    back_m: float
    shaft_m: float
    calf: float
    details: int
    sole_rgb: Rgb
    look: Look


# Columns are the kinds' ranges in the order of KINDS.
RANGES: dict[str, tuple[Range, Range, Range, Range, Range, Range]] = {
    "length_m": ((0.27, 0.3), (0.22, 0.25), (0.25, 0.28), (0.25, 0.28), (0.24, 0.27), (0.26, 0.29)),
    "width_m": (
        (0.1, 0.11), (0.076, 0.084), (0.09, 0.1), (0.088, 0.098), (0.086, 0.096), (0.092, 0.102),
    ),
    "heel_m": (
        (0.006, 0.014), (0.06, 0.105), (0.03, 0.06), (0.02, 0.075), (0.012, 0.05), (0.014, 0.024),
    ),
    "sole_m": (
        (0.01, 0.016), (0.004, 0.012), (0.008, 0.016), (0.008, 0.014), (0.014, 0.026),
        (0.007, 0.01),
    ),
    "heel_tip": ((1.0, 1.0), (0.14, 0.5), (0.7, 0.95), (0.45, 0.95), (1.0, 1.0), (0.88, 0.98)),
    "toe_spring_m": (
        (0.014, 0.024), (0.004, 0.01), (0.006, 0.014), (0.006, 0.014), (0.0, 0.008), (0.006, 0.014),
    ),
    "toe_box_m": (
        (0.036, 0.046), (0.026, 0.034), (0.04, 0.05), (0.038, 0.048), (0.03, 0.04), (0.036, 0.045),
    ),
    "toe_point": ((0.0, 0.2), (0.4, 1.0), (0.1, 0.7), (0.1, 0.8), (0.0, 0.3), (0.1, 0.5)),
    "throat_at": (
        (0.42, 0.48), (0.72, 0.78), (0.42, 0.46), (0.42, 0.46), (0.33, 0.37), (0.52, 0.58),
    ),
    "throat_m": (
        (0.092, 0.106), (0.03, 0.036), (0.11, 0.125), (0.11, 0.125), (0.1, 0.11), (0.066, 0.074),
    ),
    "side_m": (
        (0.055, 0.065), (0.026, 0.036), (0.1, 0.11), (0.1, 0.11), (0.09, 0.1), (0.046, 0.054),
    ),
    "back_m": (
        (0.076, 0.094), (0.052, 0.062), (0.1, 0.11), (0.1, 0.11), (0.09, 0.1), (0.058, 0.066),
    ),
    "shaft_m": ((0.0, 0.0), (0.0, 0.0), (0.02, 0.07), (0.22, 0.32), (0.0, 0.0), (0.0, 0.0)),
    "calf": ((1.0, 1.0), (1.0, 1.0), (1.0, 1.12), (1.32, 1.52), (1.0, 1.0), (1.0, 1.0)),
}  # fmt: skip

# Lightness of the sole.
SOLES: dict[str, Range] = {
    "sneaker": (0.84, 0.95),
    "pump": (0.1, 0.5),
    "ankle boot": (0.1, 0.4),
    "tall boot": (0.1, 0.4),
    "sandal": (0.3, 0.7),
    "loafer": (0.1, 0.3),
}


def sample_shoe(rng: np.random.Generator, kind: str) -> ShoeParameters:
    """A shoe of the kind, one of KINDS, with every proportion drawn uniformly from its range.

    Its look is independent of the kind. Raises ValueError for an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind '{kind}', known: {', '.join(KINDS)}")
    column = KINDS.index(kind)
    drawn = {name: float(rng.uniform(*ranges[column])) for name, ranges in RANGES.items()}
    light = float(rng.uniform(*SOLES[kind]))
    return ShoeParameters(
        kind=kind,
        details=int(rng.integers(2, 6)),
        sole_rgb=(light, 0.93 * light, 0.84 * light),
        look=sample_look(rng),
        **drawn,
    )


def shoe_population(count: int) -> list[ShoeParameters]:
    """`count` shoes, the kinds in turn; a larger population holds the smaller one."""
    rngs = [np.random.default_rng(seed_for(0, "shoe", i)) for i in range(count)]
    return [sample_shoe(rng, KINDS[i % len(KINDS)]) for i, rng in enumerate(rngs)]
