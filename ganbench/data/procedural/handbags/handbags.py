"""Procedural handbags: a body of rings, what it closes with and what it is carried by."""

from __future__ import annotations

from ganbench.data.procedural.handbags.body import body
from ganbench.data.procedural.handbags.details import details
from ganbench.data.procedural.handbags.styles import (
    HANDBAG_AZIMUTH_DEG,
    HANDBAG_ELEVATION_DEG,
    KINDS,
    HandbagParameters,
    handbag_population,
    sample_handbag,
)
from ganbench.data.procedural.surfaces import mirrored
from ganbench.data.rendering.mesh import Part

__all__ = [
    "DATA_VERSION",
    "HANDBAG_AZIMUTH_DEG",
    "HANDBAG_ELEVATION_DEG",
    "KINDS",
    "HandbagParameters",
    "build_handbag",
    "handbag_population",
    "sample_handbag",
]

# Raised where what they look like changes (`tests/data/drawn.py`), with a line of what did:
# 1: six kinds.
DATA_VERSION = 1


def build_handbag(parameters: HandbagParameters) -> tuple[Part, ...]:
    """The mesh of a handbag that stands on z = 0, its front towards +x, the middle of it at y = 0.

    Metres.
    """
    return (*map(mirrored, body(parameters)), *details(parameters))
