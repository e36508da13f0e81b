"""Cells run in jobs of an engine that share the result folder with this process.

The engine schedules, starts and starts again; a job takes cells of the folder by their claims, one
after the other. This process asks for jobs and looks at what they write.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from filelock import FileLock

from ganbench.core.errors import UserError
from ganbench.core.interrupts import interrupts_held
from ganbench.data.datasets.download import Say
from ganbench.results.engine_state import Order, order_folder
from ganbench.results.folder import LOGS, GrowingRows, read_rows
from ganbench.results.records import Row
from ganbench.results.run_state import SIGN_OF_LIFE_SEC, rows_bytes
from ganbench.running.backends.job_watch import JobWatch, refuse, still_at_work
from ganbench.running.backends.order import LOCK, SIGN, Content, Local, give_order
from ganbench.running.backends.part import is_free, rows_over
from ganbench.running.job import Job
from ganbench.running.needs import Needs, needs_of
from ganbench.running.progress import OnProgress
from ganbench.running.seed_groups import seed_groups

LOOK_EVERY_SEC = 0.5
ASK_EVERY_SEC = 2.0  # the engine, for its jobs
END_SEC = 60.0  # for jobs that are cancelled
JOBS_AT_A_TIME = 8  # unless the user gives --workers
MAX_IN_VAIN = 3  # times that jobs end, others are asked for, and no cell gets further


class Engine(Protocol):
    """Who starts jobs elsewhere. name: as `--on` has it."""

    @property
    def name(self) -> str: ...

    def submit(self, output: Path, order: Order, number: int) -> str:
        """Asks for so many jobs that do the order, which says what each will need as far as it is
        known. Gives what they are called, and what they get by that.

        Raises UserError where it refuses.
        """
        ...

    def states(self, order: str) -> Mapping[str, str]:
        """The jobs of an order that it has not ended, by id: their states in its own words."""
        ...

    def cancel(self, order: str) -> None:
        """Lets the jobs end, which then write checkpoints."""
        ...

    def withdraw(self, order: str) -> None:
        """Lets no more jobs begin, for nothing is left to be done."""
        ...


@dataclass(frozen=True)
class OnEngine:
    """As `Backend`. workers: cells at a time, 0 for the usual number of jobs. of_a_job: how many of
    them a job has. local: how it runs them on its node.
    """

    engine: Engine
    workers: int
    of_a_job: int
    local: Local

    def cells_at_a_time(self, jobs: Sequence[Job]) -> int:
        """As `Backend.cells_at_a_time`."""
        return min(len(jobs), self.jobs_at_a_time(jobs) * self.of_a_job)

    def jobs_at_a_time(self, jobs: Sequence[Job]) -> int:
        """How many jobs of the engine work side by side, none of which lacks a cell."""
        wanted = math.ceil(self.workers / self.of_a_job) or JOBS_AT_A_TIME
        parts = len(seed_groups(jobs, wanted * self.of_a_job))
        return min(wanted, math.ceil(parts / self.of_a_job))

    def needs_of(self, jobs: Sequence[Job], output: Path) -> Needs:
        """Of a job, as the folder's rows tell."""
        rows = read_rows(output).rows
        return needs_of(jobs, rows, self.cells_at_a_time(jobs), min(self.of_a_job, len(jobs)))

    def run(
        self, jobs: Sequence[Job], output: Path, since: int, on_progress: OnProgress, say: Say
    ) -> Iterator[Row]:
        """As `Backend.run`. Where jobs end before their cells do, others are asked for. Jobs that
        an earlier run has left at work are followed too.
        """
        output, todo = output.resolve(), {job.id: job for job in jobs}
        known_orders = still_at_work(self.engine.name, todo, output)
        older = [order for order in known_orders if self.engine.states(order.name)]
        content = Content(tuple(jobs), output, self.local)
        needs = self.needs_of(jobs, output)
        order = give_order(self.engine.name, self.jobs_at_a_time(jobs), content, since, needs)
        watch = JobWatch(output, (*older, order), on_progress)
        known, asking = GrowingRows(output, since), Asking(self.engine, output, order, say)
        with interrupts_held() as held, sign_given(order_folder(output, order.name)):
            try:
                while todo:
                    alive = asking.look(watch.orders)
                    for row in asking.rows(known, todo):
                        del todo[row.cell]
                        asking.in_vain = 0
                        yield row
                    refuse(watch.states(), order, output)
                    if watch.pass_on(todo):
                        asking.in_vain = 0
                    if todo and alive is not None:
                        asking.replace_ended(alive, todo, watch)
                    time.sleep(LOOK_EVERY_SEC)
                    held.pass_on()
            except BaseException:
                self.end(watch.orders, say)
                raise
        with suppress(UserError):  # one that cannot be reached lets them begin and end at once
            self.engine.withdraw(order.name)

    def end(self, orders: Sequence[Order], say: Say) -> None:
        """Cancels the jobs, and gives them the time to write their checkpoints."""
        until = time.monotonic() + END_SEC
        try:
            for order in orders:
                self.engine.cancel(order.name)
            while any(self.engine.states(o.name) for o in orders) and time.monotonic() < until:
                time.sleep(LOOK_EVERY_SEC)
        except UserError as error:
            say(f"{error.what}; jobs that it has may go on: see `ganbench status`")


@dataclass
class Asking:
    """An order's jobs, as they are asked for and end. has_asked: whether that was so yet. in_vain:
    how often it was so again without any cell getting further. number: of those alive when the
    engine was asked last, at `asked_at`. looked_at: the length of the rows file then.
    """

    engine: Engine
    output: Path
    order: Order
    say: Say
    has_asked: bool = False
    in_vain: int = 0
    number: int = 0
    asked_at: float = 0.0
    told: str = ""
    looked_at: int = -1

    def look(self, orders: Sequence[Order]) -> Mapping[str, str] | None:
        """The jobs that are alive, by id; None where it is too early to ask again, and where the
        engine cannot be asked, for its jobs go on meanwhile.
        """
        if self.asked_at and time.monotonic() - self.asked_at < ASK_EVERY_SEC:
            return None
        alive: dict[str, str] = {}
        try:
            for order in orders:
                alive |= self.engine.states(order.name)
        except UserError as error:
            self.tell(f"{error.what}; its jobs go on as they are")
            return None
        finally:
            self.asked_at = time.monotonic()
        counted = sorted(Counter(alive.values()).items())
        if counted:
            told = ", ".join(f"{number} {state}" for state, number in counted)
            self.tell(f"{self.engine.name} jobs: {told}")
        return alive

    def rows(self, known: GrowingRows, todo: Mapping[str, Job]) -> Collection[Row]:
        """Those with which cells are over, if the rows file has grown since the last look."""
        size = rows_bytes(self.output)
        if size == self.looked_at:
            return ()
        self.looked_at = size
        return rows_over(list(todo.values()), known.look()).values()

    def tell(self, line: str) -> None:
        """Says it, unless it is what was said last."""
        if line != self.told:
            self.told = line
            self.say(line)

    def replace_ended(
        self, alive: Mapping[str, str], todo: Mapping[str, Job], watch: JobWatch
    ) -> None:
        """Asks for jobs in the place of those that have ended while a cell can be had.

        Raises UserError where that does not help.
        """
        wanted, ended = self.order.jobs_at_a_time - len(alive), len(alive) < self.number
        self.number = len(alive)
        if wanted <= 0 or not (ended or not alive):
            return
        free = (job for job in todo.values() if is_free(self.output, job))
        number = len(list(islice(free, wanted)))
        if not number:
            return
        if self.has_asked and not watch.begun(self.order):
            raise never_began(self.engine.name, self.output)
        self.in_vain, self.has_asked = self.in_vain + self.has_asked, True
        if self.in_vain > MAX_IN_VAIN:
            raise gets_nowhere(self.engine.name, self.output)
        name = self.engine.submit(self.output, self.order, number)
        logs = self.output / LOGS / self.engine.name
        self.say(f"{self.engine.name} job {name}: {number} asked for; logs in {logs}")
        self.number, self.asked_at = len(alive) + number, 0.0


@contextmanager
def sign_given(folder: Path) -> Iterator[None]:
    """Holds the order's lock, and touches its sign now and then, so that a job can find out whether
    locks hold where it is.
    """
    over, sign = threading.Event(), folder / SIGN

    def give() -> None:
        while not over.wait(SIGN_OF_LIFE_SEC):
            os.utime(sign)

    giving = threading.Thread(target=give, daemon=True)
    with FileLock(folder / LOCK):
        giving.start()
        try:
            yield
        finally:
            over.set()
            giving.join()


def never_began(engine: str, output: Path) -> UserError:
    logs = output / LOGS / engine
    told = last_line(logs)
    return UserError(
        "the jobs ended before they began" + (f": {told}" if told else ""),
        f"{output}, logs in {logs}",
        "give an --output on a file system that all nodes share, as is this Python",
    )


def gets_nowhere(engine: str, output: Path) -> UserError:
    logs = output / LOGS / engine
    return UserError(
        f"jobs end without any cell getting further: {last_line(logs) or 'they tell nothing'}",
        f"logs in {logs}",
        "see the logs and `ganbench status`; the same command goes on when that is mended",
    )


def last_line(logs: Path) -> str:
    """Of the errors that were written last."""
    files = sorted(logs.glob("**/*.err"), key=lambda file: file.stat().st_mtime)
    texts = (file.read_text(errors="replace").strip() for file in reversed(files))
    return next((text.splitlines()[-1] for text in texts if text), "")
