"""The process of a tracker: events from its standard input, lines for the user to its output.

What the tracker's library prints goes to a log file beside its files.
"""

from __future__ import annotations

import atexit
import gc
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from msgspec import DecodeError

from ganbench.core.errors import UserError
from ganbench.results.curves import CURVES, read_curves
from ganbench.tracking.events import CellBegins, CellEnds, Event, Losses, event_of
from ganbench.tracking.tracker import Point, Say, Tracker, tracker_of

LOSS, VALIDATION, SAMPLES = "loss/", "validation/", "samples"
PICTURE = "samples.png"
NICENESS = 10  # trainings come first


@dataclass
class Followed:
    """A cell under way. curves: when its file was written last, and the last step in it."""

    begins: CellBegins
    is_open: bool = False
    curves: tuple[float, int] = (0.0, 0)


@dataclass
class Follower:
    """Gives events to a tracker, and the curves and pictures that cells put into their folders."""

    tracker: Tracker
    cells: dict[str, Followed] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        if isinstance(event, CellBegins):
            self.cells.setdefault(event.cell, Followed(event))
            return
        self._open(event)
        self._new_curves(event.cell, event.step)  # first, for W&B takes steps in their order
        if isinstance(event, CellEnds):
            self._end(event)
        elif values := {f"{LOSS}{k}": v for k, v in event.losses.items() if v is not None}:
            self.tracker.scalars(Point(event.cell, event.step, values))

    def _open(self, event: Losses | CellEnds) -> None:
        """A run begins with its first point, for only that tells where it goes on."""
        cell = self.cells[event.cell]
        if not cell.is_open:
            cell.is_open = True
            cell.curves = 0.0, event.step - 1 if isinstance(event, Losses) else 0
            self.tracker.begin(cell.begins, event.step)

    def _new_curves(self, name: str, most: int) -> None:
        """Points up to the step `most`."""
        cell = self.cells[name]
        folder, (before, last) = Path(cell.begins.folder), cell.curves
        try:
            written = (folder / CURVES).stat().st_mtime
            points = read_curves(folder) if written != before else {}
        except (OSError, UserError):
            return
        for step, point in points.items():
            if last < step <= most and (values := numbers(point)):
                named = {f"{VALIDATION}{k}": v for k, v in values.items()}
                self.tracker.scalars(Point(name, step, named))
        if points and max(points) <= most:
            cell.curves = written, max(points)
        elif points:
            cell.curves = before, max([last, *(step for step in points if step <= most)])

    def _end(self, event: CellEnds) -> None:
        picture = Path(self.cells.pop(event.cell).begins.folder) / PICTURE
        if event.status == "done" and picture.is_file():
            self.tracker.picture(event.cell, event.step, SAMPLES, picture)
        self.tracker.end(event)


def numbers(point: Mapping[str, float | str]) -> dict[str, float]:
    return {name: value for name, value in point.items() if not isinstance(value, str)}


@contextmanager
def uncollected() -> Iterator[None]:
    """What a library makes as it is imported stays: looking it over takes a third as long again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def follow(name: str, folder: Path, events: Iterator[Event], say: Say) -> int:
    """Gives the events to the tracker until they end. The exit code: 0, or 1 where it failed, which
    is told in a line.
    """
    try:
        with uncollected():
            follower = Follower(tracker_of(name, folder, say))
        for event in events:
            follower.take(event)
        follower.tracker.close()
    except ModuleNotFoundError as error:
        say(
            f"{name}: the library {error.name} is missing; the training goes on without it. "
            f"`pip install 'ganbench[{name}]'` installs it"
        )
        return 1
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        say(f"{name}: {why}; the training goes on without it")
        return 1
    return 0


def events_of(read: Callable[[], bytes]) -> Iterator[Event]:
    """Of the lines that `read` gives, the last of which is empty. A thread reads them from now on,
    so that the writer never waits for a tracker.
    """
    lines: queue.Queue[bytes] = queue.Queue()

    def fill() -> None:
        while line := read():
            lines.put(line)
        lines.put(b"")

    threading.Thread(target=fill, daemon=True).start()

    def decoded() -> Iterator[Event]:
        while line := lines.get():
            with suppress(DecodeError):  # cut off where the writer was killed
                yield event_of(line)

    return decoded()


def main(name: str, folder: Path) -> NoReturn:
    """In the process of the tracker. folder: for the files of all trackers."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends when the run has told all
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    told = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8", errors="backslashreplace")
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.log", "ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)

    def say(line: str) -> None:
        with suppress(OSError):  # the run may be over
            told.write(line + "\n")

    code = follow(name, folder / name, events_of(sys.stdin.buffer.readline), say)
    atexit._run_exitfuncs()  # in which libraries write what is left
    os._exit(code)  # Python cannot end while a thread reads the standard input
