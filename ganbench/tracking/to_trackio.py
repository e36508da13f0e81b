"""trackio: its database is where it always is, or in TRACKIO_DIR; `trackio show` shows it."""

from __future__ import annotations

from contextvars import Context
from pathlib import Path
from typing import Any

import trackio

from ganbench.tracking.events import CellBegins, CellEnds
from ganbench.tracking.tracker import PROJECT, Point, Say


class Trackio:
    def __init__(self) -> None:
        self._runs: dict[str, Any] = {}

    def begin(self, cell: CellBegins, first_step: int) -> None:
        def init() -> Any:
            return trackio.init(
                project=PROJECT,
                name=f"{cell.name} {cell.cell}",
                group=cell.group,
                config=cell.config,
                resume="allow",
                embed=False,
                auto_log_gpu=False,
                auto_log_cpu=False,
            )

        # One context has one run: a second `init` in it would end the first.
        self._runs[cell.cell] = Context().run(init)

    def scalars(self, point: Point) -> None:
        self._runs[point.cell].log(dict(point.values), step=point.step)

    def picture(self, cell: str, step: int, name: str, file: Path) -> None:
        self._runs[cell].log({name: trackio.Image(file)}, step=step)

    def end(self, cell: CellEnds) -> None:
        run = self._runs.pop(cell.cell)
        run.log({**cell.numbers, "status": cell.status, "reason": cell.reason}, step=cell.step)
        run.finish()

    def close(self) -> None:
        for run in self._runs.values():
            run.finish()


def tracker(folder: Path, say: Say) -> Trackio:
    return Trackio()
