"""Lines of progress: when they come, and what they count."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.reports import EVERY_SEC, Passing, counted


def ticking(step_sec: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step_sec


def told(items: int, total: int | None, each: int, step_sec: float) -> list[str]:
    lines: list[str] = []
    clock = ticking(step_sec).__next__
    assert list(counted(range(items), total, "files", lines.append, each, clock)) == [*range(items)]
    return lines


def test_slow_items_are_told_one_by_one_and_quick_ones_now_and_then() -> None:
    assert told(4, 2_000, 500, EVERY_SEC) == [
        "files: 500 of 2,000",
        "files: 1,000 of 2,000",
        "files: 1,500 of 2,000",
    ]
    assert told(9, None, 1, EVERY_SEC / 4) == ["files: 3", "files: 7"]


@given(items=st.integers(0, 60), step_sec=st.floats(0, 2 * EVERY_SEC))
def test_a_line_is_passing_counts_what_is_done_and_comes_at_most_twice_a_second(
    items: int, step_sec: float
) -> None:
    lines = told(items, items, 1, step_sec)
    assert all(isinstance(line, Passing) for line in lines)
    done = [int(line.split()[1]) for line in lines]
    assert done == sorted(set(done)) and all(0 < each < items for each in done)
    assert len(lines) <= items * step_sec / EVERY_SEC + 1
