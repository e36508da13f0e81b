"""What a long piece of work tells of itself, line by line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Report = Callable[[str], None]
T = TypeVar("T")
EVERY_SEC = 0.5


class Passing(str):
    """A line that holds until the next one: for a place where lines can be replaced."""

    __slots__ = ()


def no_report(line: str) -> None:
    """A report that does nothing."""


def counted(
    items: Iterable[T],
    total: int | None,
    what: str,
    report: Report,
    each: int = 1,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[T]:
    """The items, one by one; now and then, when the next is asked for, a passing line of how many
    things are done of the total, which may be unknown. each: things in an item. clock: in seconds.
    """
    last = clock()
    for done, item in enumerate(items):
        now = clock()
        if done and now - last >= EVERY_SEC:
            of_total = "" if total is None else f" of {total:,}"
            report(Passing(f"{what}: {done * each:,}{of_total}"))
            last = now
        yield item
