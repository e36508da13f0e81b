"""What an adapter to a tracker's library must do, and which there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from ganbench.tracking.events import CellBegins, CellEnds

Say = Callable[[str], None]
TRACKERS = ("tensorboard", "wandb", "trackio", "mlflow")
PROJECT = "ganbench"


@dataclass(frozen=True)
class Point:
    """Numbers by name after a step of a cell."""

    cell: str
    step: int
    values: Mapping[str, float]


class Tracker(Protocol):
    """One of a tracker's library. Every cell is a run of the tracker; one that goes on after an
    interruption is the same run again. Whatever is raised ends the tracking, not the training.
    """

    def begin(self, cell: CellBegins, first_step: int) -> None:
        """first_step: of its first point; more than a step's for a cell that goes on."""
        ...

    def scalars(self, point: Point) -> None: ...

    def picture(self, cell: str, step: int, name: str, file: Path) -> None:
        """A PNG."""
        ...

    def end(self, cell: CellEnds) -> None:
        """Its final numbers, and that it is over."""
        ...

    def close(self) -> None:
        """Writes what is not yet written; cells that have not ended may go on another time."""
        ...


def tracker_of(name: str, folder: Path, say: Say) -> Tracker:
    """name: one of TRACKERS. folder: for its files, if it has some. say: takes lines for the user.

    Raises ImportError where its library is not installed, and what that raises.
    """
    module = import_module(f"ganbench.tracking.to_{name}")
    made: Tracker = module.tracker(folder, say)
    return made
