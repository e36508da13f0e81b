"""A Slurm of the tests' own on this machine, whose nodes and controller can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.events import wait_for

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "engines" / "setup_slurm.sh"
TOY = ("--task", "toy", "--preset", "smoke", "--references", "none")


@dataclass(frozen=True)
class SlurmOfTests:
    """env: of a command that uses it."""

    env: dict[str, str]

    def do(self, *what: str) -> None:
        subprocess.run(["bash", SCRIPT, *what], env=self.env, check=True, stdout=subprocess.DEVNULL)

    def ask(self, *command: str) -> str:
        done = subprocess.run(command, env=self.env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def jobs(self) -> dict[str, str]:
        """The node of each job that runs, by its id."""
        lines = self.ask("squeue", "-h", "--array", "-t", "R", "-o", "%i %N").splitlines()
        return dict(line.split() for line in lines)

    def pid(self, daemon: str) -> int:
        return int((Path(self.env["SLURM_HOME"]) / "run" / f"{daemon}.pid").read_text())

    def kill_node(self, name: str) -> None:
        """As its power does: the daemon, and all that it has started."""
        os.kill(self.pid(f"slurmd-{name}"), signal.SIGKILL)
        for pid in [*processes_with(f"SLURMD_NODENAME={name}")]:
            kill(pid)

    @contextmanager
    def node_that_sees(self, name: str, mount: str) -> Iterator[None]:
        """The node sees other files, by such a command, while the context lasts."""
        self.kill_node(name)
        start = f"{mount} && exec bash {SCRIPT} node {name.removeprefix('node')}"
        command = ["unshare", "--mount", "bash", "-c", start]
        subprocess.run(command, env=self.env, check=True, stdout=subprocess.DEVNULL)
        try:
            yield
        finally:
            self.kill_node(name)
            self.do("node", name.removeprefix("node"))

    def kill_controller(self) -> None:
        os.kill(self.pid("slurmctld"), signal.SIGKILL)

    def idle(self) -> bool:
        return not self.ask("squeue", "-h")

    def status(self, output: Path) -> tuple[int, str]:
        """The exit code and the lines of `ganbench status`."""
        command = [sys.executable, "-m", "ganbench", "status", str(output)]
        done = subprocess.run(command, env=self.env, check=False, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """`ganbench run` on it."""
        return subprocess.Popen(
            [sys.executable, "-m", "ganbench", "run", *map(str, arguments), "--on", "slurm"],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str | Path) -> tuple[int, str]:
        """Its exit code, and all that it prints."""
        process = self.start(*arguments)
        printed, errors = process.communicate(timeout=1_800)
        return process.returncode, errors + printed


def processes_with(text: str) -> Iterator[int]:
    """Those with such a variable in their environment."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if text.encode() in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)
        except OSError:
            continue


def workers_of(output: Path) -> list[int]:
    """The processes of jobs that do cells of the folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"engine_job" in command and str(output).encode() in command:
            found.append(int(folder.name))
    return found


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def steps_written(output: Path) -> int:
    """Lines of all loss logs."""
    return sum(log.read_bytes().count(b"\n") for log in output.glob("cells/*/losses.csv"))


def wait_for_steps(output: Path, process: subprocess.Popen[str], more: int = 2) -> None:
    """Until some cell has trained further."""
    before = steps_written(output)
    wait_for(lambda: steps_written(output) >= before + more, process)


def has_trained(output: Path, process: subprocess.Popen[str], more: int) -> bool:
    """Waits for some more lines of losses; false where the command has ended before."""
    try:
        wait_for_steps(output, process, more)
    except AssertionError:
        return False
    return process.poll() is None
