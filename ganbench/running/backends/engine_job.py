"""What a job of an engine does on its node: cells of an order, one after the other, until none is
to be had. `python -m ganbench.running.backends.engine_job FOLDER JOB LOG`, FOLDER the order's.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout
from msgspec import structs

from ganbench.core.device_choice import resolve_devices
from ganbench.core.disk import NoRoom
from ganbench.core.errors import UserError
from ganbench.core.interrupts import lost_interrupts_again, terminations_as_interrupts
from ganbench.results.engine_state import JobState, Order, Refusal, job_shown, write_job
from ganbench.results.records import Row
from ganbench.results.run_state import CellState, place
from ganbench.running.backends.early import early_workers
from ganbench.running.backends.gpus import gpus_asked
from ganbench.running.backends.order import (
    LOCK,
    SIGN,
    Local,
    read_content,
    read_order,
    refuse_other,
)
from ganbench.running.backends.part import leave_to_others
from ganbench.running.backends.processes import Processes
from ganbench.running.progress import Progress
from ganbench.running.under_way import UnderWay

DONE, WRONG, STOPPED = 0, 2, 130
TWO_SIGNS_SEC = 5.0


class Cells:
    """Those of this job that are under way. (One thread changes it, another reads it.)"""

    def __init__(self) -> None:
        self._cells: dict[str, UnderWay] = {}

    def progress(self, progress: Progress) -> None:
        now = time.time()
        new = UnderWay(progress.cell, progress.step, progress.doing, now)
        self._cells.setdefault(progress.cell, new).heard(progress, now)

    def ended(self, row: Row) -> None:
        why = f": {row.reason}" if row.reason else ""
        if self._cells.pop(row.cell, None):  # and no other job has made it
            print(f"{row.task} {row.model} seed {row.seed} {row.status}{why}", flush=True)

    def states(self) -> tuple[CellState, ...]:
        return tuple(cell.state() for cell in list(self._cells.values()))


def local_backend(local: Local, sharers: int) -> Processes:
    """On this node. Raises UserError for a device that it lacks."""
    gpus = gpus_asked(resolve_devices(local.device), local.per_device)
    return Processes(local.cells, gpus, sharers=sharers, others=leave_to_others)


def refuse_loose_locks(folder: Path) -> None:
    """Raises UserError where the lock of who gave the order can be had here, though it goes on."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return
    except NotImplementedError:
        raise loose_locks(folder) from None
    try:
        before = sign_of(folder)
        time.sleep(TWO_SIGNS_SEC)
        if sign_of(folder) != before:
            raise loose_locks(folder)
    finally:
        lock.release()


def sign_of(folder: Path) -> int:
    """When who gave the order gave its last sign of life, in ns."""
    return (folder / SIGN).stat().st_mtime_ns


def loose_locks(folder: Path) -> UserError:
    return UserError(
        "file locks do not hold between machines on this file system, so cells would run twice",
        f"{socket.gethostname()}, {folder.parents[1]}",
        "give an --output where they hold, or run parts of the seeds into folders of their own and "
        "join them by `ganbench merge`",
    )


def do_order(folder: Path, order: Order, state: JobState) -> None:
    """Cells of the order, until others are at all that are left. state: of the job at its start."""
    content, cells = read_content(folder), Cells()
    backend = local_backend(content.local, order.jobs_at_a_time)
    with early_workers(backend, content.jobs), job_shown(folder, state, cells.states):
        how = order.rows_bytes, cells.progress, print
        for row in backend.run(content.jobs, content.output, *how):
            cells.ended(row)


def run_job(folder: Path, job: str, log: str) -> int:
    """The exit code. Why it does nothing is in its file then."""
    state = JobState(job, socket.gethostname(), place(), os.getpid(), time.time(), log)
    try:
        order = read_order(folder)
        refuse_other(order.identity)
        refuse_loose_locks(folder)
        do_order(folder, order, state)
    except UserError as error:
        print(f"Error: {error}", file=sys.stderr, flush=True)
        refusal = Refusal(error.what, error.where, error.fix, isinstance(error, NoRoom))
        state = structs.replace(state, updated=time.time(), ended=True, refused=refusal)
        write_job(folder, state)
        return WRONG
    except KeyboardInterrupt:
        print("stopped; checkpoints are written", flush=True)
        return STOPPED
    return DONE


def main() -> None:
    folder, job, log = sys.argv[1:]
    with terminations_as_interrupts(), lost_interrupts_again():
        code = run_job(Path(folder), job, log)
        sys.stdout.flush()
        os._exit(code)  # as `ganbench` does, and before a signal finds it half taken down


if __name__ == "__main__":
    main()
