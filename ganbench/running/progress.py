"""What a cell tells while it is at work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """A cell's losses by a step; or, without losses, what it does now beside training, such as
    "scoring", and empty where it trains.
    """

    cell: str
    step: int
    losses: Mapping[str, float]
    doing: str = ""


OnProgress = Callable[[Progress], None]


class Tell:
    """The way from a cell to those who watch it."""

    def __init__(self, on_progress: OnProgress, cell: str) -> None:
        self._on_progress, self._cell = on_progress, cell
        self._step, self._doing = 0, ""

    def begins(self) -> None:
        """Before it is trained or scored."""
        self._change("starting")

    def trains(self) -> None:
        """All is there that its training needs."""
        self._change("")

    def losses(self, step: int, means: Mapping[str, float]) -> None:
        """Mean losses of the steps up to this one."""
        self._step = step
        self._on_progress(Progress(self._cell, step, means))

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """What the cell does while the context lasts; then what it did before."""
        before = self._doing
        self._change(what)
        yield
        self._change(before)

    def _change(self, what: str) -> None:
        self._doing = what
        self._on_progress(Progress(self._cell, self._step, {}, what))


def silent(cell: str) -> Tell:
    """Tells nobody."""
    return Tell(lambda progress: None, cell)
