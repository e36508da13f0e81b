"""`ganbench status`: a folder's files as one who comes back to them wants them told."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from ganbench.results.engine_state import (
    ORDER,
    Identity,
    JobState,
    Order,
    order_folder,
    read_orders,
    write_job,
)
from ganbench.results.folder import open_output
from ganbench.results.run_state import CellState, PlannedCell, RunFiles, RunPlan, RunState, place
from tests.conftest import Command

CELLS = ("0" * 16, "1" * 16, "2" * 16)


def dead_pid() -> int:
    """Of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """A run of three cells on Slurm, whose command was killed; job 12_0 is at the first of them."""
    open_output(tmp_path)
    now, pid = time.time(), dead_pid()
    cells = tuple(
        PlannedCell(cell, "toy", "recon", seed, "kind", 1_000, 128, "samples")
        for seed, cell in enumerate(CELLS)
    )
    plan = RunPlan(now - 90, "login", place(), pid, 2, 3, 0, cells)
    RunFiles(tmp_path, plan).write(RunState(now - 60, "", (), 3, 3_000, now + 600))
    identity = Identity("0.1.0", "2.15.0", {})
    order = Order("one", "slurm", now - 80, "login", place(), pid, 0, 2, CELLS, identity)
    folder = order_folder(tmp_path, order.name)
    (folder / "jobs").mkdir(parents=True)
    (folder / ORDER).write_bytes(msgspec.json.encode(order))
    at = CellState(CELLS[0], 400, {"D_A": 0.5}, "", now - 30)
    log = "logs/slurm/12_0_0_log.err"
    write_job(folder, JobState("12_0", "node7", "elsewhere", 1, now, log, (at,)))
    return tmp_path


def told(ganbench: Command, output: Path) -> tuple[int, str]:
    done = ganbench("status", output)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_jobs_whose_command_is_gone_are_at_work(ganbench: Command, output: Path) -> None:
    code, text = told(ganbench, output)
    (line,) = [line for line in text.splitlines() if "toy recon seed 0" in line]
    assert line.split() == [
        *("toy", "recon", "seed", "0", "400/1,000"),
        *("node7,", "slurm", "job", "12_0"),
    ]
    assert "logs: logs/slurm/12_0_0_log.err" in text
    assert code == 1 and text.splitlines()[-1].startswith("cells: 1 at work, 2 waiting; ends about")
    shown = ganbench("watch", output, "--once")
    assert shown.returncode == 0 and "recon seed 0" in shown.stdout and "400/1,000" in shown.stdout


@pytest.mark.parametrize("how", ["ended", "silent", "killed"])
def test_jobs_that_are_gone_too_leave_cells_off(ganbench: Command, output: Path, how: str) -> None:
    (order,) = read_orders(output)
    gone = {
        "ended": {"ended": True},
        "silent": {"updated": time.time() - 3_600},
        "killed": {"place": place(), "pid": dead_pid()},
    }[how]
    job = JobState("12_0", "node7", "elsewhere", os.getpid(), time.time(), "log")
    write_job(order_folder(output, order.name), structs.replace(job, **gone))
    code, text = told(ganbench, output)
    assert code == 1 and text.splitlines()[-1] == "cells: 3 left off; the same command goes on"


def test_it_loads_no_torch(output: Path) -> None:
    code = (
        "import sys\nfrom ganbench.cli.main import main\n"
        f"try:\n    main(['status', {str(output)!r}])\nexcept SystemExit as stop:\n"
        "    assert stop.code == 1\nassert not {'torch', 'submitit', 'pandas'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_finished_run_is_done(ganbench: Command, tmp_path: Path) -> None:
    run = ("--models", "standard", "--task", "toy", "--preset", "smoke", "--steps", "2")
    done = ganbench("run", *run, "--seeds", "2", "--references", "none", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    assert told(ganbench, tmp_path)[0] == 0
    assert told(ganbench, tmp_path)[1].splitlines()[-1] == "cells: 2 done"


def test_a_folder_of_none_is_told(ganbench: Command, tmp_path: Path) -> None:
    code, text = told(ganbench, tmp_path / "none")
    assert code == 2 and "there is no such result folder" in text
