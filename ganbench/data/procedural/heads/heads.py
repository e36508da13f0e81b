"""Procedural heads: skin, eyes, ears, hair and what a face may wear."""

from __future__ import annotations

import numpy as np

from ganbench.core.seeds import seed_for
from ganbench.data.procedural.heads.features import (
    SKIN_SHINE,
    brows,
    ears,
    eyes,
    glasses,
    lids,
    lips,
    nostrils,
)
from ganbench.data.procedural.heads.hair import beard, hair
from ganbench.data.procedural.heads.rays import made, together, without_rays
from ganbench.data.procedural.heads.skull import blobs, skin_grid
from ganbench.data.procedural.heads.styles import BEARDS, HAIR_STYLES, HeadParameters, sample_head
from ganbench.data.procedural.sheets import sheet
from ganbench.data.procedural.surfaces import mirrored
from ganbench.data.rendering.mesh import Part

__all__ = [
    "BEARDS",
    "DATA_VERSION",
    "HAIR_STYLES",
    "HeadParameters",
    "build_head",
    "named_parts",
    "procedural_heads",
    "sample_head",
]

# Raised where what they look like changes (`tests/data/drawn.py`), with a line of what did:
# 1: ten hair styles, four beards, glasses.
DATA_VERSION = 1


def build_head(parameters: HeadParameters) -> tuple[Part, ...]:
    """The mesh of a head and its neck, looking along +x, its eyes at z = 0, the left at +y.

    Metres; exactly symmetric about y = 0.

    Raises ValueError for an unknown hair style or beard.
    """
    return tuple(part for parts in named_parts(parameters).values() for part in parts)


def named_parts(parameters: HeadParameters) -> dict[str, list[Part]]:
    """The parts of `build_head` in their order, by what they belong to; some have none."""
    p = parameters
    if p.hair_style not in HAIR_STYLES:
        raise ValueError(f"unknown hair style '{p.hair_style}', known: {', '.join(HAIR_STYLES)}")
    if p.beard not in BEARDS:
        raise ValueError(f"unknown beard '{p.beard}', known: {', '.join(BEARDS)}")
    halves = {
        "skin": skin_grid(p.face_m).then(lambda grid: [sheet(grid, p.skin_rgb, *SKIN_SHINE)]),
        "eyes": without_rays(eyes(p)),
        "lids": without_rays(lids(p)),
        "brows": brows(p),
        "lips": lips(p),
        "nostrils": without_rays(nostrils(p)),
        "ears": ears(p),
        "hair": hair(p),
        "beard": beard(p),
        "glasses": glasses(p),
    }
    built = made(together([*halves.values()]), blobs(p))
    return {
        name: [mirrored(half) for half in parts] for name, parts in zip(halves, built, strict=True)
    }


def procedural_heads(count: int) -> list[tuple[Part, ...]]:
    """`count` heads without glasses and beard; a larger population holds the smaller one."""
    rngs = [np.random.default_rng(seed_for(0, "head", i)) for i in range(count)]
    return [build_head(sample_head(rng)) for rng in rngs]
