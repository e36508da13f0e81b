"""Handbags, seen from the front."""

from ganbench.data.procedural.handbags.handbags import DATA_VERSION, build_handbag
from ganbench.data.procedural.handbags.styles import (
    HANDBAG_AZIMUTH_DEG,
    HANDBAG_ELEVATION_DEG,
    handbag_population,
)
from ganbench.data.rendering.render import Shot
from ganbench.task_families.products import Product

HANDBAGS = Product(
    name="handbags",
    version=DATA_VERSION,
    population=handbag_population,
    build=build_handbag,
    shot=Shot(HANDBAG_AZIMUTH_DEG, HANDBAG_ELEVATION_DEG),
    pix2pix="edges2handbags",
    labels=(8,),
)
