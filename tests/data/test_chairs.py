"""The procedural chairs: closed, symmetric meshes that stand, and parameters that do as told."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ganbench.data.procedural.chairs.chairs import ELEMENTS, build_chair, procedural_chairs
from ganbench.data.procedural.chairs.colours import FINISHES
from ganbench.data.procedural.chairs.styles import (
    ARMED,
    BARS,
    COMMON_RANGES,
    STYLE_RANGES,
    STYLES,
    ChairParameters,
    sample_chair,
)
from ganbench.data.rendering.mesh import Mesh, Part, bounds
from tests.broad import few_of
from tests.data.measured import check_part
from tests.data.views import render_views

SEEDS = range(2)
MAX_TRIANGLES = 6_000
FOUR_FEET = set(STYLES) - {"office", "cantilever"}
FRAME, COVER = 0, 1  # places in a chair's mesh

built = cache(build_chair)  # most tests look at the same chairs


def sampled(style: str, seed: int, **fields: Any) -> ChairParameters:
    return replace(sample_chair(np.random.default_rng(seed), style), **fields)


def extreme(style: str, end: int) -> ChairParameters:
    """Everything at the low (0) or at the high (1) end of its range, with arms where it has any."""
    ranges = COMMON_RANGES | STYLE_RANGES[style]
    fields = {name: limits[end] for name, limits in ranges.items()}
    if style not in ARMED:
        fields["arm_height_m"] = 0.0
    return sampled(style, 0, **fields, back_bars=BARS.get(style, (2, 2))[end])


MANY = [
    p
    for style in STYLES
    for p in (*(sampled(style, seed) for seed in SEEDS), extreme(style, 0), extreme(style, 1))
]
FIRST = [sampled(style, SEEDS[0]) for style in STYLES]
everywhere = pytest.mark.parametrize("p", few_of(MANY, FIRST), ids=lambda p: p.style)
each_style = pytest.mark.parametrize("style", STYLES)


def all_bytes(mesh: Mesh) -> bytes:
    return b"".join(
        part.vertices.tobytes() + part.faces.tobytes() + repr(part.rgb).encode() for part in mesh
    )


def points(mesh: Mesh) -> npt.NDArray[np.float64]:
    return np.concatenate([part.vertices for part in mesh]).astype(np.float64)


def welded(part: Part) -> npt.NDArray[np.int64]:
    """The faces with one index for all vertices of a place."""
    _, same = np.unique(part.vertices + np.float32(0), axis=0, return_inverse=True)
    return same.reshape(-1)[part.faces].astype(np.int64)


@cache
def solids(mesh: Mesh) -> list[npt.NDArray[np.float64]]:
    """The triangles, shape (n, 3, 3), of every piece that hangs together by its edges."""
    pieces = []
    for part in mesh:
        faces = welded(part)
        ends = np.concatenate([faces[:, :2], faces[:, 1:]]).T
        size = faces.max() + 1
        graph = coo_matrix((np.ones(ends.shape[1]), ends), shape=(size, size))
        label = connected_components(graph, directed=False)[1][faces[:, 0]]
        corners = part.vertices[part.faces].astype(np.float64)
        pieces += [corners[label == piece] for piece in range(label.max() + 1)]
    return pieces


@everywhere
def test_every_part_is_a_valid_mesh(p: ChairParameters) -> None:
    mesh = built(p)
    for part in mesh:
        check_part(part)
    assert sum(len(part.faces) for part in mesh) <= MAX_TRIANGLES


@everywhere
def test_every_part_is_exactly_symmetric(p: ChairParameters) -> None:
    for part in built(p):
        places = np.unique(part.vertices + np.float32(0), axis=0)
        mirrored = places * np.float32([1, -1, 1]) + np.float32(0)
        order, mirrored_order = np.lexsort(places.T), np.lexsort(mirrored.T)
        np.testing.assert_array_equal(places[order], mirrored[mirrored_order])
        partner = np.empty_like(order)
        partner[mirrored_order] = order
        faces = welded(part)
        triangles = {tuple(triangle) for triangle in np.sort(faces, axis=1).tolist()}
        assert triangles == {tuple(t) for t in np.sort(partner[faces], axis=1).tolist()}


@everywhere
def test_every_solid_is_closed_and_faces_outwards(p: ChairParameters) -> None:
    """Every edge belongs to two triangles that run along it in opposite ways."""
    for part in built(p):
        faces = welded(part)
        start, stop = faces.T.ravel(), np.roll(faces, -1, axis=1).T.ravel()
        size = faces.max() + 1
        ahead = np.unique(start * size + stop)
        assert len(ahead) == len(start)
        np.testing.assert_array_equal(ahead, np.unique(stop * size + start))
    for triangles in solids(built(p)):
        a, b, c = (triangles - triangles.mean(axis=(0, 1))).swapaxes(0, 1)
        assert (a * np.cross(b, c)).sum() > 0


@everywhere
def test_nothing_floats(p: ChairParameters) -> None:
    """The boxes around the solids overlap in one connected group."""
    boxes = [(t.min(axis=(0, 1)), t.max(axis=(0, 1))) for t in solids(built(p))]
    low, high = (np.stack(ends) for ends in zip(*boxes, strict=True))
    touch = ((low[:, None] < high[None]) & (high[:, None] > low[None])).all(axis=-1)
    assert connected_components(touch)[0] == 1


@everywhere
def test_a_chair_stands_on_all_its_feet(p: ChairParameters) -> None:
    lowest = np.array([t[..., 2].min() for t in solids(built(p))])
    assert lowest.min() == pytest.approx(0, abs=1e-6)
    feet = int((lowest < 1e-6).sum())
    assert feet == {"office": 5, "cantilever": 1}.get(p.style, 4)
    assert np.sort(lowest)[feet:].min(initial=1) > 0.01
    everything = points(built(p))
    ground = everything[everything[:, 2] < 0.005, 0]
    a, b, c = np.concatenate(solids(built(p))).swapaxes(0, 1)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    centre = np.average((a + b + c)[:, 0] / 3, weights=area)
    assert ground.min() + 0.02 < centre < ground.max() - 0.02


@everywhere
def test_seat_and_back_are_where_they_were_asked_for(p: ChairParameters) -> None:
    mesh = built(p)
    cover, everything = points(mesh[COVER : COVER + 1]), points(mesh)
    middle = (cover[:, 0] > -0.01) & (cover[:, 0] < 0.3 * p.seat_depth_m) & (cover[:, 1] == 0)
    assert cover[middle, 2].max() == pytest.approx(p.seat_height_m, abs=0.02)
    rise = p.back_height_m * np.cos(np.radians(p.back_tilt_deg))
    assert everything[:, 2].max() == pytest.approx(p.seat_height_m + rise, abs=0.06)
    upper = everything[everything[:, 2] > p.seat_height_m + 0.75 * rise]
    assert upper[:, 0].mean() < -0.2 * p.seat_depth_m
    if p.arm_height_m:
        front = everything[
            (everything[:, 0] > 0.2 * p.seat_depth_m) & (np.abs(everything[:, 1]) > 0.15)
        ]
        top = p.seat_height_m + p.arm_height_m
        assert front[:, 2].max() == pytest.approx(top, abs=0.03)


@each_style
def test_seat_height_lifts_the_whole_chair(style: str) -> None:
    p = sampled(style, 3)
    high = built(replace(p, seat_height_m=p.seat_height_m + 0.05))
    assert bounds(high)[1][2] - bounds(built(p))[1][2] == pytest.approx(0.05, abs=1e-3)
    assert bounds(high)[0][2] == pytest.approx(0, abs=1e-6)


@each_style
def test_a_tilted_back_reaches_farther_to_the_rear(style: str) -> None:
    rear = [bounds(built(sampled(style, 3, back_tilt_deg=tilt)))[0][0] for tilt in (5, 15, 25)]
    assert (np.diff(rear) < -0.005).all()


@each_style
def test_width_and_depth_are_those_of_the_seat(style: str) -> None:
    p = sampled(style, 3, arm_height_m=0.2 if ARMED.get(style) == 1 else 0.0, leg_splay_deg=0.0)
    low, high = bounds(built(p))
    wide = bounds(built(replace(p, seat_width_m=p.seat_width_m + 0.06)))
    assert np.ptp(np.stack(wide), axis=0)[1] - (high - low)[1] >= 0.055
    deep = bounds(built(replace(p, seat_depth_m=p.seat_depth_m + 0.06)))
    assert deep[1][0] - high[0] == pytest.approx(0 if style == "office" else 0.03, abs=0.03)
    assert deep[0][0] - low[0] == pytest.approx(-0.03, abs=0.01)


@pytest.mark.parametrize("style", sorted(FOUR_FEET - {"folding"}))
def test_splayed_legs_spread_the_feet(style: str) -> None:
    def feet(splay_deg: float) -> Any:
        ground = points(built(sampled(style, 3, leg_splay_deg=splay_deg)))
        return np.abs(ground[ground[:, 2] < 1e-6]).max(axis=0)[:2]

    assert (feet(8.0) > feet(0.0) + 0.01).all()


@pytest.mark.parametrize("style", BARS)
def test_each_bar_is_a_solid_of_its_own(style: str) -> None:
    counts = [len(solids(built(sampled(style, 3, back_bars=bars)))) for bars in (3, 4, 6)]
    assert np.diff(counts).tolist() == [1, 2]


@pytest.mark.parametrize("style", [style for style in ARMED if ARMED[style] < 1])
def test_arms_are_left_out_where_their_height_is_zero(style: str) -> None:
    with_arms, without = (sampled(style, 3, arm_height_m=height) for height in (0.2, 0.0))
    assert len(solids(built(with_arms))) == len(solids(built(without))) + 4


def test_the_back_widens_and_bends() -> None:
    def top(**fields: float) -> Any:
        mesh = points(built(sampled("ladderback", 3, arm_height_m=0.0, **fields)))
        return mesh[mesh[:, 2] > 0.9 * mesh[:, 2].max()]

    width = [np.ptp(top(back_taper=taper)[:, 1]) for taper in (0.9, 1.0, 1.1)]
    assert (np.diff(width) > 0.02).all()
    middle = [at[at[:, 1] == 0, 0].min() for at in (top(back_bend_m=bend) for bend in (0.0, 0.05))]
    assert middle[0] - middle[1] == pytest.approx(0.05, abs=0.006)


def test_colours_change_only_what_they_name() -> None:
    p = sampled("cantilever", 3)
    for field, place in (("frame_rgb", FRAME), ("cover_rgb", COVER)):
        other = built(replace(p, **{field: (0.1, 0.9, 0.1)}))
        for index, (one, two) in enumerate(zip(built(p), other, strict=True)):
            assert (one.rgb != two.rgb) == (index == place)
            np.testing.assert_array_equal(one.vertices, two.vertices)


def test_every_style_is_described_everywhere() -> None:
    assert len(STYLES) >= 8
    assert set(ELEMENTS) == set(FINISHES) == set(STYLES)
    assert set(ARMED) | set(BARS) <= set(STYLES)
    assert all(set(ranges) <= set(COMMON_RANGES) for ranges in STYLE_RANGES.values())


def test_styles_differ_in_shape_and_not_only_in_proportions() -> None:
    common = {name: sum(limits) / 2 for name, limits in COMMON_RANGES.items()}
    meshes = [built(sampled(style, 0, **common, back_bars=4)) for style in STYLES]
    assert len({tuple(len(part.faces) for part in mesh) for mesh in meshes}) == len(STYLES)


def test_an_unknown_style_is_told() -> None:
    with pytest.raises(ValueError, match="unknown style 'throne', known: ladderback, "):
        sample_chair(np.random.default_rng(0), "throne")
    with pytest.raises(ValueError, match="unknown style 'throne', known: ladderback, "):
        build_chair(replace(sampled("bar", 0), style="throne"))


def test_a_larger_set_holds_the_smaller_one_and_no_chair_twice() -> None:
    small, large = procedural_chairs(5), procedural_chairs(len(STYLES) * 3)
    assert [*map(all_bytes, small)] == [*map(all_bytes, large[:5])]
    assert len(set(map(all_bytes, large))) == len(large)


def test_views_tell_the_front_from_the_rear_and_the_left_from_the_right() -> None:
    chairs = [built(sampled(style, 1)) for style in STYLES]
    views = render_views(chairs, (0, 180, 90, -90), 32, 15.0, 0.5).astype(float)
    front, rear, left, right = views.swapaxes(0, 1)

    def gap(one: Any, other: Any) -> Any:
        return np.abs(one - other).mean(axis=(1, 2, 3))

    assert (gap(front, rear) > 2).all()
    assert (gap(left, right) > 2).all()
    assert (gap(left, right[..., ::-1]) < 0.2 * gap(left, right)).all()
