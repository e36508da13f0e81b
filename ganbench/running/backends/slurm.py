"""Slurm, through submitit: job arrays that start few jobs for many cells."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbench.core.errors import UserError, unknown
from ganbench.results.engine_state import Order, order_folder
from ganbench.results.folder import LOGS
from ganbench.running.backends import slurm_commands
from ganbench.running.backends.slurm_job import SlurmJob

if TYPE_CHECKING:
    from submitit import AutoExecutor

NAME = "slurm"
# Of a job's options: those that submitit has for every engine, and those that are not the user's.
SHARED = ("timeout_min", "mem_gb", "cpus_per_task", "gpus_per_node")
OURS = frozenset(
    {
        *("time", "mem", "nodes", "ntasks_per_node", "job_name", "num_gpus", "use_srun"),
        *("stderr_to_stdout", "additional_parameters", "array_parallelism", "dependency"),
    }
)
LISTS = ("setup", "teardown", "srun_args")  # of one text here
DEFAULTS: Mapping[str, Any] = {"timeout_min": 60, "signal_delay_s": 60}
EARLY_SEC = 60  # that Slurm may send the signal before it is due
LEAST_WORK_SEC = 60  # of a job
MAX_TIMEOUTS = 1_000  # each of which ends with a checkpoint


@dataclass(frozen=True)
class Slurm:
    """As `Engine`. options: of submitit's executor for Slurm, over DEFAULTS."""

    options: Mapping[str, Any] = field(default_factory=dict)
    name: str = NAME

    def check(self) -> None:
        """Raises UserError where it cannot be reached, or lacks what is asked of it."""
        require_installed()
        require_time({**DEFAULTS, **self.options})
        slurm_commands.require_reachable()
        slurm_commands.require_partition(self.options.get("partition", ""))
        executor: Any = executor_in(Path(LOGS), self.options)._executor
        script = executor._make_submission_file_text("true", "")  # there is no public way to it
        if told := slurm_commands.why_refused(script):
            raise refused(told, self.options)

    def submit(self, output: Path, order: Order, number: int) -> str:
        """As `Engine.submit`."""
        logs = f"{LOGS}/{NAME}"
        executor = executor_in(output / logs, self.options)
        executor.update_parameters(slurm_job_name=slurm_commands.job_name(order.name))
        job = SlurmJob(order_folder(output, order.name), logs)
        try:
            with redirect_stderr(io.StringIO()), executor.batch():
                jobs = [executor.submit(job) for _ in range(number)]
        except Exception as error:  # submitit has no class for what sbatch says
            lines = [line for line in str(error).splitlines() if line.startswith("sbatch: ")]
            told = slurm_commands.without_marks(lines[-1] if lines else str(error))
            raise refused(told, self.options) from error
        return str(jobs[0].job_id).partition("_")[0]

    def states(self, order: str) -> Mapping[str, str]:
        """As `Engine.states`."""
        return slurm_commands.states_of(order)

    def cancel(self, order: str) -> None:
        """As `Engine.cancel`."""
        slurm_commands.cancel(order)

    def withdraw(self, order: str) -> None:
        """As `Engine.withdraw`."""
        slurm_commands.cancel(order, "--state=PENDING")


def require_installed() -> None:
    """Raises UserError without submitit."""
    try:
        import submitit  # noqa: F401
    except ImportError:
        raise UserError(
            "submitit is not installed", "--on slurm", "pip install 'ganbench[slurm]'"
        ) from None


def executor_in(folder: Path, options: Mapping[str, Any]) -> AutoExecutor:
    """Raises UserError for an option that submitit does not know."""
    import submitit

    known = {*SHARED, *submitit.SlurmExecutor._valid_parameters() - OURS}
    for name in options:
        if name not in known:
            raise unknown("option of Slurm's jobs", name, known, f"--on-set {name}=…")
    executor = submitit.AutoExecutor(folder, NAME, slurm_max_num_timeout=MAX_TIMEOUTS)
    try:
        executor.update_parameters(**as_submitit({**DEFAULTS, **options}))
    except (TypeError, ValueError) as error:
        given = ",".join(f"{name}={value}" for name, value in options.items())
        raise UserError(f"submitit does not take that: {error}", f"--on-set {given}") from error
    return executor


def require_time(options: Mapping[str, Any]) -> None:
    """Raises UserError where a job is told to stop before it has worked."""
    limit_min, delay_sec = options["timeout_min"], options["signal_delay_s"]
    least_min = math.ceil((delay_sec + EARLY_SEC + LEAST_WORK_SEC) / 60)
    if limit_min < least_min:
        raise UserError(
            f"a job of {limit_min} min is told to stop, {delay_sec} s before its end and up to "
            f"{EARLY_SEC} s earlier, when it has hardly begun",
            f"--on-set timeout_min={limit_min}",
            f"give timeout_min={least_min} or more, such as 60",
        )


def as_submitit(options: Mapping[str, Any]) -> dict[str, Any]:
    """With the names that submitit's executor for several engines has for them."""
    return {
        name if name in SHARED else f"slurm_{name}": [value] if name in LISTS else value
        for name, value in options.items()
    }


def refused(told: str, options: Mapping[str, Any]) -> UserError:
    """told: by sbatch."""
    given = ",".join(f"{name}={value}" for name, value in options.items())
    return UserError(
        f"Slurm does not take the jobs: {told}",
        f"--on slurm --on-set {given}" if given else "--on slurm",
        "see `sinfo` and `scontrol show partition` for what there is",
    )
