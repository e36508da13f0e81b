"""What a head is described by, and the ranges that a population draws it from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbench.data.rendering.mesh import Rgb

Range = tuple[float, float]

HAIR_STYLES = (
    "bald",
    "receding",
    "buzz",
    "short",
    "quiff",
    "afro",
    "bob",
    "long",
    "bun",
    "ponytail",
)
BEARDS = ("none", "moustache", "goatee", "full")


@dataclass(frozen=True)
class HeadParameters:
    """Shape, colours and attributes of one head; every field can be set on its own.

    `*_m` are metres. The eyes lie at z = 0.

    masculinity: 0..1, what is linked to the sex in the shape and independent of the rest: jaw,
        chin, brow ridge and neck grow with it, cheekbones, lips and eyes shrink.
    hair_style: one of HAIR_STYLES; hair_rgb also colours the eyebrows and the beard.
    beard: one of BEARDS.
    head_width_m, head_length_m: of the skull; crown_m: its top above the eyes.
    face_m: chin below the eyes.
    jaw_width_m: between the angles of the jaw at masculinity 0.5; cheek_width_m: between the
        cheekbones.
    nose_m: its base below the eyes; nose_depth_m: its tip before the upper lip's root;
        nose_hump_m: how far the bridge bulges (a snub nose is negative); nose_up_m: its tip above
        its base.
    eye_spacing_m: between the pupils; eye_size: 1 is average; eye_tilt_deg: outer corners up.
    lip_m: height of one lip.
    ear_m: height of an ear; ear_flare: how far it stands off, rise over width.
    brow_m: thickness of an eyebrow.
    hairline_m: arc from the eyes up to the hair; hair_volume: 1 is the style's average.
    """

    masculinity: float
    head_width_m: float
    head_length_m: float
    crown_m: float
    face_m: float
    jaw_width_m: float
    cheek_width_m: float
    chin_depth_m: float
    nose_m: float
    nose_width_m: float
    nose_depth_m: float
    nose_hump_m: float
    nose_up_m: float
    eye_spacing_m: float
    eye_size: float
    eye_tilt_deg: float
    mouth_width_m: float
    lip_m: float
    ear_m: float
    ear_flare: float
    brow_m: float
    hairline_m: float
    hair_volume: float
    skin_rgb: Rgb
    eye_rgb: Rgb
    hair_rgb: Rgb
    hair_style: str
    beard: str = "none"
    glasses: bool = False


RANGES: dict[str, Range] = {
    "masculinity": (0.0, 1.0),
    "head_width_m": (0.143, 0.158),
    "head_length_m": (0.182, 0.2),
    "crown_m": (0.104, 0.116),
    "face_m": (0.107, 0.121),
    "jaw_width_m": (0.094, 0.112),
    "cheek_width_m": (0.122, 0.136),
    "chin_depth_m": (-0.004, 0.004),
    "nose_m": (0.043, 0.051),
    "nose_width_m": (0.031, 0.042),
    "nose_depth_m": (0.018, 0.026),
    "nose_hump_m": (-0.002, 0.003),
    "nose_up_m": (0.007, 0.012),
    "eye_spacing_m": (0.06, 0.067),
    "eye_size": (0.93, 1.07),
    "eye_tilt_deg": (-1.0, 6.0),
    "mouth_width_m": (0.045, 0.056),
    "lip_m": (0.0065, 0.0105),
    "ear_m": (0.057, 0.068),
    "ear_flare": (0.3, 0.55),
    "brow_m": (0.006, 0.0095),
    "hairline_m": (0.07, 0.082),
    "hair_volume": (0.85, 1.25),
}

# From the palest to the darkest; a head's tone lies between two neighbours.
SKIN_TONES: tuple[Rgb, ...] = (
    (0.96, 0.79, 0.69),
    (0.91, 0.71, 0.57),
    (0.83, 0.61, 0.45),
    (0.69, 0.47, 0.33),
    (0.51, 0.33, 0.22),
    (0.36, 0.22, 0.15),
)

# Weight, colour, and the darkest skin (0 palest, 1 darkest) that it is drawn with.
HAIR_COLOURS: tuple[tuple[float, Rgb, float], ...] = (
    (0.26, (0.06, 0.05, 0.05), 1.0),  # black
    (0.24, (0.16, 0.09, 0.055), 1.0),  # dark brown
    (0.16, (0.31, 0.18, 0.1), 0.6),  # brown
    (0.13, (0.74, 0.55, 0.27), 0.4),  # blond
    (0.08, (0.55, 0.21, 0.08), 0.4),  # red
    (0.13, (0.62, 0.61, 0.6), 1.0),  # grey
)

EYE_COLOURS: tuple[tuple[float, Rgb, float], ...] = (
    (0.5, (0.22, 0.12, 0.06), 1.0),  # brown
    (0.25, (0.25, 0.42, 0.62), 0.4),  # blue
    (0.15, (0.3, 0.42, 0.25), 0.5),  # green
    (0.1, (0.42, 0.46, 0.48), 0.4),  # grey
)

HAIR_WEIGHTS: dict[str, float] = {
    "bald": 0.06,
    "receding": 0.07,
    "buzz": 0.09,
    "short": 0.14,
    "quiff": 0.11,
    "afro": 0.08,
    "bob": 0.13,
    "long": 0.14,
    "bun": 0.09,
    "ponytail": 0.09,
}


def sample_head(rng: np.random.Generator) -> HeadParameters:
    """A head without glasses and beard; its shape, skin, hair and eyes are drawn at random.

    All are drawn independently, except that fair hair and fair eyes go with fair skin.
    """
    drawn: dict[str, Any] = {name: float(rng.uniform(*limits)) for name, limits in RANGES.items()}
    depth = float(rng.random())
    weights = np.array([HAIR_WEIGHTS[style] for style in HAIR_STYLES])
    style = HAIR_STYLES[int(rng.choice(len(HAIR_STYLES), p=weights / weights.sum()))]
    return HeadParameters(
        skin_rgb=_skin(depth),
        eye_rgb=_sample_colour(rng, EYE_COLOURS, depth),
        hair_rgb=_sample_colour(rng, HAIR_COLOURS, depth),
        hair_style=style,
        **drawn,
    )


def _skin(depth: float) -> Rgb:
    """The tone at a place along SKIN_TONES, 0 the palest and 1 the darkest."""
    places = np.linspace(0, 1, len(SKIN_TONES))
    red, green, blue = (
        float(np.interp(depth, places, tones)) for tones in zip(*SKIN_TONES, strict=True)
    )
    return red, green, blue


def _sample_colour(
    rng: np.random.Generator, table: tuple[tuple[float, Rgb, float], ...], depth: float
) -> Rgb:
    weights = np.array([weight * (depth <= darkest) for weight, _, darkest in table])
    red, green, blue = table[int(rng.choice(len(table), p=weights / weights.sum()))][1]
    light = float(rng.uniform(0.85, 1.15))
    return min(1.0, light * red), min(1.0, light * green), min(1.0, light * blue)
