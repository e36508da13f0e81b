"""Handbags, seen from the front."""

from ganbench.data.procedural.handbags.handbags import build_handbag
from ganbench.data.procedural.handbags.styles import (
    HANDBAG_AZIMUTH_DEG,
    HANDBAG_ELEVATION_DEG,
    handbag_population,
)
from ganbench.data.rendering.render import Shot
from ganbench.task_families.products import Product

HANDBAGS = Product(
    name="handbags",
    shapes="ganbench.data.procedural.handbags.handbags",
    population=handbag_population,
    build=build_handbag,
    shot=Shot(HANDBAG_AZIMUTH_DEG, HANDBAG_ELEVATION_DEG),
    pix2pix="edges2handbags",
    labels=(8,),
)
