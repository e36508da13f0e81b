"""Cells as tasks of a real Ray of several nodes: the rows of a local run, whatever is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ganbench.training.loop import CHECKPOINT
from tests.conftest import Command
from tests.end_to_end.test_kill import require_equal
from tests.engines.slurm import TOY, has_trained, kill, wait_for_steps
from tests.events import INTERRUPTED, end_of

pytestmark = pytest.mark.engines
pytest.importorskip("ray")

ROOT = Path(__file__).parents[2]
KILLS = 20
PATIENT = ("--on-set", "max_retries=20")
RUN = ("--models", "standard", *TOY, "--steps", "600", "--seeds", "3", "--checkpoint-every", "99")


@dataclass(frozen=True)
class RayOfTests:
    """nodes: the process that has them. env: of a command that uses it."""

    nodes: subprocess.Popen[str]
    address: str
    env: dict[str, str]

    def do(self, line: str) -> None:
        assert self.nodes.stdin and self.nodes.stdout
        self.nodes.stdin.write(line + "\n")
        self.nodes.stdin.flush()
        assert self.nodes.stdout.readline() == "done\n"

    def start(self, *arguments: str | Path, address: str = "") -> subprocess.Popen[str]:
        engine = ("--on", "ray", "--on-set", f"address={address or self.address}")
        return subprocess.Popen(
            [sys.executable, "-m", "ganbench", "run", *map(str, arguments), *engine],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def tasks(self) -> list[int]:
        """The processes that are at a task of ours."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if b"ray::toy" in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
        return found


@contextmanager
def cluster_in(folder: Path) -> Iterator[RayOfTests]:
    """Of two nodes, with a cache that is not the command's."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    errors = open(folder / "errors.txt", "w")  # noqa: SIM115 (for as long as the nodes are there)
    nodes = subprocess.Popen(
        [sys.executable, "-m", "tests.engines.ray_cluster", "2"],
        cwd=ROOT,
        env={**env, "GANBENCH_CACHE": str(folder / "of nodes")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    assert nodes.stdout and nodes.stdin
    address = nodes.stdout.readline().strip()
    assert address, (folder / "errors.txt").read_text()
    yield RayOfTests(nodes, address, {**env, "GANBENCH_CACHE": str(folder / "of command")})
    nodes.stdin.close()
    nodes.wait()
    errors.close()


@pytest.fixture(scope="module")
def ray_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayOfTests]:
    with cluster_in(tmp_path_factory.mktemp("ray")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def straight(ganbench: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a local run that is left alone gives."""
    folder = tmp_path_factory.mktemp("local") / "out"
    done = ganbench("run", *RUN, "--output", folder)
    assert done.returncode == 0, done.stderr
    return folder


def finish(process: subprocess.Popen[str], output: Path, straight: Path) -> str:
    printed, errors = end_of(process)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors + printed
    require_equal(straight, output)
    return errors


def test_rows_are_those_of_a_local_run(
    ray_cluster: RayOfTests, straight: Path, tmp_path: Path
) -> None:
    process = ray_cluster.start(*RUN, "--output", tmp_path / "out")
    wait_for_steps(tmp_path / "out", process)
    assert len(ray_cluster.tasks()) <= 2  # as many as there are processors
    errors = finish(process, tmp_path / "out", straight)
    assert f"up to 2 cells at a time; logs in {tmp_path / 'out' / 'logs' / 'ray'}" in errors
    (log,) = (tmp_path / "out" / "logs" / "ray").iterdir()
    assert log.read_text().count(" done") == 3


def test_a_killed_process_goes_on_from_what_came_back(
    ray_cluster: RayOfTests, straight: Path, tmp_path: Path
) -> None:
    process = ray_cluster.start(*RUN, "--output", tmp_path / "out")
    wait_for_steps(tmp_path / "out", process)
    for pid in ray_cluster.tasks():
        kill(pid)
    finish(process, tmp_path / "out", straight)


def test_a_node_that_dies_is_done_without(
    ray_cluster: RayOfTests, straight: Path, tmp_path: Path
) -> None:
    process = ray_cluster.start(*RUN, "--output", tmp_path / "out")
    wait_for_steps(tmp_path / "out", process)
    ray_cluster.do("kill 0")
    try:
        finish(process, tmp_path / "out", straight)
    finally:
        ray_cluster.do("add")


def test_ctrl_c_brings_checkpoints_back_and_the_run_goes_on_locally(
    ray_cluster: RayOfTests, straight: Path, tmp_path: Path, ganbench: Command
) -> None:
    out = tmp_path / "out"
    process = ray_cluster.start(*RUN, "--output", out)
    wait_for_steps(out, process)
    process.send_signal(signal.SIGINT)
    _, errors = end_of(process)
    assert process.returncode == 130 and errors.splitlines()[-1] == INTERRUPTED, errors
    assert list(out.glob(f"cells/*/{CHECKPOINT}"))
    done = ganbench("run", *RUN, "--output", out)
    assert done.returncode == 0, done.stderr
    require_equal(straight, out)


def test_the_command_may_die_and_be_given_again(
    ray_cluster: RayOfTests, straight: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = ray_cluster.start(*RUN, "--output", out)
    wait_for_steps(out, process)
    os.killpg(process.pid, signal.SIGKILL)
    end_of(process)
    finish(ray_cluster.start(*RUN, "--output", out), out, straight)


def test_a_command_on_ray_and_a_local_one_share_the_cells(
    ray_cluster: RayOfTests, straight: Path, tmp_path: Path, ganbench: Command
) -> None:
    out = tmp_path / "out"
    process = ray_cluster.start(*RUN, "--output", out)
    done = ganbench("run", *RUN, "--workers", "1", "--output", out)
    assert done.returncode == 0, done.stderr
    finish(process, out, straight)


def test_random_kills_leave_no_trace(
    ray_cluster: RayOfTests, straight: Path, tmp_path: Path
) -> None:
    """Of processes of tasks, nodes and the command, one after the other."""
    drawn, kills, runs = random.Random(26), 0, 0
    while kills < KILLS:
        out, process = tmp_path / str(runs), None
        while process is None or process.poll() not in (0, None):
            process = ray_cluster.start(*RUN, *PATIENT, "--output", out)
            while kills < KILLS and has_trained(out, process, drawn.randint(1, 4)):
                kills += kill_one(ray_cluster, process, drawn)
            end_of(process)
        require_equal(straight, out)
        runs += 1
    print(f"{kills} kills in {runs} runs")


def kill_one(cluster: RayOfTests, process: subprocess.Popen[str], drawn: random.Random) -> int:
    """How many were killed."""
    victim = drawn.choice(["process", "node", "command"])
    if victim == "command":
        os.killpg(process.pid, signal.SIGKILL)
        return 1
    if victim == "node":
        cluster.do(f"kill {drawn.randrange(2)}")
        cluster.do("add")
        return 1
    tasks = cluster.tasks()
    for pid in drawn.sample(tasks, min(1, len(tasks))):
        kill(pid)
    return min(1, len(tasks))


def test_the_disk_of_a_node_is_full(
    ray_cluster: RayOfTests, straight: Path, tmp_path: Path
) -> None:
    """Which the run says, and goes on when the node has room again."""
    out, small = tmp_path / "out", tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "none", small], check=True)
    ray_cluster.do("kill 0")
    ray_cluster.do(f"add {small}")
    try:
        process = ray_cluster.start(*RUN, "--output", out)
        _, errors = end_of(process)
    finally:
        ray_cluster.do("kill 1")
        ray_cluster.do("add")
        subprocess.run(["umount", small], check=True)
    assert process.returncode == 1 and "Traceback" not in errors, errors
    assert "the disk of a node is full" in errors and errors.count("Error: ") == 1, errors
    assert str(small) in errors
    finish(ray_cluster.start(*RUN, "--output", out), out, straight)


def test_the_head_of_the_cluster_dies(straight: Path, tmp_path: Path, ganbench: Command) -> None:
    """The run ends with a message, and the same command goes on elsewhere."""
    out = tmp_path / "out"
    with cluster_in(tmp_path) as cluster:
        process = cluster.start(*RUN, "--output", out)
        wait_for_steps(out, process)
        cluster.do("behead")
        _, errors = end_of(process)
    assert process.returncode == 1 and "Traceback" not in errors, errors
    assert "the cluster of Ray is gone" in errors and errors.count("Error: ") == 1, errors
    done = ganbench("run", *RUN, "--output", out)
    assert done.returncode == 0, done.stderr
    require_equal(straight, out)


def test_mistakes_are_told_before_anything_runs(ray_cluster: RayOfTests, tmp_path: Path) -> None:
    for more, address, parts in (
        (("--on-set", "num_cpus=64"), "", ("no node of the cluster", "the largest has 1 CPUs")),
        (("--on-set", "num_gpus=0.5"), "", ("no node of the cluster", "0 GPUs")),
        (("--on-set", "memory_gb=9e6"), "", ("no node of the cluster", " GiB; see `ray status`")),
        (("--on-set", "num_cpu=1"), "", ("unknown option", "did you mean 'num_cpus'?")),
        ((), "127.0.0.1:1", ("no cluster of Ray can be reached", "ray start --head")),
    ):
        process = ray_cluster.start(*RUN, *more, "--output", tmp_path / "out", address=address)
        printed, errors = end_of(process)
        told = printed + errors
        assert process.returncode == 2 and all(part in told for part in parts), told
        assert "Traceback" not in told and told.count("Error: ") == 1, told
    assert not (tmp_path / "out").exists()
