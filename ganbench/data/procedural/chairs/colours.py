"""The woods, metals, fabrics, leathers and plastics of chairs."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

from ganbench.data.rendering.mesh import Rgb

Range = tuple[float, float]
Palette = tuple[tuple[Range, Range, Range], ...]  # ranges of hue, saturation and value


@dataclass(frozen=True)
class Finish:
    """What a material may look like.

    palette: its colours, each as likely as the others.
    specular, shininess: its highlight, as of a mesh part.
    """

    palette: Palette
    specular: float
    shininess: float


WOOD = Finish(
    (
        ((0.075, 0.095), (0.42, 0.58), (0.58, 0.76)),  # oak
        ((0.045, 0.07), (0.5, 0.64), (0.24, 0.4)),  # walnut
        ((0.02, 0.045), (0.58, 0.74), (0.4, 0.56)),  # cherry
        ((0.09, 0.115), (0.25, 0.4), (0.78, 0.88)),  # beech
        ((0.0, 0.1), (0.0, 0.15), (0.07, 0.13)),  # black
        ((0.1, 0.14), (0.0, 0.08), (0.8, 0.88)),  # white
    ),
    specular=0.12,
    shininess=18.0,
)
METAL = Finish(
    (
        ((0.55, 0.65), (0.0, 0.05), (0.66, 0.8)),  # chrome
        ((0.55, 0.7), (0.0, 0.2), (0.08, 0.16)),  # black
        ((0.55, 0.65), (0.0, 0.1), (0.24, 0.34)),  # grey
    ),
    specular=0.5,
    shininess=40.0,
)
FABRIC = Finish(
    (
        ((0.55, 0.68), (0.02, 0.15), (0.25, 0.6)),  # grey
        ((0.08, 0.13), (0.15, 0.35), (0.65, 0.85)),  # beige
        ((0.55, 0.66), (0.4, 0.75), (0.3, 0.65)),  # blue
        ((0.97, 1.03), (0.6, 0.85), (0.4, 0.7)),  # red
        ((0.22, 0.45), (0.3, 0.6), (0.3, 0.6)),  # green
        ((0.1, 0.14), (0.6, 0.8), (0.65, 0.85)),  # mustard
        ((0.75, 0.9), (0.25, 0.5), (0.35, 0.6)),  # plum
        ((0.46, 0.52), (0.4, 0.7), (0.4, 0.65)),  # teal
    ),
    specular=0.03,
    shininess=8.0,
)
LEATHER = Finish(
    (
        ((0.04, 0.07), (0.6, 0.75), (0.3, 0.55)),  # tan
        ((0.03, 0.06), (0.5, 0.7), (0.16, 0.28)),  # brown
        ((0.55, 0.7), (0.0, 0.15), (0.08, 0.15)),  # black
        ((0.98, 1.01), (0.7, 0.85), (0.35, 0.55)),  # oxblood
        ((0.1, 0.13), (0.1, 0.25), (0.75, 0.88)),  # cream
    ),
    specular=0.2,
    shininess=25.0,
)
PLASTIC = Finish(
    (
        ((0.55, 0.65), (0.0, 0.03), (0.82, 0.9)),  # white
        ((0.55, 0.7), (0.0, 0.15), (0.08, 0.16)),  # black
        ((0.98, 1.02), (0.75, 0.9), (0.6, 0.85)),  # red
        ((0.04, 0.08), (0.8, 0.95), (0.8, 0.95)),  # orange
        ((0.12, 0.15), (0.7, 0.9), (0.8, 0.92)),  # yellow
        ((0.55, 0.62), (0.5, 0.8), (0.5, 0.8)),  # blue
        ((0.25, 0.45), (0.4, 0.7), (0.45, 0.7)),  # green
    ),
    specular=0.25,
    shininess=35.0,
)
RUSH = Finish((((0.1, 0.14), (0.35, 0.5), (0.6, 0.78)),), specular=0.03, shininess=8.0)

# Of the frame and of the cover; the cover of an all-wooden chair has the frame's colour.
FINISHES: dict[str, tuple[Finish, Finish | None]] = {
    "ladderback": (WOOD, RUSH),
    "slatback": (WOOD, FABRIC),
    "windsor": (WOOD, None),
    "parsons": (WOOD, FABRIC),
    "armchair": (WOOD, FABRIC),
    "tub": (WOOD, FABRIC),
    "wing": (WOOD, LEATHER),
    "office": (METAL, FABRIC),
    "bar": (METAL, LEATHER),
    "cantilever": (METAL, LEATHER),
    "shell": (WOOD, PLASTIC),
    "lounge": (WOOD, FABRIC),
    "folding": (WOOD, None),
}


def sample_colour(rng: np.random.Generator, palette: Palette) -> Rgb:
    tone = palette[int(rng.integers(len(palette)))]
    hue, saturation, value = (float(rng.uniform(*limits)) for limits in tone)
    return colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
