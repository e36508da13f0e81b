"""The procedural heads: valid, symmetric meshes whose attributes do what they say."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from ganbench.data.procedural.heads.heads import build_head, procedural_heads
from ganbench.data.procedural.heads.heads import named_parts as built
from ganbench.data.procedural.heads.styles import (
    BEARDS,
    HAIR_STYLES,
    RANGES,
    HeadParameters,
    sample_head,
)
from ganbench.data.rendering.mesh import Part
from tests.data.measured import check_part
from tests.data.views import render_views

named_parts = cache(built)  # most tests look at the same heads

SEEDS = range(8)
MAX_TRIANGLES = 6_200
MAX_WITH_EVERYTHING = 7_100


def person(seed: int, **fields: Any) -> HeadParameters:
    return replace(sample_head(np.random.default_rng(seed)), **fields)


def dressed(style: str) -> HeadParameters:
    return person(3, hair_style=style, beard="full", glasses=True)


def extreme(end: int) -> HeadParameters:
    """Everything at the low (0) or at the high (1) end of its range."""
    return person(0, **{name: limits[end] for name, limits in RANGES.items()})


MANY = [
    *(person(seed) for seed in SEEDS),
    *(dressed(style) for style in HAIR_STYLES),
    extreme(0),
    extreme(1),
]


def mesh(p: HeadParameters) -> list[Part]:
    return [part for parts in named_parts(p).values() for part in parts]


def points(parts: list[Part]) -> Any:
    return np.concatenate([part.vertices for part in parts])


def shape_bytes(part: Part) -> bytes:
    return part.vertices.tobytes() + part.faces.tobytes()


def all_bytes(part: Part) -> bytes:
    return shape_bytes(part) + repr((part.rgb, part.specular, part.shininess)).encode()


def changed(one: HeadParameters, other: HeadParameters, what: Any = all_bytes) -> set[str]:
    """The names under which the two heads differ."""
    a, b = named_parts(one), named_parts(other)
    return {name for name in a if [*map(what, a[name])] != [*map(what, b[name])]}


@pytest.mark.parametrize("p", MANY)
def test_every_part_is_a_valid_mesh(p: HeadParameters) -> None:
    for part in mesh(p):
        check_part(part)
        # No spikes: a head fits into this box.
        assert (np.abs(part.vertices) < [0.17, 0.14, 0.19]).all()


@pytest.mark.parametrize("p", MANY)
def test_every_part_is_exactly_symmetric(p: HeadParameters) -> None:
    for part in mesh(p):
        both = np.concatenate([part.vertices, part.vertices * np.float32([1, -1, 1])])
        _, places = np.unique(both + np.float32(0), axis=0, return_inverse=True)  # -0 is 0
        left, right = (
            np.unique(np.sort(place[part.faces], axis=1), axis=0) for place in places.reshape(2, -1)
        )
        assert np.array_equal(left, right)


@pytest.mark.parametrize("p", MANY)
def test_the_skin_has_no_hole_and_faces_outwards(p: HeadParameters) -> None:
    """Every edge of the skin belongs to two triangles that run along it in opposite ways."""
    skin = named_parts(p)["skin"][0]
    _, same = np.unique(skin.vertices + np.float32(0), axis=0, return_inverse=True)
    faces = same.reshape(-1)[skin.faces]
    edges = [(int(f[i]), int(f[(i + 1) % 3])) for f in faces for i in range(3)]
    assert len(set(edges)) == len(edges)
    assert {(b, a) for a, b in edges} == set(edges)
    a, b, c = (skin.vertices[skin.faces[:, k]].astype(float) for k in range(3))
    assert (a * np.cross(b, c)).sum() / 6 > 0.002  # cubic metres: two litres and more


@pytest.mark.parametrize("p", MANY)
def test_features_lie_where_a_face_has_them(p: HeadParameters) -> None:
    parts = named_parts(p)
    skin = points(parts["skin"])
    nose = skin[skin[:, 0].argmax()]
    eyes, brows, lips = (points(parts[name]) for name in ("eyes", "brows", "lips"))
    assert abs(nose[1]) < 1e-6 and nose[0] > lips[:, 0].max() + 0.005
    assert brows[:, 2].min() > eyes[:, 2].max() > eyes[:, 2].min() > nose[2] > lips[:, 2].max()
    assert lips[:, 2].min() > -p.face_m + 0.01
    assert np.abs(eyes[:, 1]).mean() == pytest.approx(p.eye_spacing_m / 2, abs=0.004)
    assert eyes[:, 0].max() < nose[0] - 0.01
    ears = points(parts["ears"])
    assert np.abs(ears[:, 1]).max() > np.abs(skin[skin[:, 2] > -0.13, 1]).max()
    assert ears[:, 0].max() < 0.03 and abs(ears[:, 2].mean() + p.nose_m / 2) < 0.015
    assert np.ptp(skin[:, 2]) == pytest.approx(p.crown_m + 0.17, abs=0.015)


@pytest.mark.parametrize("style", sorted(set(HAIR_STYLES) - {"bald"}))
def test_hair_leaves_eyes_nose_and_mouth_free(style: str) -> None:
    for seed in range(4):
        parts = named_parts(person(seed, hair_style=style, hair_volume=RANGES["hair_volume"][1]))
        hair = points(parts["hair"])
        lips = points(parts["lips"])
        in_face = hair[(np.abs(hair[:, 1]) < 0.045) & (hair[:, 0] > 0.03)]
        assert in_face[:, 2].min() > points(parts["brows"])[:, 2].mean()
        assert not ((hair[:, 0] > lips[:, 0].min()) & (hair[:, 2] < 0)).any()
        assert hair[:, 2].max() > points(parts["skin"])[:, 2].max()


def test_the_attributes_change_only_what_they_name() -> None:
    p = person(1, hair_style="short")
    for style in set(HAIR_STYLES) - {"short"}:
        assert changed(p, replace(p, hair_style=style)) == {"hair"}
    for beard in set(BEARDS) - {"none"}:
        assert changed(p, replace(p, beard=beard)) == {"beard"}
    assert changed(p, replace(p, glasses=True)) == {"glasses"}
    assert changed(p, replace(p, eye_rgb=(0.1, 0.9, 0.1))) == {"eyes"}
    assert changed(p, replace(p, hair_volume=0.5)) == {"hair"}
    bearded = replace(p, beard="full")
    hair = replace(bearded, hair_rgb=(0.9, 0.1, 0.1))
    assert changed(bearded, hair) == {"hair", "brows", "beard"}
    skin = replace(p, skin_rgb=(0.2, 0.5, 0.2))
    assert changed(p, skin) == {"skin", "lids", "lips", "ears"}
    for other in (hair, skin):
        base = bearded if other is hair else p
        assert not changed(base, other, shape_bytes)


def test_glasses_and_beards_add_parts() -> None:
    bare = build_head(person(2))
    worn = build_head(person(2, glasses=True))
    assert [*map(all_bytes, worn[: len(bare)])] == [*map(all_bytes, bare)]
    assert len(worn) > len(bare)
    assert [len(named_parts(person(2, beard=b))["beard"]) for b in BEARDS] == [0, 1, 2, 2]


def test_glasses_sit_before_the_eyes() -> None:
    for seed in SEEDS:
        parts = named_parts(person(seed, glasses=True))
        rim, eyes = points(parts["glasses"][:1]), points(parts["eyes"])
        assert rim[:, 0].max() > eyes[:, 0].max()
        assert rim[:, 2].max() > eyes[:, 2].max() and rim[:, 2].min() < eyes[:, 2].min()


def test_masculinity_widens_jaw_and_neck_steadily() -> None:
    widths = []
    for masculinity in np.linspace(0, 1, 6):
        p = person(5, masculinity=float(masculinity))
        skin = points(named_parts(p)["skin"])
        jaw = np.abs(skin[:, 2] + p.face_m - 0.035) < 0.012
        neck = np.abs(skin[:, 2] + 0.15) < 0.015
        widths.append([np.abs(skin[at, 1]).max() for at in (jaw, neck)])
    assert (np.diff(widths, axis=0) > 0.0003).all()


@pytest.mark.parametrize("p", MANY)
def test_the_triangle_budget_is_kept(p: HeadParameters) -> None:
    count = sum(len(part.faces) for part in mesh(p))
    assert count <= (MAX_WITH_EVERYTHING if p.glasses else MAX_TRIANGLES)


def test_a_larger_population_holds_the_smaller_one() -> None:
    small, large = procedural_heads(3), procedural_heads(6)
    for one, other in zip(small, large, strict=False):
        assert [*map(all_bytes, one)] == [*map(all_bytes, other)]
    assert len({b"".join(map(all_bytes, head)) for head in large}) == 6


def test_a_population_varies_and_wears_nothing() -> None:
    people = [person(seed) for seed in range(150)]
    assert {p.hair_style for p in people} == set(HAIR_STYLES)
    assert not any(p.glasses or p.beard != "none" for p in people)
    assert np.ptp([p.masculinity for p in people]) > 0.9
    assert np.ptp([p.skin_rgb[0] for p in people]) > 0.5
    assert len({p.hair_rgb for p in people}) == 150


def test_the_named_parts_are_the_head() -> None:
    assert [*map(all_bytes, build_head(MANY[0]))] == [*map(all_bytes, mesh(MANY[0]))]


def test_unknown_styles_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown hair style 'mohawk', known: bald, "):
        build_head(person(0, hair_style="mohawk"))
    with pytest.raises(ValueError, match="unknown beard 'braided', known: none, "):
        build_head(person(0, beard="braided"))


def test_a_mirrored_view_has_the_opposite_azimuth() -> None:
    heads = [build_head(person(seed)) for seed in range(4)]
    views = render_views(heads, (-90, -45, 0, 45, 90), 32, 0.0).astype(float)
    for left, right in ((0, 4), (1, 3)):
        same = np.abs(views[:, left] - views[:, right]).mean(axis=(1, 2, 3))
        mirrored = np.abs(views[:, left] - views[:, right, ..., ::-1]).mean(axis=(1, 2, 3))
        assert (mirrored < 0.3 * same).all() and (same > 5).all()
    np.testing.assert_allclose(views[:, 2], views[:, 2, ..., ::-1], atol=6)
