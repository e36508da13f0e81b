"""The procedural cars: valid meshes of plausible size, fixed by the generator's seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.data.procedural.cars.cars import build_car
from ganbench.data.procedural.cars.styles import STYLES, sample_car
from ganbench.data.rendering.mesh import Mesh, Part, bounds, normalise
from tests.data.measured import check_part

# Length, width without mirrors, height: the range of real cars of the style, metres.
SIZES_M = {
    "saloon": ((4.3, 5.1), (1.7, 1.95), (1.35, 1.55)),
    "estate": ((4.3, 5.1), (1.7, 1.95), (1.4, 1.6)),
    "hatchback": ((3.4, 4.4), (1.6, 1.85), (1.4, 1.6)),
    "van": ((4.5, 6.0), (1.8, 2.1), (1.8, 2.5)),
    "pickup": ((4.9, 5.7), (1.8, 2.0), (1.65, 1.95)),
    "sports": ((4.0, 4.7), (1.75, 2.0), (1.1, 1.35)),
}
MIRRORS_M = 0.24


def car(style: str, seed: int) -> Mesh:
    return build_car(sample_car(np.random.default_rng(seed), style))


def all_bytes(mesh: Mesh) -> bytes:
    return b"".join(
        part.vertices.tobytes() + part.faces.tobytes() + repr(part.rgb).encode() for part in mesh
    )


@settings(max_examples=60, deadline=None)
@given(style=st.sampled_from(STYLES), seed=st.integers(0, 2**32 - 1))
def test_every_car_is_a_valid_mesh_on_the_ground(style: str, seed: int) -> None:
    mesh = car(style, seed)
    for part in mesh:
        check_part(part)
    low, high = bounds(mesh)
    assert low[2] == 0
    assert np.allclose(low[:2], -high[:2], atol=0.02)


@settings(max_examples=60, deadline=None)
@given(style=st.sampled_from(STYLES), seed=st.integers(0, 2**32 - 1))
def test_every_car_has_the_size_it_was_asked_for(style: str, seed: int) -> None:
    parameters = sample_car(np.random.default_rng(seed), style)
    low, high = bounds(build_car(parameters))
    length_m, width_m, height_m = high - low
    assert length_m == pytest.approx(parameters.length_m, abs=0.03)
    assert width_m == pytest.approx(parameters.width_m + MIRRORS_M, abs=0.04)
    assert height_m == pytest.approx(parameters.height_m, abs=0.03)
    measured = (length_m, width_m - MIRRORS_M, height_m)
    for size_m, (least, most) in zip(measured, SIZES_M[style], strict=True):
        assert least - 0.04 <= size_m <= most + 0.04


@pytest.mark.parametrize("style", STYLES)
def test_a_car_is_symmetric(style: str) -> None:
    for part in car(style, 4):
        points = {tuple(point) for point in part.vertices.round(5).tolist()}
        assert {(x, -y, z) for x, y, z in points} == points


@pytest.mark.parametrize("style", STYLES)
def test_the_seed_decides_the_car(style: str) -> None:
    assert all_bytes(car(style, 1)) == all_bytes(car(style, 1))
    assert all_bytes(car(style, 1)) != all_bytes(car(style, 2))


def test_styles_differ_in_shape() -> None:
    profiles = {all_bytes(car(style, 0)) for style in STYLES}
    assert len(profiles) == len(STYLES)


def test_an_unknown_style_is_told() -> None:
    with pytest.raises(ValueError, match="known: saloon"):
        sample_car(np.random.default_rng(0), "tank")


def test_normalise_fits_any_scale_into_the_unit_sphere() -> None:
    mesh = car("estate", 0)
    for scale, shift in ((1e-3, 0.0), (1.0, 50.0), (1e4, -7.0)):
        other = tuple(Part(p.vertices * np.float32(scale) + shift, p.faces, p.rgb) for p in mesh)
        points = np.concatenate([part.vertices for part in normalise(other)])
        assert np.linalg.norm(points, axis=1).max() == pytest.approx(1, abs=1e-4)
        assert points.min(axis=0) + points.max(axis=0) == pytest.approx(np.zeros(3), abs=1e-3)


def test_normalise_refuses_a_mesh_without_extent() -> None:
    point = Part(np.ones((3, 3), np.float32), np.array([[0, 1, 2]], np.int32), (1, 1, 1))
    with pytest.raises(ValueError, match="no size"):
        normalise((point,))
    with pytest.raises(ValueError, match="triangle"):
        normalise((Part(point.vertices, np.zeros((0, 3), np.int32), (1, 1, 1)),))
