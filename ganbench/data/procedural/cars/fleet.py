"""The procedural identities of a data source: object i depends on i alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from ganbench.core.seeds import seed_for
from ganbench.data.procedural.cars.cars import build_car
from ganbench.data.procedural.cars.styles import STYLES, sample_car
from ganbench.data.rendering.mesh import Part

# Raised where what they look like changes (`tests/data/drawn.py`), with a line of what did:
# 1: six styles; paint white, grey or mixed.
DATA_VERSION = 1

Paint = Literal["white", "grey", "mixed"]

PAINTS = {"white": (0.95, 0.95, 0.95), "grey": (0.62, 0.63, 0.65)}


def procedural_cars(count: int, paint: Paint) -> list[tuple[Part, ...]]:
    """`count` cars, the styles in turn; a larger fleet holds the smaller one.

    paint: "mixed" draws common car colours; "white" and "grey" paint every car alike, so that
    cars differ in shape and azimuth only.
    """
    rngs = [np.random.default_rng(seed_for(0, "car", i)) for i in range(count)]
    cars = [sample_car(rng, STYLES[i % len(STYLES)]) for i, rng in enumerate(rngs)]
    if paint != "mixed":
        cars = [replace(car, paint_rgb=PAINTS[paint], trim_rgb=PAINTS[paint]) for car in cars]
    return [build_car(car) for car in cars]
