"""Shoes, seen from the side."""

from ganbench.data.procedural.shoes.shoes import DATA_VERSION, build_shoe
from ganbench.data.procedural.shoes.styles import (
    SHOE_AZIMUTH_DEG,
    SHOE_ELEVATION_DEG,
    shoe_population,
)
from ganbench.data.rendering.render import Shot
from ganbench.task_families.products import Product

SHOES = Product(
    name="shoes",
    version=DATA_VERSION,
    population=shoe_population,
    build=build_shoe,
    shot=Shot(SHOE_AZIMUTH_DEG, SHOE_ELEVATION_DEG),
    pix2pix="edges2shoes",
    labels=(5, 7, 9),  # sandals, sneakers, ankle boots
)
