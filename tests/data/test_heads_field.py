"""The skin of procedural heads: distances and rays, to the last bit by whatever way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.data.procedural.heads.field import ROUNDING_M, Blob, field
from ganbench.data.procedural.heads.rays import OnSkin, made, skin_at, together, without_rays
from ganbench.data.procedural.heads.skull import blobs
from ganbench.data.procedural.heads.styles import sample_head

Array = np.ndarray[Any, np.dtype[np.float64]]


def parts_of(seed: int) -> list[Blob]:
    return blobs(sample_head(np.random.default_rng(seed)))


def points_about_a_head(seed: int, count: int) -> Array:
    return np.random.default_rng(seed).uniform(-0.2, 0.2, (3, count))


def length(vectors: Array) -> Array:
    x, y, z = vectors
    return np.asarray(np.sqrt(x * x + y * y + z * z))


def from_blob(blob: Blob, points: Array) -> Array:
    x, y, z = points
    y = np.abs(y) if blob.centre[1] == 0 else np.sqrt(y * y + ROUNDING_M**2)
    centre, radii = (np.array(numbers)[:, None] for numbers in (blob.centre, blob.radii))
    offset = np.stack([x, y, z]) - centre
    if blob.end is None:
        scaled = offset * (1 / radii)
        slope = np.maximum(length(scaled * (1 / radii)), 1e-9)
        return np.asarray(length(scaled) * (length(scaled) - 1) / slope)
    axis = np.array(blob.end)[:, None] - centre
    x, y, z = offset * axis
    along = np.clip((x + y + z) / (axis.T**2).sum(), 0, 1)
    first, last, _ = radii
    return np.asarray(length(offset - along * axis) - first - along * (last - first))


def plain_distance(parts: Sequence[Blob], points: Array) -> Array:
    """What `field` computes, blob by blob and without arrays that are used again."""
    total = from_blob(parts[0], points)
    for blob in parts[1:]:
        one, sign = from_blob(blob, points), -1 if blob.carve else 1
        overlap = np.maximum(blob.blend - np.abs(sign * total - one), 0)
        melted = overlap * overlap * (0.25 / blob.blend)
        total = sign * (np.minimum(sign * total, one) - melted)
    return total


@pytest.mark.parametrize("seed", range(4))
def test_distances_are_those_of_the_plain_formulas(seed: int) -> None:
    parts, points = parts_of(seed), points_about_a_head(seed, 1_300)
    np.testing.assert_array_equal(field(parts, 1_300)(points), plain_distance(parts, points))


@given(st.integers(0, 200), st.integers(0, 300), st.integers(1, 400))
def test_blocks_of_points_give_the_distances_of_all_at_once(
    seed: int, count: int, block: int
) -> None:
    parts, points = parts_of(seed), points_about_a_head(seed, count)
    at_once = field(parts, count, max(1, count))(points)
    assert at_once.shape == (count,)
    np.testing.assert_array_equal(field(parts, count, block)(points), at_once)


def test_a_field_that_is_asked_again_forgets_what_came_before() -> None:
    parts, points = parts_of(0), points_about_a_head(0, 700)
    distance = field(parts, 700)
    first, kept = distance(points), distance(points).copy()
    distance(points[:, ::-1])
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(distance(points), kept)


def skins() -> list[OnSkin[Array]]:
    """Of different numbers of rays and axes, and one without."""
    azimuth, arc = np.linspace(0, np.pi, 9), np.linspace(-0.16, 0.15, 70)
    return [
        skin_at(azimuth, arc[:, None]),
        skin_at(np.array(0.3), np.array(0.02)),
        without_rays(np.zeros(3)),
        skin_at(azimuth, np.array(-0.05), 0.002),
    ]


def test_things_on_the_skin_are_the_same_together_and_alone() -> None:
    parts = parts_of(1)
    for one, alone in zip(made(together(skins()), parts), skins(), strict=True):
        np.testing.assert_array_equal(one, made(alone, parts))
    assert made(together([]), parts) == []


def test_rays_end_on_the_skin() -> None:
    for seed in range(6):
        parts, (skin, *_) = parts_of(seed), skins()
        missed_m = np.abs(plain_distance(parts, made(skin, parts).reshape(-1, 3).T))
        # A few of them touch a fold, where nine steps do not get to the end.
        assert np.quantile(missed_m, 0.95) < 1e-9 and missed_m.max() < 0.001
