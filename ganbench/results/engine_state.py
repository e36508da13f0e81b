"""What is known in a result folder of the jobs of an engine, such as Slurm, that work for it.

An order says which cells they are to do, and is written once. Each job writes its state every few
seconds, which is its sign of life too. They are small files in `.engines` of the result folder.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from ganbench.core.files import write_atomically
from ganbench.results.run_state import (
    NO_FILE,
    SIGN_OF_LIFE_SEC,
    SILENT_SEC,
    CellState,
    is_there,
    place,
)

ENGINES = ".engines"
ORDER = "order.json"
JOBS = "jobs"


class Identity(Struct, frozen=True):
    """What the numbers of cells depend on in a process that runs them.

    torch: its version. sources: hashes of what the files mean that cells reach, by their names.
    """

    ganbench: str
    torch: str
    sources: dict[str, str]


class Order(Struct, frozen=True):
    """name: of the order, and of its jobs. pid: of the process that gave it, at `place`.
    rows_bytes: the length of the rows file when the run began. jobs_at_a_time: how many work at
    most. job_sec, job_bytes: how long each will work and what memory its cells will take, as rows
    of such cells tell; 0 where they do not.
    """

    name: str
    engine: str
    started: float
    host: str
    place: str
    pid: int
    rows_bytes: int
    jobs_at_a_time: int
    cells: tuple[str, ...]
    identity: Identity
    job_sec: float = 0.0
    job_bytes: int = 0


class Refusal(Struct, frozen=True):
    """Why a job does nothing, as a `UserError` has it. full: the disk is full there."""

    what: str
    where: str
    fix: str
    full: bool = False


class JobState(Struct, frozen=True):
    """A job that has begun. job: its id. updated: the sign of life, seconds since 1970.
    cells: those under way. log: its file. refused: None for a job that works.
    """

    job: str
    host: str
    place: str
    pid: int
    updated: float
    log: str
    cells: tuple[CellState, ...] = ()
    ended: bool = False
    refused: Refusal | None = None

    def is_at_work(self, now: float) -> bool:
        """Whether it goes on, as far as its file tells. now: seconds since 1970."""
        if self.ended:
            return False
        if self.place == place() and not is_there(self.pid):
            return False
        return now - self.updated < SILENT_SEC


def order_folder(output: Path, name: str) -> Path:
    return output / ENGINES / name


def read_orders(output: Path) -> list[Order]:
    """Those of which the folder knows, the oldest first. Files that are none of ours are left
    out.
    """
    found = []
    for file in sorted((output / ENGINES).glob(f"*/{ORDER}")):
        with suppress(*NO_FILE):
            found.append(msgspec.json.decode(file.read_bytes(), type=Order))
    return sorted(found, key=lambda order: order.started)


def read_jobs(folder: Path) -> list[JobState]:
    """The jobs of an order that have begun. folder: the order's."""
    found = []
    for file in sorted((folder / JOBS).glob("*.json")):
        with suppress(*NO_FILE):
            found.append(msgspec.json.decode(file.read_bytes(), type=JobState))
    return found


def write_job(folder: Path, state: JobState) -> None:
    """What cannot be written is left out: nothing needs it."""
    with suppress(OSError):
        write_atomically(folder / JOBS / f"{state.job}.json", msgspec.json.encode(state))


@contextmanager
def job_shown(
    folder: Path, begun: JobState, cells: Callable[[], tuple[CellState, ...]]
) -> Iterator[None]:
    """Keeps the file of a job of this process while the context lasts. cells: those under way."""
    over = threading.Event()

    def now(**more: bool) -> JobState:
        return msgspec.structs.replace(
            begun, pid=os.getpid(), updated=time.time(), cells=cells(), **more
        )

    def tell() -> None:
        while True:
            write_job(folder, now())
            if over.wait(SIGN_OF_LIFE_SEC):
                return

    telling = threading.Thread(target=tell, daemon=True)
    telling.start()
    try:
        yield
    finally:
        over.set()
        telling.join()
        write_job(folder, now(ended=True))
