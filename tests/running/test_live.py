"""What is told of a run while it goes on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.running.expected_time import Cost, side_by_side
from ganbench.running.live import LiveRun
from ganbench.running.progress import Tell
from tests.reporting.test_tables import row
from tests.results.test_run_state import plan_of, planned

FIRST, SECOND, OTHER = planned("recon", 0), planned("recon", 1), planned("gan", 0, steps=200)
ALL = [FIRST, SECOND, OTHER]


class Clock:
    """Shows what it is set to."""

    def __init__(self) -> None:
        self.sec = 100.0

    def __call__(self) -> float:
        return self.sec


def told(*cells: float) -> dict[str, float]:
    return {f"loss_{i}": value for i, value in enumerate(cells)}


def test_a_cell_from_its_start_to_its_row() -> None:
    clock = Clock()
    live = LiveRun(plan_of(ALL), {}, clock)
    assert live.run().state.left == 3 and live.run().state.expected_end is None
    tell = Tell(live.progress, FIRST.cell)
    tell.begins()
    (state,) = live.run().state.cells
    assert (state.cell, state.doing, state.since, state.step) == (FIRST.cell, "starting", 100.0, 0)
    tell.trains()
    for sec, step in ((110.0, 10), (120.0, 20), (140.0, 30)):
        clock.sec = sec
        tell.losses(step, told(step / 10))
    (state,) = live.run().state.cells
    assert (state.step, state.losses, state.doing) == (30, told(3.0), "")
    assert state.sec_per_step == pytest.approx(30 / 20)
    with tell.doing("measuring on the way"):
        clock.sec = 200.0
        with tell.doing("getting the probe of hair"):
            clock.sec = 210.0
            (state,) = live.run().state.cells
            assert (state.doing, state.since) == ("getting the probe of hair", 200.0)
            assert state.sec_per_step == pytest.approx(30 / 20)  # the pause does not count
    clock.sec = 220.0
    tell.losses(40, told(1.0))
    clock.sec = 230.0
    tell.losses(50, told(float("nan")))
    (state,) = live.run().state.cells
    assert state.sec_per_step == pytest.approx(1.0) and state.losses == {"loss_0": None}
    live.ended(row("recon", 0, 1.0, cell=FIRST.cell))
    assert live.run().state.cells == () and live.run().state.left == 2
    assert live.run().state.left_steps == 300


def test_the_end_that_is_expected() -> None:
    """By the speed of each kind now, else by what rows took; unknown kinds are taken as usual."""
    clock = Clock()
    live = LiveRun(plan_of(ALL), {}, clock)
    tell = Tell(live.progress, FIRST.cell)
    tell.trains()
    for step in (0, 10):
        clock.sec += 10 * 2.0
        tell.losses(step, told(1.0))
    left = (live.run().state.expected_end or 0.0) - clock.sec
    # The first has 90 steps of 2 s; beside it the second has 200 s, then the other 400 s.
    assert left == pytest.approx(max(180 + 400, 200))
    costs = {OTHER.kind: Cost(0.5, 7.0, frozenset({200}), 3)}
    known = LiveRun(plan_of([OTHER, OTHER]), costs, clock)
    assert (known.run().state.expected_end or 0.0) - clock.sec == pytest.approx(107.0)


def test_why_a_run_stopped_is_kept() -> None:
    live = LiveRun(plan_of(ALL), {})
    live.does("preparing the data of toy")
    live.stop("interrupted")
    state = live.run().state
    assert (state.doing, state.ended) == ("preparing the data of toy", "interrupted")


SECS = st.lists(st.floats(0.0, 1e4), max_size=20)


@given(secs=SECS, busy=SECS, workers=st.integers(1, 6))
def test_work_side_by_side(secs: list[float], busy: list[float], workers: int) -> None:
    busy = busy[:workers]
    total, longest = sum(secs) + sum(busy), max([*secs, *busy], default=0.0)
    found = side_by_side(secs, workers, busy)
    assert max(longest, total / workers) <= found * (1 + 1e-9) + 1e-9
    assert found <= total / workers + longest + 1e-9  # as a list schedule is bounded
    assert side_by_side(secs, 1) == pytest.approx(sum(secs))
