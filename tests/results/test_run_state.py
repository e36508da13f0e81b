"""What runs tell of themselves in their result folder, and what can be told of them by it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from ganbench.core.spec import content_hash
from ganbench.results.folder import ROWS, append_row
from ganbench.results.run_state import (
    RUNS,
    SILENT_SEC,
    PlannedCell,
    Run,
    RunFiles,
    RunPlan,
    RunState,
    finite,
    life,
    place,
    read_runs,
    remove_taken_over,
    rows_bytes,
    rows_since,
)
from tests.reporting.test_tables import row

NOW = 1_000_000.0


def planned(model: str, seed: int, steps: int = 100, task: str = "toy") -> PlannedCell:
    cell = content_hash([model, seed, task])[:16]
    return PlannedCell(cell, task, model, seed, f"{task} {model}", steps, 20, "images")


def plan_of(cells: Sequence[PlannedCell], began: int = 0, pid: int = 0, where: str = "") -> RunPlan:
    pid, where = pid or os.getpid(), where or place()
    return RunPlan(NOW, "host", where, pid, 2, len(cells), began, tuple(cells))


def state_of(plan: RunPlan, updated: float = NOW, ended: str = "") -> RunState:
    left = sum(cell.steps for cell in plan.cells)
    return RunState(updated, "", (), len(plan.cells), left, ended=ended)


def dead_process() -> int:
    """The number of a process that was there."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_is_written_is_read(tmp_path: Path) -> None:
    plan = plan_of([planned("recon", 0), planned("recon", 1)])
    files = RunFiles(tmp_path, plan)
    assert read_runs(tmp_path) == []  # which has no state yet
    files.write(state_of(plan))
    assert read_runs(tmp_path) == [Run(plan, state_of(plan))]
    files.remove()
    assert read_runs(tmp_path) == [] and not list((tmp_path / RUNS).iterdir())


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b"null"])
def test_files_that_are_damaged_are_left_out(tmp_path: Path, damage: bytes) -> None:
    for number, process in enumerate((1, 2)):
        plan = plan_of([planned("recon", number)], pid=process)
        RunFiles(tmp_path, plan).write(state_of(plan))
    whole = read_runs(tmp_path)
    for file in (tmp_path / RUNS).glob("*-1.state.json"):
        file.write_bytes(damage)
    assert len(whole) == 2 and read_runs(tmp_path) == whole[1:]


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / RUNS).write_text("a file where the folder should be")
    plan = plan_of([planned("recon", 0)])
    files = RunFiles(tmp_path, plan)
    files.write(state_of(plan))
    files.remove()
    assert read_runs(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be looked for")
def test_who_lives() -> None:
    cells = [planned("recon", 0)]
    mine, dead = plan_of(cells), plan_of(cells, pid=dead_process())
    far = plan_of(cells, where="elsewhere", pid=dead.pid)
    soon, late = NOW + SILENT_SEC / 2, NOW + 2 * SILENT_SEC
    assert life(Run(mine, state_of(mine)), soon) == "at work"
    assert life(Run(mine, state_of(mine)), late) == "silent"  # such as a machine that sleeps
    assert life(Run(dead, state_of(dead)), soon) == "killed"
    assert life(Run(far, state_of(far)), soon) == "at work"  # whose processes are not seen here
    assert life(Run(far, state_of(far)), late) == "silent"
    for plan in (mine, dead, far):
        assert life(Run(plan, state_of(plan, ended="interrupted")), soon) == "ended"


def test_rows_since_a_run_began(tmp_path: Path) -> None:
    append_row(tmp_path, row("recon", 0, 1.0, cell="a" * 16))
    began = rows_bytes(tmp_path)
    for name in "ba":
        append_row(tmp_path, row("recon", 0, 1.0, cell=name * 16))
    with open(tmp_path / ROWS, "ab") as file:
        file.write(b'{"cell": "cccc')  # which is just being written
    assert rows_since(tmp_path, began) == {"b" * 16, "a" * 16}
    assert rows_since(tmp_path, 10**9) == set()
    assert rows_since(tmp_path / "none", 0) == set()


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be looked for")
def test_a_run_that_takes_over_what_others_left_removes_their_files(tmp_path: Path) -> None:
    one, two = planned("recon", 0), planned("recon", 1)
    dead = plan_of([one, two], pid=dead_process())
    RunFiles(tmp_path, dead).write(state_of(dead))
    remove_taken_over(tmp_path, [one.cell], NOW)
    assert len(read_runs(tmp_path)) == 1  # for seed 1 is still to be done
    append_row(tmp_path, row("recon", 1, 1.0, cell=two.cell))
    remove_taken_over(tmp_path, [one.cell], NOW)
    assert read_runs(tmp_path) == []
    alive = plan_of([one])
    RunFiles(tmp_path, alive).write(state_of(alive))
    remove_taken_over(tmp_path, [one.cell], NOW)
    assert len(read_runs(tmp_path)) == 1


def test_losses_that_are_not_finite_can_be_written() -> None:
    losses = finite({"a": 0.5, "b": float("nan"), "c": float("-inf")})
    assert losses == {"a": 0.5, "b": None, "c": None}
    assert msgspec.json.decode(msgspec.json.encode(losses)) == losses
