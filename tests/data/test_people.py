"""The procedural people: attributes apart from each other, and seen in the pictures."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from ganbench.data.procedural.heads.heads import build_head
from ganbench.data.procedural.heads.people import ATTRIBUTES, OF_THE_PERSON, person
from ganbench.data.rendering.render import Shot, as_it_is, render_shots


def test_a_person_depends_on_its_number_alone() -> None:
    assert person(7, 3) == person(7, 3) != person(8, 3)
    assert person(7, 3).shots[:2] == person(7, 2).shots


def test_attributes_are_even_and_independent() -> None:
    seen = [asdict(a) for i in range(600) for a in person(i, 1).attributes]
    values = np.array([[each[name] for name in ATTRIBUTES] for each in seen], dtype=float)
    # Binomial: 0.5 ± 0.02 a mean; a correlation of independent ones is 0 ± 0.04.
    assert np.abs(values.mean(0) - 0.5).max() < 0.08
    correlations = np.corrcoef(values.T) - np.eye(len(ATTRIBUTES))
    assert np.abs(correlations).max() < 0.17


def test_what_belongs_to_the_person_is_the_same_in_all_pictures() -> None:
    first, *others = (asdict(a) for a in person(3, 5).attributes)
    for other in others:
        assert all(first[name] == other[name] for name in OF_THE_PERSON)


def test_the_attributes_tell_the_truth_about_head_and_shot() -> None:
    for i in range(60):
        someone = person(i, 2)
        for shot, a in zip(someone.shots, someone.attributes, strict=True):
            head = someone.head
            assert a.male == (head.masculinity > 0.5)
            assert a.blond == (head.hair_rgb[0] > 0.4)
            assert a.long_hair == (head.hair_style in ("long", "bob"))
            assert a.glasses == head.glasses and a.beard == (head.beard != "none")
            assert a.turned_right == (shot.azimuth_deg > 0) and a.lit_right == (shot.light == 1)
            assert not a.dark_skin or sum(head.skin_rgb) < 1.6


def test_the_light_comes_from_its_side() -> None:
    head = build_head(replace(person(0, 1).head, hair_style="buzz", beard="none"))
    shots = [Shot(0, 0, side) for side in (-1, 0, 1)]
    left, above, right = render_shots([head], as_it_is, [shots], 32, 0.5)[0].astype(float)
    halves = [image[..., 16:].mean() - image[..., :16].mean() for image in (left, above, right)]
    assert halves[0] < -10 and abs(halves[1]) < 1 and halves[2] > 10
    assert np.abs(left - right[..., ::-1]).mean() < 1
