"""Colours, patterns and materials that shoes and handbags share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ganbench.data.procedural.surfaces import Codes, Floats, patch
from ganbench.data.rendering.mesh import Part, Rgb

# The eleven basic colour terms.
COLOURS: dict[str, Rgb] = {
    "black": (0.09, 0.09, 0.1),
    "white": (0.96, 0.96, 0.95),
    "grey": (0.5, 0.5, 0.52),
    "brown": (0.42, 0.24, 0.12),
    "red": (0.82, 0.06, 0.09),
    "orange": (0.97, 0.46, 0.06),
    "yellow": (0.97, 0.84, 0.13),
    "green": (0.1, 0.52, 0.2),
    "blue": (0.1, 0.27, 0.76),
    "purple": (0.42, 0.14, 0.58),
    "pink": (0.96, 0.5, 0.68),
}
PATTERNS = ("plain", "two-tone", "striped")

IVORY: Rgb = (0.95, 0.93, 0.87)
CHARCOAL: Rgb = (0.12, 0.12, 0.13)
METALS: tuple[Rgb, ...] = ((0.85, 0.68, 0.32), (0.74, 0.75, 0.77), (0.42, 0.36, 0.3))
LIGHTNESS = (0.9, 1.08)
JITTER = 0.02


@dataclass(frozen=True)
class Look:
    """What a product is scored on, and the colours that show it.

    colour: one of COLOURS; pattern: one of PATTERNS.
    main_rgb: the colour with a small variation; it covers most of the product in every pattern.
    accent_rgb: ivory or charcoal, whichever stands out more; a plain product does not show it.
    metal_rgb: buckles and zips.
    shine: strength of the leather's highlight, 0..1.
    """

    colour: str
    pattern: str
    main_rgb: Rgb
    accent_rgb: Rgb
    metal_rgb: Rgb
    shine: float


def sample_look(rng: np.random.Generator) -> Look:
    """Colour, pattern and the rest, each drawn uniformly and independently."""
    colour = list(COLOURS)[int(rng.integers(len(COLOURS)))]
    return dress(rng, colour, PATTERNS[int(rng.integers(len(PATTERNS)))])


def dress(rng: np.random.Generator, colour: str, pattern: str) -> Look:
    """A look of the given colour and pattern, the rest drawn at random.

    Raises ValueError for an unknown colour or pattern.
    """
    if colour not in COLOURS:
        raise ValueError(f"unknown colour '{colour}', known: {', '.join(COLOURS)}")
    if pattern not in PATTERNS:
        raise ValueError(f"unknown pattern '{pattern}', known: {', '.join(PATTERNS)}")
    varied = rng.uniform(*LIGHTNESS) * np.array(COLOURS[colour]) + rng.uniform(-JITTER, JITTER, 3)
    red, green, blue = (float(channel) for channel in varied.clip(0, 1))
    return Look(
        colour=colour,
        pattern=pattern,
        main_rgb=(red, green, blue),
        accent_rgb=IVORY if 0.3 * red + 0.59 * green + 0.11 * blue < 0.53 else CHARCOAL,
        metal_rgb=METALS[int(rng.integers(len(METALS)))],
        shine=float(rng.uniform(0.08, 0.4)),
    )


class Material(IntEnum):
    MAIN = 0
    ACCENT = 1
    SEAM = 2
    LINING = 3
    SOLE = 4
    TREAD = 5
    METAL = 6


def trim(look: Look) -> Material:
    """What straps, handles and tongues are made of."""
    return Material.ACCENT if look.pattern == "two-tone" else Material.MAIN


def painted(grid: Floats, codes: Codes | Material, look: Look, sole_rgb: Rgb = IVORY) -> list[Part]:
    """One part for each material on a grid of points.

    codes: the Material of each cell, or one for all.
    """
    rows, columns = grid.shape[:2]
    cells = np.broadcast_to(codes, (rows - 1, columns - 1))
    return [
        patch(grid, cells == code, *_finish(Material(int(code)), look, sole_rgb))
        for code in np.unique(cells)
    ]


def _finish(material: Material, look: Look, sole_rgb: Rgb) -> tuple[Rgb, float, float]:
    """Colour, strength of the highlight and its Phong exponent."""
    return {
        Material.MAIN: (look.main_rgb, look.shine, 25.0),
        Material.ACCENT: (look.accent_rgb, look.shine, 25.0),
        Material.SEAM: (_darker(look.main_rgb, 0.55), 0.05, 10.0),
        Material.LINING: ((0.3, 0.25, 0.21), 0.0, 10.0),
        Material.SOLE: (sole_rgb, 0.1, 15.0),
        Material.TREAD: (_darker(sole_rgb, 0.6), 0.05, 10.0),
        Material.METAL: (look.metal_rgb, 0.7, 40.0),
    }[material]


def _darker(rgb: Rgb, factor: float) -> Rgb:
    red, green, blue = rgb
    return factor * red, factor * green, factor * blue
