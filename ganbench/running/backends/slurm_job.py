"""What submitit runs in a job of Slurm: a process with the cells, which it tells when to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STOPPED = 130


@dataclass(frozen=True)
class SlurmJob:
    """folder: the order's. logs: those of all jobs, relative to the result folder. processes: what
    it has started.
    """

    folder: Path
    logs: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __call__(self) -> None:
        """Raises RuntimeError where the process fails, which Slurm then has as the job's end."""
        import submitit

        job = submitit.JobEnvironment().job_id
        log = f"{self.logs}/{job}_0_log.err"
        module = "ganbench.running.backends.engine_job"
        with deaf_to_usr2():
            process = subprocess.Popen([sys.executable, "-m", module, self.folder, job, log])
        self.processes.append(process)
        wait_for(process.pid)
        code = process.wait()
        if code not in (0, STOPPED, -signal.SIGTERM):
            raise RuntimeError(f"the cells' process ended with exit code {code}")

    def checkpoint(self) -> Any:
        """Called by submitit before the time limit, and where the job must make room: the same job
        is then put into the queue again.
        """
        import submitit

        for process in self.processes:
            process.terminate()
            wait_for(process.pid)
        return submitit.helpers.DelayedSubmission(SlurmJob(self.folder, self.logs))


def wait_for(pid: int) -> None:
    """Until the child has ended. (`Popen.wait` holds a lock meanwhile, and submitit calls
    `checkpoint` from a signal's handler in the midst of it.)
    """
    with suppress(ChildProcessError):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


@contextmanager
def deaf_to_usr2() -> Iterator[None]:
    """Processes that are started meanwhile do not hear the signal, which Slurm sends to all."""
    before = signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR2, before)
