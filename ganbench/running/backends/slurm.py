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
from ganbench.running.needs import MEMORY_OVER_SEEN

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
MEMORY = ("mem_gb", "mem_per_cpu", "mem_per_gpu")  # ways to ask for it
TIME_OVER_SEEN = 2.0  # for nodes that are slower
BEGIN_SEC, JOB_BYTES = 300, 2**30  # of a job without its cells


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
        if told := slurm_commands.why_refused(script_of(self.options)):
            raise refused(told, self.options)

    def sized(self, order: Order) -> dict[str, Any]:
        """Options that the user has not given, by what a job will need; none that Slurm refuses."""
        added = {
            name: value
            for name, value in sizes(order, {**DEFAULTS, **self.options}).items()
            if name not in self.options
        }
        larger = {**self.options, **added}
        return added if added and not slurm_commands.why_refused(script_of(larger)) else {}

    def submit(self, output: Path, order: Order, number: int) -> str:
        """As `Engine.submit`."""
        logs, added = f"{LOGS}/{NAME}", self.sized(order)
        executor = executor_in(output / logs, {**self.options, **added})
        executor.update_parameters(slurm_job_name=slurm_commands.job_name(order.name))
        job = SlurmJob(order_folder(output, order.name), logs)
        try:
            with redirect_stderr(io.StringIO()), executor.batch():
                jobs = [executor.submit(job) for _ in range(number)]
        except Exception as error:  # submitit has no class for what sbatch says
            lines = [line for line in str(error).splitlines() if line.startswith("sbatch: ")]
            told = slurm_commands.without_marks(lines[-1] if lines else str(error))
            raise refused(told, self.options) from error
        name = str(jobs[0].job_id).partition("_")[0]
        return name + "".join(f", {option}={value}" for option, value in added.items())

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


def script_of(options: Mapping[str, Any]) -> str:
    """Of a job that does nothing."""
    executor: Any = executor_in(Path(LOGS), options)._executor
    script: str = executor._make_submission_file_text("true", "")  # there is no public way to it
    return script


def sizes(order: Order, options: Mapping[str, Any]) -> dict[str, int]:
    """Limits for a job of the order, with room to spare, as far as its needs are known. options:
    those that it has anyway, whose time limit is made shorter alone.
    """
    found = {}
    if order.job_sec:
        sec = BEGIN_SEC + TIME_OVER_SEEN * order.job_sec + options["signal_delay_s"] + EARLY_SEC
        limit_min = math.ceil(sec / 60)
        if limit_min < options["timeout_min"]:
            found["timeout_min"] = limit_min
    if order.job_bytes and not any(name in options for name in MEMORY):
        found["mem_gb"] = math.ceil((JOB_BYTES + MEMORY_OVER_SEEN * order.job_bytes) / 2**30)
    return found


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
