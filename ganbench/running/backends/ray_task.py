"""What a task of Ray does on its node: a part of a run, in a folder of its own, whose files go back
whenever there is a new checkpoint.
"""

from __future__ import annotations

import os
import pickle
import socket
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from msgspec import structs

from ganbench.core.cache import default_cache_dir
from ganbench.core.disk import NoRoom, is_disk_full
from ganbench.core.errors import UserError
from ganbench.evaluation.fidelity.weights import Places, places
from ganbench.results.engine_state import Identity, JobState
from ganbench.results.folder import GrowingRows, cell_folder, open_output
from ganbench.results.records import Row
from ganbench.results.run_state import CellState, place
from ganbench.running.backends.order import refuse_other
from ganbench.running.backends.part import run_part
from ganbench.running.backends.ray_mailbox import files_in, write_safely
from ganbench.running.job import Job
from ganbench.running.progress import Progress
from ganbench.running.under_way import UnderWay
from ganbench.training.loop import CHECKPOINT, Interrupted

TELL_EVERY_SEC = 1.0


@dataclass
class Post:
    """The way of a task to the mailbox, from a thread of its own while it works. sent: when the
    checkpoint was written of each cell that was sent last, in ns.
    """

    mailbox: Any
    output: Path
    state: JobState
    told: list[Progress] = field(default_factory=list)
    cells: dict[str, UnderWay] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    is_stopped: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    def progress(self, progress: Progress) -> None:
        """From the task's thread."""
        self.told.append(progress)
        new = UnderWay(progress.cell, progress.step, progress.doing, time.time())
        self.cells.setdefault(progress.cell, new).heard(progress, time.time())

    def should_stop(self) -> bool:
        return self.is_stopped

    def carry(self) -> None:
        """Tells and sends now and then, until the task is over."""
        while not self.over.wait(TELL_EVERY_SEC):
            self.tell()
            for cell in list(self.cells):
                self.send_new(cell)

    def tell(self, ended: bool = False) -> None:
        told, self.told = self.told, []
        states: tuple[CellState, ...] = tuple(cell.state() for cell in [*self.cells.values()])
        state = structs.replace(self.state, updated=time.time(), cells=states, ended=ended)
        self.is_stopped |= answer_of(self.mailbox.tell.remote(state, told))

    def send_new(self, cell: str) -> None:
        """The files of a cell whose checkpoint is newer than what was sent."""
        try:
            written = (cell_folder(self.output, cell) / CHECKPOINT).stat().st_mtime_ns
        except FileNotFoundError:
            return
        if self.sent.get(cell) != written:
            self.sent[cell] = written
            self.send(cell)

    def send(self, cell: str) -> None:
        files = dict(files_in(cell_folder(self.output, cell)))
        answer_of(self.mailbox.keep.remote(cell, files))


def answer_of(call: Any) -> Any:
    """Of an actor. (`ray.get` would give the task's processor to another one meanwhile, though a
    thread of the task waits and it trains.)
    """
    return call.future().result()


def run_task(
    identity: Identity, content: bytes, mailbox: Any, shown_output: str
) -> Mapping[str, Row]:
    """Rows by cell of the jobs in `content`; none of those that were stopped. shown_output: the
    result folder as messages are to have it. Raises UserError where the node has other code, and
    NoRoom where its disk is full.
    """
    refuse_other(identity)
    try:
        return rows_of_task(content, mailbox, shown_output)
    except (NoRoom, OSError) as error:
        if isinstance(error, NoRoom) or is_disk_full(error):
            raise full_node() from error
        raise


def full_node() -> NoRoom:
    return NoRoom(
        "the disk of a node is full",
        f"{socket.gethostname()}, {tempfile.gettempdir()}",
        "make room there, give `ray start` another TMPDIR, or leave the node out; the same command "
        "goes on from the checkpoints that came back",
    )


def rows_of_task(content: bytes, mailbox: Any, shown_output: str) -> Mapping[str, Row]:
    """As `run_task`."""
    import ray

    jobs = [at_home(job) for job in pickle.loads(content)]
    host, ids = socket.gethostname(), [job.id for job in jobs]
    name = ray.get_runtime_context().get_task_id()[:12]
    with tempfile.TemporaryDirectory(prefix="ganbench-") as folder:
        output = Path(folder)
        open_output(output)
        for cell, files in answer_of(mailbox.files.remote(ids)).items():
            for file, data in files.items():
                write_safely(cell_folder(output, cell), file, data)
        state = JobState(name, host, place(), os.getpid(), time.time(), f"logs/ray/{host}.log")
        post = Post(mailbox, output, state)
        post.tell()
        if post.is_stopped:
            return {}
        carrying = threading.Thread(target=post.carry, daemon=True)
        carrying.start()
        try:
            rows = run_part(jobs, output, GrowingRows(output), post.progress, post.should_stop)
        except Interrupted:
            rows = {}
        finally:
            post.over.set()
            carrying.join()
            for cell in ids:
                post.send(cell)
            post.tell(ended=True)
    told = {cell: with_path(row, folder, shown_output) for cell, row in rows.items()}
    for row in told.values():
        line = f"{row.task} {row.model} seed {row.seed} {row.status} {row.reason}".rstrip()
        mailbox.note.remote(host, line)
    return told


def with_path(row: Row, folder: str, output: str) -> Row:
    """A reason names files where they come to be."""
    return structs.replace(row, reason=row.reason.replace(folder, output))


def at_home(job: Job) -> Job:
    """With this machine's cache, and its weights too. Raises UserError where the user's data are
    not here.
    """
    absent = [path for path in job.context.paths.values() if not path.exists()]
    if absent:
        raise UserError(
            f"the node has no {absent[0]}", socket.gethostname(), "put the data there too"
        )
    cache = default_cache_dir()
    own = places(cache, None)
    weights = Places((*job.context.weights.folders, *own.folders), own.hub)
    return replace(job, context=replace(job.context, cache_dir=cache, weights=weights))


def require_node(identity: Identity) -> str:
    """Asked of each node before a cell runs. Raises UserError as `refuse_other`."""
    refuse_other(identity)
    return socket.gethostname()
