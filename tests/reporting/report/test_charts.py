"""Scales, ticks and panels of a report's charts."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.reporting.report.charts import (
    HEIGHT,
    LEFT,
    WIDTH,
    Drawn,
    ends_around,
    look,
    panel,
    runs,
    scale_of,
    tick_text,
)

FINITE = st.floats(-1e12, 1e12, allow_subnormal=False)


@given(st.lists(FINITE, min_size=1, max_size=20))
def test_a_scale_holds_its_values_and_has_ticks_between_its_ends(values: list[float]) -> None:
    scale = scale_of(values)
    assert all(-1e-9 <= scale.share(value) <= 1 + 1e-9 for value in values)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 7
    assert all(-1e-6 <= scale.share(tick) <= 1 + 1e-6 for tick in ticks)
    assert ticks == sorted(set(ticks))


@given(st.lists(st.floats(1e-6, 1e9), min_size=2, max_size=20))
def test_a_logarithmic_scale_does_so_too(values: list[float]) -> None:
    scale = scale_of(values, log=True)
    assert all(-1e-9 <= scale.share(value) <= 1 + 1e-9 for value in values)
    assert scale.ticks()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1e-16, "0"), (0.25, "0.25"), (2000.0, "2000"), (20_000.0, "20k"), (-3e6, "-3M")],
)
def test_ticks_are_short(value: float, text: str) -> None:
    assert tick_text(value) == text


def test_one_value_alone_has_a_scale() -> None:
    for value in (0.0, -2.0, 1e300, -1.7e308):
        share = scale_of([value]).share(value)
        assert share == pytest.approx(0.5, abs=0.46)
    assert scale_of([]).ticks() and scale_of([math.nan, math.inf]).ticks()


def test_intervals_that_are_far_too_wide_leave_the_points_apart() -> None:
    assert ends_around([0.0, 1.0], [-0.5, 1.2]) == (-0.5, 1.2)
    assert ends_around([0.0, 1.0], [-50, 1.2]) == (-0.75, 1.2)
    assert ends_around([1.0, 1.0], [-50, 3]) == (-50, 3)  # no range to compare with


def test_a_point_that_is_no_number_parts_the_line() -> None:
    points = [(0.0, 1.0), (1.0, 2.0), (2.0, math.nan), (3.0, 4.0), (4.0, 5.0)]
    assert [len(part) for part in runs(points)] == [2, 2]
    drawn = Drawn("m", "m", "r", 0, "", points, bands=[(0.0, 0.0, 2.0), (1.0, 1.0, 3.0)])
    (series,) = panel("x", "step", [drawn]).series
    assert series.line.count("M") == 2 and "nan" not in series.line + series.area + series.marks


@given(st.lists(st.tuples(FINITE, FINITE), min_size=1, max_size=9))
def test_what_is_drawn_stays_in_the_panel(points: list[tuple[float, float]]) -> None:
    bars = [(x, y - 1e13, y + 1e13) for x, y in points]
    (series,) = panel("x", "y", [Drawn("m", "m", "r", 0, "", points, bars=bars)]).series
    for text in (series.line, series.marks, series.bars):
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", text):
            assert LEFT <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT


def test_no_two_of_32_labels_look_alike() -> None:
    assert len({look(place) for place in range(32)}) == 32
