"""A cell at work, as what it tells makes it known."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from ganbench.results.run_state import CellState, finite
from ganbench.running.progress import Progress

REPORTS = 16  # of losses that a speed is taken over


@dataclass
class UnderWay:
    """A cell at work, by its id. at: when the last reports came, and their steps, since it trains
    without a break.
    """

    cell: str
    step: int
    doing: str
    since: float
    losses: Mapping[str, float] = field(default_factory=dict)
    sec_per_step: float | None = None
    at: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=REPORTS))

    def heard(self, progress: Progress, now: float) -> None:
        if progress.doing != self.doing:
            self.doing, self.since = progress.doing, now
            self.at.clear()
        if progress.losses:
            self.step, self.losses = progress.step, progress.losses
            self.at.append((now, progress.step))
            (first_at, first), (last_at, last) = self.at[0], self.at[-1]
            if last > first:
                self.sec_per_step = (last_at - first_at) / (last - first)

    def state(self) -> CellState:
        return CellState(
            self.cell,
            self.step,
            finite(self.losses),
            self.doing,
            self.since,
            self.sec_per_step,
        )
