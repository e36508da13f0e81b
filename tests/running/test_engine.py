"""Jobs elsewhere, by an engine that starts processes here: what they share, refuse and tell."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import filelock
import msgspec
import pytest
from msgspec import structs

from ganbench.core.disk import NoRoom
from ganbench.core.errors import UserError
from ganbench.results.engine_state import (
    ORDER,
    JobState,
    Order,
    order_folder,
    read_jobs,
    read_orders,
    write_job,
)
from ganbench.results.folder import open_output
from ganbench.results.run_state import CellState, place
from ganbench.running.backends import engine_job
from ganbench.running.backends.engine import MAX_IN_VAIN, Asking, OnEngine, sign_given
from ganbench.running.backends.engine_job import WRONG, run_job
from ganbench.running.backends.job_watch import JobWatch, refuse, still_at_work
from ganbench.running.backends.order import Content, Local, give_order
from ganbench.running.job import Job
from ganbench.running.progress import Progress
from ganbench.running.runner import planned
from ganbench.running.where import device_kind, engine_options, gpus_of_a_job
from tests.running.test_request import asked

LOCAL = Local("cpu", 1, 1)


@dataclass
class Here:
    """An engine whose jobs are processes of this machine. hook: a folder of modules that they find
    first.
    """

    name: str = "here"
    processes: dict[str, list[subprocess.Popen[bytes]]] = field(default_factory=dict)

    def submit(self, output: Path, order: Order, number: int) -> str:
        logs = output / "logs" / self.name
        logs.mkdir(parents=True, exist_ok=True)
        own = self.processes.setdefault(order.name, [])
        folder = order_folder(output, order.name)
        for _ in range(number):
            job = str(len(own))
            with open(logs / f"{job}.err", "wb") as log:
                module = "ganbench.running.backends.engine_job"
                command = [sys.executable, "-m", module, folder, job, f"logs/here/{job}.err"]
                own.append(subprocess.Popen(command, stderr=log, stdout=log))
        return "0"

    def states(self, order: str) -> Mapping[str, str]:
        own = enumerate(self.processes.get(order, []))
        return {str(number): "running" for number, one in own if one.poll() is None}

    def cancel(self, order: str) -> None:
        for one in self.processes.get(order, []):
            one.terminate()

    def withdraw(self, order: str) -> None:
        return None


@pytest.fixture(scope="module")
def jobs(cache_dir: Path) -> tuple[Job, ...]:
    request = asked(
        models=["standard"],
        seeds=3,
        preset="smoke",
        references=[],
        budget={"budget_steps": 20},
        cache_dir=cache_dir,
    )
    return planned(request).grid.jobs


@pytest.fixture
def output(tmp_path: Path) -> Path:
    open_output(tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def order(jobs: tuple[Job, ...], output: Path) -> Order:
    return give_order("here", 1, Content(jobs, output, LOCAL), 0)


def test_jobs_share_the_cells_and_end(jobs: tuple[Job, ...], output: Path) -> None:
    """And what they tell comes here."""
    said: list[str] = []
    told: list[Progress] = []
    engine = Here()
    backend = OnEngine(engine, 2, 1, LOCAL)
    rows = list(backend.run(jobs, output, 0, told.append, said.append))
    assert sorted(row.seed for row in rows) == [0, 1, 2]
    assert {row.status for row in rows} == {"done"}
    assert len((output / "rows.jsonl").read_text().splitlines()) == 3
    assert said[0] == f"here job 0: 2 asked for; logs in {output / 'logs' / 'here'}"
    for one in engine.processes.values():
        assert [process.wait() for process in one] == [0, 0]
    (given,) = read_orders(output)
    assert [job.ended for job in read_jobs(order_folder(output, given.name))] == [True, True]


def told_by(order: Order, output: Path) -> list[Any]:
    return read_jobs(order_folder(output, order.name))


def changed(order: Order, output: Path, **identity: Any) -> Order:
    """The order, as one would have given it who has other things."""
    other = structs.replace(order, identity=structs.replace(order.identity, **identity))
    (order_folder(output, order.name) / ORDER).write_bytes(msgspec.json.encode(other))
    return other


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        ({"torch": "1.0"}, "the run needs 1.0"),
        (
            {"sources": {"ganbench/training/loop.py": "0" * 64}},
            "other code: ganbench/training/loop",
        ),
        (
            {"sources": {"ganbench/training/hoop.py": "0" * 64}},
            "other code: ganbench/training/hoop",
        ),
    ],
)
def test_a_node_with_other_things_is_refused(
    order: Order, output: Path, identity: dict[str, Any], told: str
) -> None:
    changed(order, output, **identity)
    assert run_job(order_folder(output, order.name), "7_0", "logs/x.err") == WRONG
    assert not (output / "rows.jsonl").exists()
    with pytest.raises(UserError, match=told) as caught:
        refuse(told_by(order, output), order, output)
    assert "job 7_0 on" in caught.value.where and "logs/x.err" in caught.value.where
    assert "leave the node out" in caught.value.fix


def test_what_a_job_said_before_the_order_counts_no_more(order: Order, output: Path) -> None:
    changed(order, output, torch="1.0")
    run_job(order_folder(output, order.name), "7_0", "logs/x.err")
    refuse(told_by(order, output), structs.replace(order, started=order.started + 1e6), output)


def test_a_folder_that_is_not_shared(order: Order, output: Path, tmp_path: Path) -> None:
    elsewhere = order_folder(tmp_path / "not shared", order.name)
    assert run_job(elsewhere, "7_0", "logs/x.err") == WRONG
    assert not told_by(order, output)


def test_what_dead_jobs_of_an_earlier_run_told_is_no_progress(
    jobs: tuple[Job, ...], order: Order, output: Path
) -> None:
    """Jobs are asked for all the same, and again where those end."""
    at = CellState(jobs[0].id, 10, {"D_A": 0.5}, "", time.time())
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    dead = JobState("0", "node", place(), process.pid, time.time(), "log", (at,))
    write_job(order_folder(output, order.name), dead)
    told: list[Progress] = []
    watch = JobWatch(output, [order], told.append)
    assert not watch.pass_on({jobs[0].id}) and not told
    asking, todo = Asking(Deaf(), output, order, lambda line: None), {job.id: job for job in jobs}
    asking.in_vain = 0  # as after any sign of life
    asking.replace_ended({}, todo, watch)
    assert asking.has_asked and asking.in_vain == 0
    for number in range(1, MAX_IN_VAIN + 1):
        asking.replace_ended({}, todo, watch)
        assert asking.in_vain == number
    with pytest.raises(UserError, match="jobs end without any cell getting further"):
        asking.replace_ended({}, todo, watch)


class Deaf(Here):
    """An engine that takes jobs and runs none."""

    def submit(self, output: Path, order: Order, number: int) -> str:
        return "0"


class Blind(Here):
    """An engine whose jobs do not see the folder."""

    def submit(self, output: Path, order: Order, number: int) -> str:
        hidden = output.with_name("hidden")
        (hidden / "logs").mkdir(parents=True)
        (output / "logs" / "here").mkdir(parents=True)
        (output / "logs" / "here" / "0.err").write_text("No such file or directory\n")
        return super().submit(hidden, order, number)


def test_jobs_that_see_no_folder_are_told_once(jobs: tuple[Job, ...], output: Path) -> None:
    backend = OnEngine(Blind(), 1, 1, LOCAL)
    with pytest.raises(UserError, match="ended before they began: No such file") as caught:
        list(backend.run(jobs, output, 0, lambda progress: None, lambda line: None))
    assert "all nodes share" in caught.value.fix


@pytest.mark.parametrize("holds", [True, False])
def test_locks_that_do_not_hold_are_found_out(
    order: Order, output: Path, monkeypatch: pytest.MonkeyPatch, holds: bool
) -> None:
    """A job can have the lock, while who gave the order holds it and gives its sign."""
    folder = order_folder(output, order.name)
    signs = iter(range(100))
    monkeypatch.setattr(engine_job, "sign_of", lambda folder: next(signs))
    monkeypatch.setattr(engine_job, "TWO_SIGNS_SEC", 0.0)
    with sign_given(folder):
        if holds:
            engine_job.refuse_loose_locks(folder)
            return
        monkeypatch.setattr(filelock.FileLock, "_acquire", take_anyway)
        with pytest.raises(UserError, match="locks do not hold between machines"):
            engine_job.refuse_loose_locks(folder)


def take_anyway(self: Any) -> None:
    """A lock of which the system tells no other machine."""
    self._context.lock_file_fd = os.open(self.lock_file, os.O_RDWR | os.O_CREAT)


def test_a_lock_that_is_free_as_nobody_waits_is_none_that_does_not_hold(
    order: Order, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = order_folder(output, order.name)
    monkeypatch.setattr(engine_job, "TWO_SIGNS_SEC", 0.0)
    engine_job.refuse_loose_locks(folder)


def test_a_full_disk_there_stops_the_run(
    order: Order, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*given: Any) -> None:
        raise NoRoom("the disk is full", "there", "make room")

    monkeypatch.setattr(engine_job, "TWO_SIGNS_SEC", 0.0)
    monkeypatch.setattr(engine_job, "do_order", no_room)
    assert run_job(order_folder(output, order.name), "7_0", "x") == WRONG
    with pytest.raises(NoRoom, match="the disk is full"):
        refuse(told_by(order, output), order, output)


def test_jobs_of_an_earlier_run_are_known_by_what_is_left(
    jobs: tuple[Job, ...], order: Order, output: Path
) -> None:
    todo = {job.cell.id: job for job in jobs}
    assert still_at_work("here", todo, output) == [order]
    assert still_at_work("other", todo, output) == []
    first, *rest = todo
    assert still_at_work("here", {cell: todo[cell] for cell in rest}, output) == []
    (output / "rows.jsonl").write_text(f'{{"cell": "{first}"}}\n')
    assert still_at_work("here", {cell: todo[cell] for cell in rest}, output) == [order]
    changed(order, output, torch="1.0")
    assert still_at_work("here", {cell: todo[cell] for cell in rest}, output) == []


def test_orders_that_are_done_make_room(jobs: tuple[Job, ...], order: Order, output: Path) -> None:
    second = give_order("here", 1, Content(jobs, output, LOCAL), 0)
    assert read_orders(output) == [order, second]
    lines = [f'{{"cell": "{cell}"}}\n' for cell in order.cells]
    (output / "rows.jsonl").write_text("".join(lines))
    third = give_order("here", 1, Content(jobs, output, LOCAL), len("".join(lines)))
    assert read_orders(output) == [third]


@pytest.mark.parametrize(
    ("workers", "of_a_job", "cells", "expected"),
    [(0, 1, 20, 8), (0, 1, 3, 3), (4, 1, 20, 4), (4, 4, 20, 1), (5, 4, 20, 2), (8, 4, 5, 2)],
)
def test_no_job_lacks_a_cell(
    jobs: tuple[Job, ...], workers: int, of_a_job: int, cells: int, expected: int
) -> None:
    many = [replace(jobs[0], cell=replace(jobs[0].cell, seed=seed)) for seed in range(cells)]
    assert OnEngine(Here(), workers, of_a_job, LOCAL).jobs_at_a_time(many) == expected


def test_options_of_an_engine() -> None:
    request = asked(on="slurm", on_sets=["partition=a,b,timeout_min=90", "exclusive=true"])
    expected = {"partition": "a,b", "timeout_min": 90, "exclusive": True}
    assert engine_options(request) == expected
    for text in ("partition", "=3", "a b=3", "mem_gb="):
        with pytest.raises(UserError, match="is not KEY=VALUE"):
            engine_options(asked(on="slurm", on_sets=[text]))
    with pytest.raises(UserError, match="no engine"):
        engine_options(asked(on_sets=["partition=a"]))


@pytest.mark.parametrize(
    ("device", "sets", "kind", "gpus"),
    [
        ("auto", [], "cpu", 0),
        ("auto", ["gpus_per_node=4"], "cuda", 4),
        ("auto", ["gres=gpu:a100:2"], "cuda", 2),
        ("cuda", [], "cuda", 1),
        ("cpu", [], "cpu", 0),
    ],
)
def test_what_is_asked_of_a_job_says_its_device(
    device: str, sets: list[str], kind: str, gpus: int
) -> None:
    """This machine, which may be a login node, needs to have none."""
    request = asked(on="slurm", device=device, on_sets=sets)
    assert (device_kind(request), gpus_of_a_job(request)) == (kind, gpus)
