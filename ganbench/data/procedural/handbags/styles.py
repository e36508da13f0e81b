"""What a handbag is described by, and the ranges that each kind draws it from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganbench.core.seeds import seed_for
from ganbench.data.procedural.materials import Look, sample_look

Range = tuple[float, float]

# Catalogue pictures show the front and a little of one side; see `Shot`.
HANDBAG_AZIMUTH_DEG = 20.0
HANDBAG_ELEVATION_DEG = 12.0

KINDS = ("tote", "satchel", "clutch", "shoulder bag", "backpack", "bucket")


@dataclass(frozen=True)
class HandbagParameters:
    """Proportions and look of one handbag.

    `*_m` are metres. `*_at` are heights as a fraction of the body's.

    width_m, height_m, depth_m: of the body without its handles, at its widest.
    top_width, top_depth: its top over its middle.
    corner_power: exponent of the plan's superellipse; higher is boxier.
    dip_at: how far the middle of the upper edge sags.
    flap_at: lower end of the flap in the middle of the front; flap_point: 0 for a straight lower
        edge, 1 for a pointed one. Satchels and clutches have one.
    handle_m: height of the handle over the body; grip_m: its half width.
    """

    kind: str
    width_m: float
    height_m: float
    depth_m: float
    top_width: float
    top_depth: float
    corner_power: float
    dip_at: float
    flap_at: float
    flap_point: float
    handle_m: float
    grip_m: float
    look: Look


# Columns are the kinds' ranges in the order of KINDS.
RANGES: dict[str, tuple[Range, Range, Range, Range, Range, Range]] = {
    "width_m": ((0.34, 0.44), (0.28, 0.34), (0.24, 0.3), (0.36, 0.44), (0.24, 0.3), (0.22, 0.28)),
    "height_m": ((0.26, 0.34), (0.2, 0.25), (0.13, 0.17), (0.24, 0.3), (0.34, 0.4), (0.25, 0.31)),
    "depth_m": ((0.12, 0.16), (0.09, 0.12), (0.035, 0.05), (0.1, 0.14), (0.12, 0.15), (0.18, 0.24)),
    "top_width": ((0.95, 1.15), (0.9, 1.0), (0.95, 1.0), (0.6, 0.72), (0.5, 0.7), (0.86, 1.1)),
    "top_depth": ((0.5, 0.8), (0.75, 0.9), (0.6, 0.8), (0.3, 0.45), (0.4, 0.5), (0.86, 1.05)),
    "corner_power": ((5.0, 8.0), (7.0, 10.0), (8.0, 12.0), (2.6, 3.4), (3.4, 4.6), (2.0, 2.6)),
    "dip_at": ((0.0, 0.08), (0.0, 0.0), (0.0, 0.0), (0.25, 0.42), (0.0, 0.0), (0.0, 0.05)),
    "flap_at": ((1.0, 1.0), (0.36, 0.52), (0.24, 0.5), (1.0, 1.0), (1.0, 1.0), (1.0, 1.0)),
    "flap_point": ((0.0, 0.0), (0.0, 0.25), (0.0, 1.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
    "handle_m": ((0.12, 0.22), (0.06, 0.1), (0.0, 0.0), (0.16, 0.26), (0.04, 0.06), (0.16, 0.24)),
    "grip_m": (
        (0.007, 0.012), (0.008, 0.012), (0.0, 0.0), (0.012, 0.02), (0.007, 0.01), (0.007, 0.012),
    ),
}  # fmt: skip


def sample_handbag(rng: np.random.Generator, kind: str) -> HandbagParameters:
    """A bag of the kind, one of KINDS, with every proportion drawn uniformly from its range.

    Its look is independent of the kind. Raises ValueError for an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind '{kind}', known: {', '.join(KINDS)}")
    column = KINDS.index(kind)
    drawn = {name: float(rng.uniform(*ranges[column])) for name, ranges in RANGES.items()}
    return HandbagParameters(kind=kind, look=sample_look(rng), **drawn)


def handbag_population(count: int) -> list[HandbagParameters]:
    """`count` handbags, the kinds in turn; a larger population holds the smaller one."""
    rngs = [np.random.default_rng(seed_for(0, "handbag", i)) for i in range(count)]
    return [sample_handbag(rng, KINDS[i % len(KINDS)]) for i, rng in enumerate(rngs)]
