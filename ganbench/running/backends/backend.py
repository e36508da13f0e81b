"""What a backend must do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ganbench.results.records import Row
from ganbench.running.job import Job

GRACE_SEC = 3.0  # for what was interrupted and does not end by itself, such as scoring


@dataclass(frozen=True)
class Progress:
    """A cell's losses by a step; the first report of a cell has step 0 and none."""

    cell: str
    step: int
    losses: Mapping[str, float]


OnProgress = Callable[[Progress], None]


class Backend(Protocol):
    """A place where cells run."""

    def run(
        self, jobs: Sequence[Job], output: Path, afresh: bool, on_progress: OnProgress
    ) -> Iterator[Row]:
        """Rows as cells end, in the order of their ends: one for each job, in the result folder
        `output` by then.

        Cells that differ in their seed alone train together, as many as their jobs allow. A cell
        that another process runs is left for later, and taken over if that one died; its row is
        taken as it is, unless `afresh`.

        on_progress is called in the caller's thread, for each cell that is begun, and as it trains.

        On Ctrl-C, and where the disk is full, training writes its checkpoint. Work that takes
        longer than GRACE_SEC is abandoned. Then KeyboardInterrupt or NoRoom is raised.
        """
        ...
