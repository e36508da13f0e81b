"""All who are told of a run's cells: its state, its trackers and its listener."""

from __future__ import annotations

from ganbench.results.records import Row
from ganbench.running.listener import Listener
from ganbench.running.live import LiveRun
from ganbench.running.progress import Progress
from ganbench.running.tracked import Trackers


class Audience:
    """The one way of what cells tell to all of these. A cell is over when it has its row."""

    def __init__(self, live: LiveRun, trackers: Trackers, listener: Listener) -> None:
        self._live, self._trackers, self._listener = live, trackers, listener
        self._left = {cell.cell: cell for cell in live.plan.cells}

    def progress(self, progress: Progress) -> None:
        """A worker's last words may come after the row, from another queue, and are left out."""
        if progress.cell in self._left:
            self._live.progress(progress)
            self._trackers.progress(progress)

    def ended(self, row: Row) -> None:
        cell = self._left.pop(row.cell)
        self._live.ended(row)
        self._trackers.ended(row)
        self._listener.ended(row, cell, len(self._left))
