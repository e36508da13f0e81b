"""Procedural chairs: each style is a list of elements, drawn from one set of parameters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ganbench.core.seeds import seed_for
from ganbench.data.procedural.chairs import backs, bases, seats, shells
from ganbench.data.procedural.chairs.colours import FINISHES
from ganbench.data.procedural.chairs.solids import Material, Piece, solid
from ganbench.data.procedural.chairs.styles import (
    STYLES,
    ChairParameters,
    check_style,
    sample_chair,
)
from ganbench.data.procedural.surfaces import joined, mirrored
from ganbench.data.rendering.mesh import Part, Rgb

__all__ = [
    "DATA_VERSION",
    "STYLES",
    "ChairParameters",
    "build_chair",
    "procedural_chairs",
    "sample_chair",
]

# Raised where what they look like changes (`tests/data/drawn.py`), with a line of what did:
# 1: thirteen styles.
DATA_VERSION = 1

Element = Callable[[ChairParameters], list[Piece]]
Look = tuple[Rgb, float, float]  # colour, strength of the highlight, its Phong exponent

DARK: Look = ((0.06, 0.06, 0.065), 0.1, 15.0)

ELEMENTS: dict[str, tuple[Element, ...]] = {
    "ladderback": (
        seats.plank, bases.front_legs, bases.box_stretchers, backs.posts, backs.ladder,
        backs.open_arms,
    ),
    "slatback": (
        seats.cushion, seats.apron, bases.front_legs, backs.posts, backs.upright_slats,
        backs.open_arms,
    ),
    "windsor": (
        seats.plank, bases.turned_legs, bases.h_stretchers, backs.hoop, backs.open_arms,
    ),
    "parsons": (seats.cushion, bases.square_legs, backs.solid_back),
    "armchair": (seats.cushion, seats.box_body, bases.box_feet, backs.thick_back),
    "tub": (seats.cushion, seats.tub_body, bases.tub_feet),
    "wing": (seats.cushion, seats.box_body, bases.box_feet, backs.thick_back, backs.wings),
    "office": (seats.cushion, bases.star_base, backs.office_back, backs.office_arms),
    "bar": (seats.cushion, bases.round_legs, bases.foot_rail, backs.stays, backs.padded_band),
    "cantilever": (seats.cushion, bases.sled, backs.padded_band, backs.open_arms),
    "shell": (shells.moulded_shell, shells.shell_legs),
    "lounge": (
        seats.cushion, seats.easy_frame, backs.posts, backs.ladder, backs.loose_back,
    ),
    "folding": (seats.boards, bases.crossed_legs, backs.ladder),
}  # fmt: skip


def build_chair(parameters: ChairParameters) -> tuple[Part, ...]:
    """The mesh of a chair, one part a material, standing on z = 0, its seat centred on x = y = 0.

    Metres; the sitter looks along +x, the left is +y. Exactly symmetric about y = 0.

    Raises ValueError for an unknown style.
    """
    check_style(parameters.style)
    pieces = [piece for element in ELEMENTS[parameters.style] for piece in element(parameters)]
    looks = _looks(parameters)
    return tuple(
        joined([mirrored(solid(grid, *look)) for material, grid in pieces if material == wanted])
        for wanted, look in looks.items()
        if any(material == wanted for material, _ in pieces)
    )


def _looks(p: ChairParameters) -> dict[Material, Look]:
    frame, cover = FINISHES[p.style]
    cover = cover or frame
    return {
        Material.FRAME: (p.frame_rgb, frame.specular, frame.shininess),
        Material.COVER: (p.cover_rgb, cover.specular, cover.shininess),
        Material.DARK: DARK,
    }


def procedural_chairs(count: int) -> list[tuple[Part, ...]]:
    """`count` chairs, the styles in turn; a larger set holds the smaller one."""
    rngs = [np.random.default_rng(seed_for(0, "chair", i)) for i in range(count)]
    return [build_chair(sample_chair(rng, STYLES[i % len(STYLES)])) for i, rng in enumerate(rngs)]
