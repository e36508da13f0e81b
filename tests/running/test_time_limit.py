"""A run leaves before its time limit."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.errors import UserError
from ganbench.core.interrupts import interrupt_main
from ganbench.running.time_limit import MARGIN_SEC, TimeIsUp, stops_after, time_limited
from tests.conftest import Command


def work_for_ever() -> None:
    while True:
        time.sleep(0.01)


def test_what_takes_longer_is_stopped() -> None:
    with pytest.raises(TimeIsUp, match="the same command goes on") as caught, time_limited(0.2):
        work_for_ever()
    assert caught.value.exit_code == 75


def test_what_ends_in_time_is_left_alone() -> None:
    before = threading.active_count()
    with time_limited(3_600):
        pass
    with time_limited(0):
        assert threading.active_count() == before  # no limit, no clock
    assert threading.active_count() == before


def test_ctrl_c_is_no_time_limit() -> None:
    with pytest.raises(KeyboardInterrupt), time_limited(3_600):
        interrupt_main()
        work_for_ever()


def test_a_thread_that_hears_no_interrupt_is_refused() -> None:
    told: list[UserError] = []

    def limited() -> None:
        try:
            with time_limited(60):
                pass
        except UserError as error:
            told.append(error)

    thread = threading.Thread(target=limited)
    thread.start()
    thread.join()
    assert len(told) == 1 and "main thread" in str(told[0])


@given(st.floats(min_value=0.01, max_value=1e6))
def test_there_is_time_to_work_and_to_leave(limit_sec: float) -> None:
    stops = stops_after(limit_sec)
    assert 0.7 * limit_sec < stops < limit_sec
    assert limit_sec - stops <= MARGIN_SEC


def test_the_command_tells_that_work_is_left(ganbench: Command, tmp_path: Path) -> None:
    run = ("run", "--models", "standard", "--task", "toy", "--preset", "smoke", "--seeds", "1")
    endless = (*run, "--steps", "100000000", "--output", tmp_path / "out")
    done = ganbench(*endless, "--time-limit", "4s")
    assert done.returncode == 75, done.stderr
    assert "the same command goes on from here" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr and "Error" not in done.stderr
    wrong = ganbench(*endless, "--time-limit", "9 minutes")
    assert wrong.returncode == 2 and "90s, 9m or 2h" in wrong.stderr
