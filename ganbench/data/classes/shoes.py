"""Shoes, seen from the side."""

from ganbench.data.goods import Ware
from ganbench.data.render import Shot
from ganbench.data.shapes.shoes import (
    SHOE_AZIMUTH_DEG,
    SHOE_ELEVATION_DEG,
    build_shoe,
    shoe_population,
)

SHOES = Ware(
    name="shoes",
    shapes="ganbench.data.shapes.shoes",
    population=shoe_population,
    build=build_shoe,
    shot=Shot(SHOE_AZIMUTH_DEG, SHOE_ELEVATION_DEG),
    pix2pix="edges2shoes",
    labels=(5, 7, 9),  # sandals, sneakers, ankle boots
)
