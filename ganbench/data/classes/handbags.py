"""Handbags, seen from the front."""

from ganbench.data.goods import Ware
from ganbench.data.render import Shot
from ganbench.data.shapes.handbags import (
    HANDBAG_AZIMUTH_DEG,
    HANDBAG_ELEVATION_DEG,
    build_handbag,
    handbag_population,
)

HANDBAGS = Ware(
    name="handbags",
    shapes="ganbench.data.shapes.handbags",
    population=handbag_population,
    build=build_handbag,
    shot=Shot(HANDBAG_AZIMUTH_DEG, HANDBAG_ELEVATION_DEG),
    pix2pix="edges2handbags",
    labels=(8,),
)
