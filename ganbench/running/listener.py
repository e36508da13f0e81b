"""Who is told of a run while it goes on."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from ganbench.results.records import Row
from ganbench.results.run_state import PlannedCell
from ganbench.running.live import LiveRun


class Listener(Protocol):
    """Receives lines and rows, and may look at the run at any time."""

    def say(self, line: str) -> None: ...

    def follow(self, live: LiveRun) -> AbstractContextManager[None]:
        """Shows the run while the context lasts, from a thread of its own."""
        ...

    def ended(self, row: Row, cell: PlannedCell, left: int) -> None:
        """A cell has its row. left: cells that are still to be done."""
        ...


class Silent:
    """A listener that does nothing."""

    def say(self, line: str) -> None:
        return None

    def follow(self, live: LiveRun) -> AbstractContextManager[None]:
        return nullcontext()

    def ended(self, row: Row, cell: PlannedCell, left: int) -> None:
        return None
