"""The procedural shoes: kinds that differ in heel, shaft and opening, and a toe on the left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ganbench.data.procedural.materials import dress
from ganbench.data.procedural.shoes.shoes import build_shoe
from ganbench.data.procedural.shoes.styles import (
    KINDS,
    SHOE_AZIMUTH_DEG,
    SHOE_ELEVATION_DEG,
    ShoeParameters,
    sample_shoe,
)
from ganbench.data.rendering.mesh import Mesh, bounds
from tests.data.views import render_views

SEEDS = range(6)

# Length and height of real shoes of the kind, metres.
SIZES_M = {
    "sneaker": ((0.26, 0.32), (0.1, 0.16)),
    "pump": ((0.21, 0.27), (0.1, 0.2)),
    "ankle boot": ((0.24, 0.3), (0.16, 0.28)),
    "tall boot": ((0.24, 0.3), (0.34, 0.55)),
    "sandal": ((0.23, 0.29), (0.1, 0.2)),
    "loafer": ((0.25, 0.31), (0.07, 0.13)),
}


def plain(kind: str, seed: int) -> ShoeParameters:
    rng = np.random.default_rng(seed)
    return replace(sample_shoe(rng, kind), look=dress(rng, "red", "plain"))


def points(mesh: Mesh) -> np.ndarray:
    return np.concatenate([part.vertices for part in mesh])


def main_points(p: ShoeParameters) -> np.ndarray:
    return points(tuple(part for part in build_shoe(p) if part.rgb == p.look.main_rgb))


@pytest.mark.parametrize("kind", KINDS)
def test_a_shoe_has_the_size_of_its_kind(kind: str) -> None:
    for seed in SEEDS:
        p = plain(kind, seed)
        low, high = bounds(build_shoe(p))
        length_m, width_m, height_m = high - low
        assert p.length_m - 0.002 < length_m < p.length_m + 0.025
        assert width_m == pytest.approx(p.width_m, abs=0.016)
        for size_m, (least, most) in zip((length_m, height_m), SIZES_M[kind], strict=True):
            assert least <= size_m <= most


@pytest.mark.parametrize("kind", ["pump", "ankle boot", "tall boot", "loafer"])
def test_under_the_arch_a_heel_leaves_a_gap_of_its_height(kind: str) -> None:
    for seed in SEEDS:
        p = plain(kind, seed)
        mesh = points(build_shoe(p))
        arch = mesh[np.abs(mesh[:, 0] + 0.14 * p.length_m) < 0.03 * p.length_m]
        ball = mesh[np.abs(mesh[:, 0] - 0.15 * p.length_m) < 0.03 * p.length_m]
        assert ball[:, 2].min() < 0.006
        assert arch[:, 2].min() > 0.5 * p.heel_m
        heel = mesh[mesh[:, 0] < -0.3 * p.length_m]
        assert heel[:, 2].min() == pytest.approx(0, abs=1e-6)


def test_the_heel_of_a_pump_is_the_highest_and_the_thinnest() -> None:
    for seed in SEEDS:
        pump, loafer = plain("pump", seed), plain("loafer", seed)
        tips = []
        for p in (pump, loafer):
            mesh = points(build_shoe(p))
            tip = mesh[(mesh[:, 0] < -0.2 * p.length_m) & (mesh[:, 2] < 0.001)]
            tips.append(np.ptp(tip[:, 0]))
        assert tips[0] < 0.65 * tips[1]
        assert pump.heel_m > 2.5 * loafer.heel_m


def test_shafts_grow_from_loafer_to_tall_boot() -> None:
    order = ("loafer", "sneaker", "ankle boot", "tall boot")
    for seed in SEEDS:
        legs = []
        for kind in order:
            p = plain(kind, seed)
            behind = main_points(p)[main_points(p)[:, 0] < -0.4 * p.length_m]
            legs.append(behind[:, 2].max() - p.heel_m - p.sole_m)
        assert (np.diff(legs) > 0.005).all()
        assert legs[-1] > 0.3


def test_a_sandal_is_open_between_its_straps() -> None:
    for seed in SEEDS:
        p = plain("sandal", seed)
        mesh = points(build_shoe(p))
        middle = mesh[np.abs(mesh[:, 0] + 0.07 * p.length_m) < 0.03 * p.length_m]
        assert middle[:, 2].max() < p.sole_m + p.heel_m + 0.005


def test_a_pump_is_lower_at_the_toe_than_at_the_heel() -> None:
    for seed in SEEDS:
        p = plain("pump", seed)
        upper = main_points(p)
        front, back = (
            upper[upper[:, 0] > 0.35 * p.length_m],
            upper[upper[:, 0] < -0.35 * p.length_m],
        )
        assert back[:, 2].max() > front[:, 2].max() + 0.06


def test_the_catalogue_shows_the_toe_on_the_left() -> None:
    shoes = [build_shoe(plain(kind, 1)) for kind in ("sneaker", "pump", "tall boot")]
    views = render_views(shoes, [SHOE_AZIMUTH_DEG], 32, SHOE_ELEVATION_DEG)[:, 0]
    on = (views < 254).any(axis=1)
    assert (on.any(axis=1).sum(axis=1) > [24, 22, 8]).all()  # columns: the long side is seen
    for shoe in on:
        top = shoe.argmax(axis=0)[shoe.any(axis=0)]
        assert top[: len(top) // 4].mean() > top[-len(top) // 4 :].mean()  # the heel side is higher
