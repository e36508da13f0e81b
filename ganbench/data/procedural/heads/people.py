"""Procedural people: heads whose attributes are drawn apart from each other, as in face sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from ganbench.core.seeds import seed_for
from ganbench.data.procedural.heads.heads import build_head
from ganbench.data.procedural.heads.styles import SKIN_TONES, HeadParameters, sample_head
from ganbench.data.rendering.mesh import Part, Rgb
from ganbench.data.rendering.render import Shot

# Raised where what they look like changes (`tests/data/drawn.py`), with a line of what did:
# 1: eight attributes, each picture in a pose and a light of its own.
DATA_VERSION = 1

BLOND: Rgb = (0.80, 0.62, 0.30)
BLACK: Rgb = (0.06, 0.05, 0.05)
SHORT_STYLES = ("short", "buzz", "quiff")
LONG_STYLES = ("long", "bob")
BEARD_STYLES = ("full", "goatee")
PALE_TONES, DARK_TONES = SKIN_TONES[:3], SKIN_TONES[3:]
FEMALE, MALE = (0.0, 0.12), (0.88, 1.0)
MAX_AZIMUTH_DEG, MIN_AZIMUTH_DEG = 35.0, 8.0
ELEVATION_DEG = (-4.0, 14.0)
ZOOM = 1.35  # the neck is cut off: what tells the attributes apart is small


@dataclass(frozen=True)
class PersonAttributes:
    """What one picture shows, each on or off and drawn with even chances.

    The first six belong to the person, the last two to the picture.

    male: the shape of jaw, chin, brows, neck, lips and eyes, and of nothing else.
    blond: blond hair and brows, or black ones.
    turned_right: the face looks to the right of the picture, else to the left.
    lit_right: the light comes from the right of the picture, else from the left.
    """

    male: bool
    blond: bool
    long_hair: bool
    glasses: bool
    beard: bool
    dark_skin: bool
    turned_right: bool
    lit_right: bool


ATTRIBUTES = tuple(field.name for field in fields(PersonAttributes))
OF_THE_PERSON = ATTRIBUTES[:6]


@dataclass(frozen=True)
class Person:
    """One head and the pictures that are taken of it."""

    head: HeadParameters
    shots: tuple[Shot, ...]
    attributes: tuple[PersonAttributes, ...]


def person(number: int, pictures: int) -> Person:
    """The person `number`, which depends on nothing else, and so many pictures."""
    rng = np.random.default_rng(seed_for(0, "person", number))
    on = dict(zip(OF_THE_PERSON, (bool(bit) for bit in rng.integers(2, size=6)), strict=True))
    head = dressed(sample_head(rng), on, rng)
    taken = [picture(rng, on) for _ in range(pictures)]
    return Person(head, tuple(shot for shot, _ in taken), tuple(seen for _, seen in taken))


def dressed(head: HeadParameters, on: dict[str, bool], rng: np.random.Generator) -> HeadParameters:
    """The head with the attributes given to it."""

    def one_of(choices: Sequence[str]) -> str:
        return choices[int(rng.integers(len(choices)))]

    styles, beard = LONG_STYLES if on["long_hair"] else SHORT_STYLES, one_of(BEARD_STYLES)
    return replace(
        head,
        masculinity=float(rng.uniform(*(MALE if on["male"] else FEMALE))),
        hair_rgb=shade(rng, BLOND if on["blond"] else BLACK),
        hair_style=one_of(styles),
        beard=beard if on["beard"] else "none",
        glasses=on["glasses"],
        skin_rgb=between(rng, DARK_TONES if on["dark_skin"] else PALE_TONES),
    )


def shade(rng: np.random.Generator, rgb: Rgb) -> Rgb:
    red, green, blue = (min(1.0, float(c)) for c in np.array(rgb) * rng.uniform(0.88, 1.12))
    return red, green, blue


def between(rng: np.random.Generator, tones: Sequence[Rgb]) -> Rgb:
    """A tone between two neighbours."""
    place = rng.uniform(0, len(tones) - 1)
    red, green, blue = (
        float(np.interp(place, range(len(tones)), channel)) for channel in zip(*tones, strict=True)
    )
    return red, green, blue


def picture(rng: np.random.Generator, on: dict[str, bool]) -> tuple[Shot, PersonAttributes]:
    """A pose and a light for one picture."""
    right, lit_right = (bool(bit) for bit in rng.integers(2, size=2))
    seen = PersonAttributes(**on, turned_right=right, lit_right=lit_right)
    return shot_of(rng, seen), seen


def shot_of(rng: np.random.Generator, seen: PersonAttributes) -> Shot:
    """A picture that is turned and lit as told, the rest of it drawn."""
    azimuth = float(rng.uniform(MIN_AZIMUTH_DEG, MAX_AZIMUTH_DEG))
    return Shot(
        azimuth_deg=azimuth if seen.turned_right else -azimuth,
        elevation_deg=float(rng.uniform(*ELEVATION_DEG)),
        light=1 if seen.lit_right else -1,
        zoom=ZOOM,
    )


def person_of(seen: PersonAttributes, rng: np.random.Generator) -> Person:
    """A person who has these attributes and one picture that shows them, the rest of both drawn."""
    on = {name: getattr(seen, name) for name in OF_THE_PERSON}
    head = dressed(sample_head(rng), on, rng)
    return Person(head, (shot_of(rng, seen),), (seen,))


def build_person(someone: Person) -> tuple[Part, ...]:
    return build_head(someone.head)
