"""What shoes and handbags share: valid meshes, and a colour and a pattern that can be told."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from ganbench.data.procedural.handbags import handbags
from ganbench.data.procedural.handbags import styles as handbag_styles
from ganbench.data.procedural.materials import COLOURS, PATTERNS, dress
from ganbench.data.procedural.shoes import shoes
from ganbench.data.procedural.shoes import styles as shoe_styles
from ganbench.data.rendering.mesh import Mesh, bounds
from tests.data.measured import check_part
from tests.data.views import render_views

MAX_TRIANGLES = 5_000
SHADES = np.linspace(0.55, 1.05, 11)  # how the light changes a colour


@dataclass(frozen=True)
class Product:
    kinds: tuple[str, ...]
    ranges: dict[str, Any]
    sample: Callable[[np.random.Generator, str], Any]
    population: Callable[[int], list[Any]]
    build: Callable[[Any], Mesh]
    azimuth_deg: float
    elevation_deg: float


SHOE = Product(
    shoes.KINDS,
    shoe_styles.RANGES,
    shoes.sample_shoe,
    shoes.shoe_population,
    shoes.build_shoe,
    shoes.SHOE_AZIMUTH_DEG,
    shoes.SHOE_ELEVATION_DEG,
)
HANDBAG = Product(
    handbags.KINDS,
    handbag_styles.RANGES,
    handbags.sample_handbag,
    handbags.handbag_population,
    handbags.build_handbag,
    handbags.HANDBAG_AZIMUTH_DEG,
    handbags.HANDBAG_ELEVATION_DEG,
)

both = pytest.mark.parametrize("product", [SHOE, HANDBAG], ids=["shoe", "handbag"])


def dressed(product: Product, kind: str, seed: int, colour: str, pattern: str) -> Any:
    rng = np.random.default_rng(seed)
    return replace(product.sample(rng, kind), look=dress(rng, colour, pattern))


def many(product: Product) -> list[Any]:
    """Every kind in every pattern, and at both ends of all its ranges."""
    result = [
        dressed(product, kind, seed, "green", pattern)
        for seed, (kind, pattern) in enumerate(itertools.product(product.kinds, PATTERNS))
    ]
    for column, kind in enumerate(product.kinds):
        for end in (0, 1):
            sizes = {name: ranges[column][end] for name, ranges in product.ranges.items()}
            result.append(replace(dressed(product, kind, end, "red", "striped"), **sizes))
    return result


def shape_bytes(mesh: Mesh) -> list[bytes]:
    return [part.vertices.tobytes() + part.faces.tobytes() for part in mesh]


def all_bytes(mesh: Mesh) -> list[bytes]:
    looks = [repr((part.rgb, part.specular, part.shininess)).encode() for part in mesh]
    return [shape + look for shape, look in zip(shape_bytes(mesh), looks, strict=True)]


def dominant_colour(picture: npt.NDArray[np.uint8]) -> str:
    """The named colour, in whatever light, that is nearest to most pixels inside the object."""
    on = (picture < 254).any(axis=0)
    shifts = itertools.product((-1, 0, 1), repeat=2)
    inside = np.all([np.roll(on, shift, axis=(0, 1)) for shift in shifts], axis=0)
    pixels = picture[:, inside].T / 255
    named = np.array(list(COLOURS.values()))[:, None] * SHADES[:, None]
    distance = np.linalg.norm(pixels[:, None, None] - named, axis=-1).min(axis=2)
    return list(COLOURS)[int(np.bincount(distance.argmin(axis=1)).argmax())]


@both
def test_every_part_is_a_valid_mesh(product: Product) -> None:
    for parameters in many(product):
        mesh = product.build(parameters)
        for part in mesh:
            check_part(part)
        assert sum(len(part.faces) for part in mesh) <= MAX_TRIANGLES
        low, high = bounds(mesh)
        assert low[2] == pytest.approx(0, abs=1e-6)
        assert low[1] == pytest.approx(-high[1], abs=0.007)  # a buckle is on the left alone


@both
def test_no_part_floats(product: Product) -> None:
    """Parts that do not touch the box of any other part would hang in the air."""
    for parameters in many(product):
        boxes = [bounds([part]) for part in product.build(parameters)]
        for i, (low, high) in enumerate(boxes):
            others = boxes[:i] + boxes[i + 1 :]
            assert any((low <= top).all() and (bottom <= high).all() for bottom, top in others)


@both
def test_a_larger_population_holds_the_smaller_one(product: Product) -> None:
    small, large = product.population(8), product.population(20)
    assert large[:8] == small
    assert all_bytes(product.build(large[3])) == all_bytes(product.build(small[3]))
    assert len({b"".join(shape_bytes(product.build(p))) for p in large}) == 20


@both
def test_colour_and_pattern_are_independent_of_the_kind_and_of_each_other(product: Product) -> None:
    population = product.population(2400)
    looks = [p.look for p in population]
    assert {look.colour for look in looks} == set(COLOURS)
    for pairs in (
        [(p.kind, p.look.colour) for p in population],
        [(p.kind, p.look.pattern) for p in population],
        [(look.colour, look.pattern) for look in looks],
    ):
        firsts, seconds = ({pair[k] for pair in pairs} for k in (0, 1))
        expected = len(pairs) / (len(firsts) * len(seconds))
        counts = Counter(pairs)
        for pair in itertools.product(firsts, seconds):
            assert abs(counts[pair] - expected) < 5 * np.sqrt(expected), pair


def test_a_shoe_and_a_handbag_of_the_same_number_have_nothing_in_common() -> None:
    pairs = zip(shoes.shoe_population(660), handbags.handbag_population(660), strict=True)
    same = sum(shoe.look.colour == bag.look.colour for shoe, bag in pairs)
    assert 30 < same < 95  # 60 by chance


@both
def test_colour_changes_no_geometry(product: Product) -> None:
    for kind, pattern in itertools.product(product.kinds, PATTERNS):
        one, other = (dressed(product, kind, 5, colour, pattern) for colour in ("red", "white"))
        assert replace(one, look=other.look) == other
        assert shape_bytes(product.build(one)) == shape_bytes(product.build(other))
        assert all_bytes(product.build(one)) != all_bytes(product.build(other))


@both
def test_the_accent_shows_in_every_pattern_but_plain(product: Product) -> None:
    for kind, pattern in itertools.product(product.kinds, PATTERNS):
        p = dressed(product, kind, 2, "blue", pattern)
        area = Counter[tuple[float, ...]]()
        for part in product.build(p):
            a, b, c = (part.vertices[part.faces[:, k]].astype(float) for k in range(3))
            area[part.rgb] += np.linalg.norm(np.cross(b - a, c - a), axis=1).sum()
        share = area[p.look.accent_rgb] / area[p.look.main_rgb]
        assert share == 0 if pattern == "plain" else 0.1 < share < 1


@both
def test_the_picture_shows_the_named_colour(product: Product) -> None:
    cases = [
        (colour, PATTERNS[i % len(PATTERNS)], product.kinds[-1 - i % len(product.kinds)])
        for i, colour in enumerate(COLOURS)
    ]
    meshes = [
        product.build(dressed(product, kind, i, colour, pattern))
        for i, (colour, pattern, kind) in enumerate(cases)
    ]
    views = render_views(meshes, [product.azimuth_deg], 64, product.elevation_deg)[:, 0]
    shown = [(dominant_colour(view), *case[1:]) for view, case in zip(views, cases, strict=True)]
    assert shown == cases


def test_unknown_names_are_told() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="known: sneaker, pump"):
        shoes.sample_shoe(rng, "clog")
    with pytest.raises(ValueError, match="known: tote, satchel"):
        handbags.sample_handbag(rng, "sack")
    with pytest.raises(ValueError, match="unknown colour 'mauve', known: black"):
        dress(rng, "mauve", "plain")
    with pytest.raises(ValueError, match="unknown pattern 'tartan', known: plain"):
        dress(rng, "red", "tartan")
