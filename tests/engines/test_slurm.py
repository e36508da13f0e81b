"""Cells as jobs of a real Slurm: the rows of a local run, whatever is killed when."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from pathlib import Path

import pytest

import ganbench as package
from ganbench.training.loop import CHECKPOINT
from tests.conftest import Command
from tests.end_to_end.test_kill import require_equal
from tests.engines.slurm import (
    TOY,
    SlurmOfTests,
    has_trained,
    kill,
    wait_for_steps,
    workers_of,
)
from tests.events import INTERRUPTED, end_of, wait_for

pytestmark = pytest.mark.engines

STEPS, KILLS = "1500", 20
RUN = ("--models", "standard", *TOY, "--steps", STEPS, "--seeds", "3")


@pytest.fixture(scope="session")
def straight(ganbench: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a local run that is left alone gives."""
    folder = tmp_path_factory.mktemp("local") / "out"
    done = ganbench("run", *RUN, "--output", folder)
    assert done.returncode == 0, done.stderr
    return folder


def finish(process: object, output: Path, straight: Path) -> str:
    printed, errors = end_of(process)  # type: ignore[arg-type]
    assert process.returncode == 0, errors  # type: ignore[attr-defined]
    assert "Traceback" not in errors + printed
    require_equal(straight, output)
    return str(errors)


def test_rows_are_those_of_a_local_run(slurm: SlurmOfTests, straight: Path, tmp_path: Path) -> None:
    process = slurm.start(*RUN, "--workers", "2", "--output", tmp_path / "out")
    wait_for_steps(tmp_path / "out", process)
    code, seen = slurm.status(tmp_path / "out")
    assert code == 1 and all(part in seen for part in ("_0 running", "slurm job ", "_log.err")), (
        seen
    )
    errors = finish(process, tmp_path / "out", straight)
    assert f"logs in {tmp_path / 'out' / 'logs' / 'slurm'}" in errors
    code, seen = slurm.status(tmp_path / "out")
    assert (code, seen.splitlines()[-1]) == (0, "cells: 3 done")
    wait_for(slurm.idle)


def test_a_killed_process_of_a_job_is_replaced(
    slurm: SlurmOfTests, straight: Path, tmp_path: Path
) -> None:
    process = slurm.start(*RUN, "--workers", "1", "--output", tmp_path / "out")
    wait_for_steps(tmp_path / "out", process)
    for pid in workers_of(tmp_path / "out"):
        kill(pid)
    finish(process, tmp_path / "out", straight)


def test_a_node_that_dies_is_done_without(
    slurm: SlurmOfTests, straight: Path, tmp_path: Path
) -> None:
    process = slurm.start(*RUN, "--workers", "1", "--output", tmp_path / "out")
    wait_for_steps(tmp_path / "out", process)
    (node,) = set(slurm.jobs().values())
    slurm.kill_node(node)
    try:
        finish(process, tmp_path / "out", straight)
    finally:
        slurm.do("node", node.removeprefix("node"))


def test_the_command_may_die_and_be_given_again(
    slurm: SlurmOfTests, straight: Path, tmp_path: Path
) -> None:
    """The jobs go on meanwhile, are followed by the next one, and are not asked for twice."""
    out = tmp_path / "out"
    process = slurm.start(*RUN, "--workers", "2", "--output", out)
    wait_for_steps(out, process)
    os.killpg(process.pid, signal.SIGKILL)
    end_of(process)
    jobs = slurm.jobs()
    assert len(jobs) == 2
    wait_for(lambda: "slurm job " in slurm.status(out)[1])
    again = slurm.start(*RUN, "--workers", "2", "--output", out)
    wait_for_steps(out, again)
    assert slurm.jobs().keys() <= jobs.keys()
    finish(again, out, straight)


def test_the_controller_may_be_away(slurm: SlurmOfTests, straight: Path, tmp_path: Path) -> None:
    process = slurm.start(*RUN, "--workers", "2", "--output", tmp_path / "out")
    wait_for_steps(tmp_path / "out", process)
    slurm.kill_controller()
    wait_for_steps(tmp_path / "out", process)
    slurm.do("controller")
    finish(process, tmp_path / "out", straight)


def test_jobs_make_room_and_come_again(slurm: SlurmOfTests, straight: Path, tmp_path: Path) -> None:
    """An operator puts them back into the queue."""
    process = slurm.start(*RUN, "--workers", "2", "--output", tmp_path / "out")
    wait_for_steps(tmp_path / "out", process)
    for job in slurm.jobs():
        slurm.ask("scontrol", "requeue", job)
    finish(process, tmp_path / "out", straight)
    text = "".join(log.read_text() for log in (tmp_path / "out/logs/slurm").glob("*.out"))
    assert "checkpoints are written" in text


def test_an_urgent_job_has_the_nodes_first(
    slurm: SlurmOfTests, straight: Path, tmp_path: Path
) -> None:
    """Slurm takes their nodes away from jobs of a partition of less priority."""
    process = slurm.start(*RUN, "--workers", "2", "--output", tmp_path / "out")
    wait_for_steps(tmp_path / "out", process)
    whole = ("--partition=urgent", "--nodes=2", "--exclusive", "--output=/dev/null")
    slurm.ask("sbatch", "--job-name=urgent", *whole, "--wrap=true")
    wait_for(lambda: not slurm.ask("squeue", "-h", "--name=urgent"), process)
    text = "".join(log.read_text() for log in (tmp_path / "out/logs/slurm").glob("*.out"))
    assert "checkpoints are written" in text
    finish(process, tmp_path / "out", straight)


def test_ctrl_c_cancels_jobs_and_the_run_goes_on_locally(
    slurm: SlurmOfTests, straight: Path, tmp_path: Path, ganbench: Command
) -> None:
    out = tmp_path / "out"
    process = slurm.start(*RUN, "--workers", "2", "--output", out)
    wait_for_steps(out, process)
    process.send_signal(signal.SIGINT)
    _, errors = end_of(process)
    assert process.returncode == 130 and errors.splitlines()[-1] == INTERRUPTED, errors
    assert slurm.idle() and list(out.glob(f"cells/*/{CHECKPOINT}"))
    done = ganbench("run", *RUN, "--output", out)
    assert done.returncode == 0, done.stderr
    require_equal(straight, out)


def test_two_users_share_the_cells(slurm: SlurmOfTests, straight: Path, tmp_path: Path) -> None:
    """One on Slurm, the other too, and at once."""
    out = tmp_path / "out"
    run = (*RUN, "--workers", "1", "--output", out)
    both = [slurm.start(*run), slurm.start(*run)]
    for process in both:
        _, errors = end_of(process)
        assert process.returncode == 0, errors
    require_equal(straight, out)


def test_a_node_with_other_code_is_refused(slurm: SlurmOfTests, tmp_path: Path) -> None:
    changed = tmp_path / "loop.py"
    loop = Path(package.__file__).parent / "training" / "loop.py"
    changed.write_text(loop.read_text().replace("LOG_EVERY_STEPS = 50", "LOG_EVERY_STEPS = 51"))
    run = (*RUN, "--workers", "1", "--output", tmp_path / "out")
    with slurm.node_that_sees("node1", f"mount --bind {changed} {loop}"):
        code, told = slurm.run(*run, "--on-set", "nodelist=node1")
    assert code == 2 and told.count("Error: ") == 1 and "Traceback" not in told, told
    assert "the node has other code: ganbench/training/loop.py" in told
    assert not (tmp_path / "out" / "rows.jsonl").exists() and slurm.idle()


def test_a_folder_that_a_node_does_not_see(slurm: SlurmOfTests, tmp_path: Path) -> None:
    hidden = tmp_path / "not shared"
    hidden.mkdir()
    run = (*RUN, "--workers", "1", "--output", hidden / "out")
    with slurm.node_that_sees("node1", f"mount -t tmpfs none '{hidden}'"):
        code, told = slurm.run(*run, "--on-set", "nodelist=node1")
    assert code == 2 and told.count("Error: ") == 1 and "Traceback" not in told, told
    assert "the jobs ended before they began" in told and "all nodes share" in told


def test_random_kills_leave_no_trace(slurm: SlurmOfTests, straight: Path, tmp_path: Path) -> None:
    """Of processes of jobs, nodes, the controller and the command, one after the other."""
    drawn, kills, runs = random.Random(26), 0, 0
    while kills < KILLS:
        out, process = tmp_path / str(runs), None
        while process is None or process.poll() not in (0, None):
            process = slurm.start(*RUN, "--workers", "2", "--output", out)
            while kills < KILLS and has_trained(out, process, drawn.randint(1, 4)):
                victim = drawn.choice(["process", "node", "controller", "command"])
                kills += kill_one(slurm, victim, process, out, drawn)
            end_of(process)
        require_equal(straight, out)
        runs += 1
    print(f"{kills} kills in {runs} runs")


def kill_one(
    slurm: SlurmOfTests,
    victim: str,
    process: subprocess.Popen[str],
    output: Path,
    drawn: random.Random,
) -> int:
    """How many were killed."""
    if victim == "command":
        os.killpg(process.pid, signal.SIGKILL)
        return 1
    if victim == "controller":
        slurm.kill_controller()
        slurm.do("controller")
        return 1
    if victim == "node":
        node = drawn.choice(["node0", "node1"])
        slurm.kill_node(node)
        slurm.do("node", node.removeprefix("node"))
        return 1
    workers = workers_of(output)
    for pid in drawn.sample(workers, min(1, len(workers))):
        kill(pid)
    return min(1, len(workers))


def test_mistakes_are_told_before_anything_runs(slurm: SlurmOfTests, tmp_path: Path) -> None:
    for more, parts in (
        (("--on-set", "partition=wrk"), ("no partition 'wrk'", "did you mean 'work'?")),
        (("--on-set", "partition=closed"), ("'closed' runs no jobs", "urgent, work")),
        (("--on-set", "partitio=work"), ("unknown option", "did you mean 'partition'?")),
        (("--on-set", "gpus_per_node=2"), ("Invalid generic resource", "sinfo")),
        (("--on-set", "cpus_per_task=64"), ("configuration is not available", "sinfo")),
        (("--on-set", "timeout_min=1"), ("told to stop", "timeout_min=3 or more")),
        (("--backend", "here"), ("--backend here --on slurm", "drop one of them")),
        (("--device", "cuda:1"), ("an engine chooses which GPU", "give cuda")),
    ):
        code, told = slurm.run(*RUN, *more, "--output", tmp_path / "out")
        assert code == 2 and all(part in told for part in parts), told
        assert "Traceback" not in told and told.count("Error: ") == 1
    assert not (tmp_path / "out").exists()
