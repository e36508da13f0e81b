"""Compiled steps are taken where they save more than compiling takes, and never else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.running.step_times import Compiling, StepTimes, decision, may_pay

SECONDS = st.floats(1e-6, 1e3)
STEPS = st.integers(1, 10**7)
TIMES = st.builds(StepTimes, SECONDS, st.builds(Compiling, SECONDS, st.floats(0, 1e3)))


@given(TIMES, STEPS, SECONDS)
def test_what_is_compiled_is_sooner_done(times: StepTimes, steps: int, least: float) -> None:
    assert times.compiling
    plain_sec = steps * times.plain_sec
    compiled_sec = times.compiling.warm_up_sec + steps * times.compiling.step_sec
    if abs(plain_sec - compiled_sec) > 1e-9 * (plain_sec + compiled_sec):
        assert decision(times, steps, least).is_compiled == (compiled_sec < plain_sec)


@given(TIMES, STEPS, STEPS, SECONDS)
def test_more_budget_never_turns_a_yes_into_a_no(
    times: StepTimes, steps: int, more: int, least: float
) -> None:
    if decision(times, steps, least).is_compiled:
        assert decision(times, steps + more, least).is_compiled


@given(TIMES, STEPS)
def test_a_longer_warm_up_or_slower_compiled_steps_never_turn_a_no_into_a_yes(
    times: StepTimes, steps: int
) -> None:
    assert times.compiling
    step, warm_up = times.compiling.step_sec, times.compiling.warm_up_sec
    for worse in (Compiling(2 * step, warm_up), Compiling(step, warm_up + 1)):
        if not decision(times, steps, 1).is_compiled:
            assert not decision(StepTimes(times.plain_sec, worse), steps, 1).is_compiled


@given(TIMES, STEPS, st.floats(0, 1))
def test_what_would_pay_is_always_measured(times: StepTimes, steps: int, share: float) -> None:
    """As long as no model compiles sooner than the least warm-up that is known."""
    assert times.compiling
    least = share * times.compiling.warm_up_sec
    if decision(times, steps, least).is_compiled:
        assert may_pay(times.plain_sec, steps, least)


@given(SECONDS, STEPS, SECONDS)
def test_what_was_not_tried_is_not_compiled(plain: float, steps: int, least: float) -> None:
    assert not decision(StepTimes(plain), steps, least).is_compiled


@pytest.mark.parametrize(
    ("times", "steps", "why"),
    [
        (
            StepTimes(0.315, Compiling(0.3, 51)),
            600,
            "compiled steps are 1.05 times as fast after 51 s; 600 steps save 9.0 s, so it is not "
            "compiled",
        ),
        (
            StepTimes(0.315, Compiling(0.3, 51)),
            6_000,
            "compiled steps are 1.05 times as fast after 51 s; 6,000 steps save 90 s, so it is "
            "compiled",
        ),
        (
            StepTimes(0.002, Compiling(0.0026, 11)),
            4_000,
            "compiled steps are 0.77 times as fast after 11 s; 4,000 steps lose 2.4 s, so it is "
            "not compiled",
        ),
        (
            StepTimes(0.005),
            60,
            "60 steps take 0.3 s, and compiling alone takes 5.0 s or more, so it is not compiled",
        ),
    ],
)
def test_a_decision_tells_its_figures(times: StepTimes, steps: int, why: str) -> None:
    assert decision(times, steps, 5.0).why == why
