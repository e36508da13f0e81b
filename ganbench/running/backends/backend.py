"""What a backend must do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from ganbench.data.datasets.download import Say
from ganbench.results.records import Row
from ganbench.running.job import Job
from ganbench.running.progress import OnProgress

GRACE_SEC = 3.0  # for what was interrupted and does not end by itself, such as scoring


class Backend(Protocol):
    """A place where cells run."""

    def cells_at_a_time(self, jobs: Sequence[Job]) -> int:
        """How many of the jobs are run side by side, as far as that is known beforehand."""
        ...

    def run(
        self, jobs: Sequence[Job], output: Path, since: int, on_progress: OnProgress, say: Say
    ) -> Iterator[Row]:
        """Rows as cells end, in the order of their ends: one for each job, in the result folder
        `output` by then.

        Cells that differ in their seed alone train together, as many as their jobs allow. A cell
        that another process runs is left for later, and taken over if that one died; its row is
        taken as it is.

        since: the length of the rows file, in bytes, when the run began. Older rows do not count.

        say: what is to be told of the run as a whole, a line.
        on_progress is called in the caller's thread, for each cell that is begun, and as it trains.

        On Ctrl-C, and where the disk is full, training writes its checkpoint. Work that takes
        longer than GRACE_SEC is abandoned. Then KeyboardInterrupt or NoRoom is raised.
        """
        ...
