"""Slurm's own commands. Nothing here needs PyTorch, or Slurm's accounting."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ganbench.core.errors import UserError, did_you_mean

JOB_NAME = "ganbench-{}"
ANSWER_SEC = 30.0
FIRST = 200  # letters of a message


def job_name(order: str) -> str:
    return JOB_NAME.format(order)


def answer_of(*command: str) -> str:
    """What a command of Slurm prints. Raises UserError where there is none, and where it fails."""
    if shutil.which(command[0]) is None:
        raise UserError(
            f"there is no {command[0]} here",
            "--on slurm",
            "give the command on a machine from which jobs are submitted, such as a login node",
        )
    done = run(command)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"{command[0]} ended with {done.returncode}"]
        raise unreachable(lines[-1][:FIRST])
    return done.stdout


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Raises UserError where no answer comes."""
    config = os.environ.get("SLURM_CONF")
    if config and not Path(config).exists():  # Slurm would look for it again for a minute
        raise unreachable(f"SLURM_CONF names no file, {config}")
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=ANSWER_SEC, check=False
        )
    except subprocess.TimeoutExpired:
        raise unreachable(f"{command[0]} gave no answer in {ANSWER_SEC:.0f} s") from None


def why_refused(script: str) -> str:
    """Why Slurm would not take a job with such a script, or nothing."""
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(script)
        file.flush()
        done = run(["sbatch", "--test-only", file.name])
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return without_marks(lines[-1]) if done.returncode and lines else ""


def without_marks(line: str) -> str:
    """Without what Slurm puts before a message."""
    return (
        line.removeprefix("sbatch: ").removeprefix("error: ").removeprefix("allocation failure: ")
    )


def unreachable(told: str) -> UserError:
    return UserError(
        f"Slurm cannot be reached: {told}", "--on slurm", "try `sinfo`; its controller must answer"
    )


def require_reachable() -> None:
    """Raises UserError where no controller answers."""
    answer_of("scontrol", "ping")


def partitions() -> dict[str, bool]:
    """Whether each takes jobs."""
    lines = answer_of("sinfo", "--noheader", "--format=%R|%a").split()
    return {name: state == "up" for name, _, state in (line.partition("|") for line in lines)}


def require_partition(name: str) -> None:
    """Raises UserError where there is no such, or it takes no jobs. Empty is Slurm's default."""
    known = partitions()
    where = f"--on-set partition={name}"
    for part in filter(None, name.split(",")):
        if part not in known:
            raise UserError(f"Slurm has no partition '{part}'", where, did_you_mean(part, known))
        if not known[part]:
            others = ", ".join(sorted(one for one, is_up in known.items() if is_up))
            raise UserError(
                f"Slurm's partition '{part}' runs no jobs now", where, f"take another: {others}"
            )


def states_of(order: str) -> Mapping[str, str]:
    """The jobs of an order that have not ended, by id, such as `12_0`: running, or why not yet."""
    form = "--format=%i|%T|%r"
    text = answer_of("squeue", "--noheader", "--array", f"--name={job_name(order)}", form)
    found = {}
    for line in text.splitlines():
        job, state, reason = line.strip().split("|", 2)
        waits = f"{state.lower()} ({reason})"
        found[job] = waits if state == "PENDING" else state.lower()
    return found


def cancel(order: str, *which: str) -> None:
    """The jobs get SIGTERM, and are killed where they do not end by Slurm's `KillWait`. which: more
    options of `scancel`.
    """
    answer_of("scancel", f"--name={job_name(order)}", *which)
