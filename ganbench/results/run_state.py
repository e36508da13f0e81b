"""What a run that is under way tells others of itself: small files in its result folder.

A plan is written once, when it begins; a state every few seconds, which is its sign of life too.
They are for people who watch; no number of a row depends on them.
"""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from ganbench.core.errors import printable
from ganbench.core.files import write_atomically
from ganbench.results.folder import ROWS

RUNS = ".runs"
PLAN, STATE = ".plan.json", ".state.json"
SIGN_OF_LIFE_SEC = 2.0
SILENT_SEC = 60.0  # without a sign of life, where the process itself cannot be looked for
NO_FILE = (msgspec.DecodeError, UnicodeDecodeError, OSError)
Life = Literal["at work", "ended", "killed", "silent"]


class PlannedCell(Struct, frozen=True):
    """A cell that a run is to do.

    model: with the settings in which the run has several cells of the model, where it has.
    kind: equal for cells that take equally long a step. steps: of its training, 0 for a reference.
    samples: that a step draws, of both domains. unit: what they are, "images" or "samples".
    """

    cell: str
    task: str
    model: str
    seed: int
    kind: str
    steps: int
    samples: int
    unit: str

    @property
    def name(self) -> str:
        return f"{self.group} seed {self.seed}"

    @property
    def group(self) -> str:
        """What its seeds have in common."""
        return f"{self.task} {self.model}"


class RunPlan(Struct, frozen=True):
    """started: seconds since 1970. place: of the process `pid`, equal where its number means the
    same. workers: cells at a time. total: cells of the request; `cells` are those that had no
    settled row. rows_bytes: the length of the rows file then. done: what the others are called, as
    `PlannedCell.model`.
    """

    started: float
    host: str
    place: str
    pid: int
    workers: int
    total: int
    rows_bytes: int
    cells: tuple[PlannedCell, ...]
    done: dict[str, str] = {}


class CellState(Struct, frozen=True):
    """A cell under way. doing: what beside training, or empty; `since` when, seconds since 1970.
    losses: means by `step`, None where one is not finite. sec_per_step: None before it is known.
    """

    cell: str
    step: int
    losses: dict[str, float | None]
    doing: str
    since: float
    sec_per_step: float | None = None


class RunState(Struct, frozen=True):
    """updated: the sign of life, seconds since 1970. doing: what the run does as a whole, or empty.
    cells: those under way. left: cells that have no row yet; left_steps: of their whole trainings.
    expected_end: seconds since 1970; None where nothing is known. ended: why, or empty.
    """

    updated: float
    doing: str
    cells: tuple[CellState, ...]
    left: int
    left_steps: int
    expected_end: float | None = None
    ended: str = ""


class Run(Struct, frozen=True):
    """A run as its files show it."""

    plan: RunPlan
    state: RunState


@cache
def place() -> str:
    """Where a process's number means the same: this machine since its start, and its container."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text())
    with suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:16]


def life(run: Run, now: float) -> Life:
    """Whether the run goes on. now: seconds since 1970, by a clock near that of the run."""
    if run.state.ended:
        return "ended"
    if run.plan.place == place() and not is_there(run.plan.pid):
        return "killed"
    return "at work" if now - run.state.updated < SILENT_SEC else "silent"


def is_there(pid: int) -> bool:
    """Whether there is such a process."""
    if os.name != "posix":  # where signal 0 would end it
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def rows_bytes(output: Path) -> int:
    """The length of the rows file, 0 where there is none."""
    try:
        return (output / ROWS).stat().st_size
    except OSError:
        return 0


class RunFiles:
    """The files of a run of this process. What cannot be written is left out: nothing needs it."""

    def __init__(self, output: Path, plan: RunPlan) -> None:
        name = printable(f"{plan.started:.3f}-{plan.host}-{plan.pid}").replace("/", "_")
        self._plan, self._state = (output / RUNS / f"{name}{ending}" for ending in (PLAN, STATE))
        with suppress(OSError):
            (output / RUNS).mkdir(exist_ok=True)
            write_atomically(self._plan, msgspec.json.encode(plan))

    def write(self, state: RunState) -> None:
        with suppress(OSError):
            write_atomically(self._state, msgspec.json.encode(state))

    def remove(self) -> None:
        """Of a run that has left nothing to be done."""
        remove((self._plan, self._state))


def remove(files: Iterable[Path]) -> None:
    for file in files:
        with suppress(OSError):
            file.unlink(missing_ok=True)


def read_runs(output: Path) -> list[Run]:
    """The runs that have files there, the oldest first. Files that are none of ours, are half
    copied, or go away meanwhile are left out.
    """
    return [run for run, _ in _runs(output)]


def _runs(output: Path) -> list[tuple[Run, tuple[Path, Path]]]:
    found = []
    for file in sorted((output / RUNS).glob(f"*{PLAN}")):
        state_file = file.with_name(file.name.removesuffix(PLAN) + STATE)
        try:
            plan = msgspec.json.decode(file.read_bytes(), type=RunPlan)
            state = msgspec.json.decode(state_file.read_bytes(), type=RunState)
        except NO_FILE:
            continue
        found.append((Run(plan, state), (file, state_file)))
    return sorted(found, key=lambda one: one[0].plan.started)


def remove_taken_over(output: Path, cells: Sequence[str], now: float) -> None:
    """Removes the files of runs that are over and left no more than what is now to be done, or
    has been done since. cells: what is to be done.
    """
    for run, files in _runs(output):
        if life(run, now) in ("ended", "killed") and not left_by(run, output) - set(cells):
            remove(files)


def left_by(run: Run, output: Path) -> set[str]:
    """The cells of a run's plan that have got no row since it began."""
    return {cell.cell for cell in run.plan.cells} - rows_since(output, run.plan.rows_bytes)


class _CellOfRow(Struct, frozen=True):
    cell: str


def rows_since(output: Path, begin: int) -> set[str]:
    """The cells of the rows that were appended after so many bytes of the rows file."""
    try:
        with open(output / ROWS, "rb") as file:
            file.seek(begin)
            lines = file.read().split(b"\n")
    except OSError:
        return set()
    cells = set()
    for line in lines[:-1]:  # what comes last has no end yet
        with suppress(*NO_FILE):
            cells.add(msgspec.json.decode(line, type=_CellOfRow).cell)
    return cells


def finite(losses: Mapping[str, float]) -> dict[str, float | None]:
    """JSON has no other numbers."""
    return {name: value if abs(value) < float("inf") else None for name, value in losses.items()}
