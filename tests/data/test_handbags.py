"""The procedural handbags: kinds that differ in proportions, handle, opening and flap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ganbench.data.procedural.handbags.body import body, section
from ganbench.data.procedural.handbags.handbags import build_handbag
from ganbench.data.procedural.handbags.styles import KINDS, HandbagParameters, sample_handbag
from ganbench.data.procedural.materials import dress
from ganbench.data.rendering.mesh import Mesh, bounds

SEEDS = range(6)

# Height over width of the whole bag.
SLENDERNESS = {
    "tote": (0.9, 1.65),
    "satchel": (0.75, 1.3),
    "clutch": (0.4, 0.75),
    "shoulder bag": (0.9, 1.6),
    "backpack": (1.1, 1.9),
    "bucket": (1.4, 2.5),
}


def plain(kind: str, seed: int) -> HandbagParameters:
    rng = np.random.default_rng(seed)
    return replace(sample_handbag(rng, kind), look=dress(rng, "red", "plain"))


def points(mesh: Mesh) -> np.ndarray:
    return np.concatenate([part.vertices for part in mesh])


@pytest.mark.parametrize("kind", KINDS)
def test_a_bag_has_the_proportions_of_its_kind(kind: str) -> None:
    for seed in SEEDS:
        p = plain(kind, seed)
        low, high = bounds(build_handbag(p))
        least, most = SLENDERNESS[kind]
        assert least < (high[2] - low[2]) / (high[1] - low[1]) < most
        assert high[2] == pytest.approx(p.height_m + p.handle_m, abs=0.02)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"clutch"}))
def test_a_handle_is_an_arch_over_the_body_with_a_hole_below(kind: str) -> None:
    for seed in SEEDS:
        p = plain(kind, seed)
        above = points(build_handbag(p))
        above = above[above[:, 2] > p.height_m + 0.3 * p.handle_m]
        foot = above[above[:, 2] < p.height_m + 0.6 * p.handle_m]
        crown = above[above[:, 2] > p.height_m + 0.9 * p.handle_m]
        assert len(foot) and np.abs(foot[:, 1]).min() > 0.015
        assert np.abs(crown[:, 1]).min() < 0.01


def test_a_shoulder_bag_sags_in_the_middle_of_its_edge() -> None:
    for seed in SEEDS:
        p = plain("shoulder bag", seed)
        top = points(tuple(body(p)))
        middle = top[np.abs(top[:, 1]) < 0.02][:, 2].max()
        assert middle < 0.8 * top[:, 2].max()


@pytest.mark.parametrize("kind", ["tote", "bucket"])
def test_an_open_bag_is_hollow(kind: str) -> None:
    """Nothing closes the opening down to a depth of a third of the body."""
    for seed in SEEDS:
        p = plain(kind, seed)
        mesh = points(build_handbag(p))
        half_width, half_depth = (float(half[0]) for half in section(p, np.array([1.0])))
        inside = (np.abs(mesh[:, 1]) < 0.5 * half_width) & (np.abs(mesh[:, 0]) < 0.5 * half_depth)
        under_the_edge = mesh[inside & (mesh[:, 2] < p.height_m)]
        assert under_the_edge[:, 2].max() < 0.67 * p.height_m


@pytest.mark.parametrize("kind", ["satchel", "clutch"])
def test_a_flap_lies_before_the_front_and_ends_where_it_is_asked_to(kind: str) -> None:
    for seed in SEEDS:
        p = plain(kind, seed)
        mesh = build_handbag(p)
        flap = mesh[len(body(p))].vertices
        assert mesh[len(body(p))].rgb == p.look.main_rgb
        face = flap[(flap[:, 0] > 0) & (np.abs(flap[:, 1]) < 0.02)]
        end_m = (p.flap_at + 0.05 * (1 - p.flap_at)) * p.height_m
        assert face[:, 2].min() == pytest.approx(end_m, abs=0.012)
        depth = section(p, np.array([0.7]))[1][0]
        assert face[:, 0].max() > depth


def test_a_flap_can_be_pointed() -> None:
    clutch = plain("clutch", 0)
    ends = []
    for point in (0.0, 1.0):
        mesh = build_handbag(replace(clutch, flap_point=point))
        flap = mesh[len(body(clutch))].vertices
        side = flap[np.abs(np.abs(flap[:, 1]) - 0.3 * clutch.width_m) < 0.012]
        ends.append(side[side[:, 0] > 0][:, 2].min())
    assert ends[1] > ends[0] + 0.01
