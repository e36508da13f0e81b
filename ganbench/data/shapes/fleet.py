"""The procedural identities of a data source: object i depends on i alone."""

from __future__ import annotations

import numpy as np

from ganbench.data.mesh import Part
from ganbench.data.shapes.cars import STYLES, build_car, sample_car
from ganbench.seeds import seed_for


def procedural_cars(count: int) -> list[tuple[Part, ...]]:
    """`count` cars, the styles in turn; a larger fleet holds the smaller one."""
    rngs = [np.random.default_rng(seed_for(0, "car", i)) for i in range(count)]
    return [build_car(sample_car(rng, STYLES[i % len(STYLES)])) for i, rng in enumerate(rngs)]
