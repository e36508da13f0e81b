"""Slurm's own commands. Nothing here needs PyTorch, or Slurm's accounting."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping

from ganbench.core.errors import UserError, did_you_mean

JOB_NAME = "ganbench-{}"
ANSWER_SEC = 60.0
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
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=ANSWER_SEC, check=False
        )
    except subprocess.TimeoutExpired:
        raise unreachable(f"{command[0]} gave no answer in {ANSWER_SEC:.0f} s") from None
    if done.returncode:
        raise unreachable(" ".join(done.stderr.split())[:FIRST])
    return done.stdout


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
