"""Slurm, through submitit: job arrays that start few jobs for many cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbench.core.errors import UserError, unknown
from ganbench.results.engine_state import LOGS, Order, order_folder
from ganbench.running.backends import slurm_commands
from ganbench.running.backends.slurm_job import SlurmJob

if TYPE_CHECKING:
    from submitit import SlurmExecutor

NAME = "slurm"
DEFAULTS: Mapping[str, Any] = {"timeout_min": 60}
OWN = {"job_name", "name", "array_parallelism", "stderr_to_stdout", "use_srun", "srun_args"}
MAX_TIMEOUTS = 1_000  # each of which ends with a checkpoint


@dataclass(frozen=True)
class Slurm:
    """As `Engine`. options: of submitit's executor for Slurm, over DEFAULTS."""

    options: Mapping[str, Any] = field(default_factory=dict)
    name: str = NAME

    def check(self) -> None:
        """As `Engine.check`."""
        slurm_commands.require_partition(self.options.get("partition", ""))

    def submit(self, output: Path, order: Order, number: int) -> str:
        """As `Engine.submit`."""
        logs = f"{LOGS}/{NAME}"
        executor = executor_in(output / logs, self.options)
        executor.update_parameters(job_name=slurm_commands.job_name(order.name))
        job = SlurmJob(order_folder(output, order.name), logs)
        try:
            with executor.batch():
                jobs = [executor.submit(job) for _ in range(number)]
        except Exception as error:  # submitit has no class for what sbatch says
            raise refused(error, self.options) from error
        return str(jobs[0].job_id).partition("_")[0]

    def states(self, order: str) -> Mapping[str, str]:
        """As `Engine.states`."""
        return slurm_commands.states_of(order)

    def cancel(self, order: str) -> None:
        """As `Engine.cancel`."""
        slurm_commands.cancel(order)


def executor_in(folder: Path, options: Mapping[str, Any]) -> SlurmExecutor:
    """Raises UserError without submitit, and for an option that it does not know."""
    try:
        import submitit
    except ImportError:
        raise UserError(
            "submitit is not installed", "--on slurm", "pip install 'ganbench[slurm]'"
        ) from None
    slurm_commands.answer_of("sinfo", "--version")
    executor = submitit.SlurmExecutor(folder, max_num_timeout=MAX_TIMEOUTS)
    shared = {own: slurm for own, slurm in executor._equivalence_dict().items() if own != slurm}
    known = {*executor._valid_parameters() - {*shared.values()}, *shared} - OWN
    for name in options:
        if name not in known:
            raise unknown("option of Slurm's jobs", name, known, f"--on-set {name}=…")
    try:
        executor.update_parameters(**{**DEFAULTS, **options})
    except (TypeError, ValueError) as error:
        given = ",".join(f"{name}={value}" for name, value in options.items())
        raise UserError(f"submitit does not take that: {error}", f"--on-set {given}") from error
    return executor


def refused(error: Exception, options: Mapping[str, Any]) -> UserError:
    """What sbatch says, of which submitit's message has all."""
    lines = [line for line in str(error).splitlines() if line.startswith("sbatch: ")]
    told = lines[-1].removeprefix("sbatch: ").removeprefix("error: ") if lines else str(error)
    given = ",".join(f"{name}={value}" for name, value in options.items())
    return UserError(
        f"Slurm does not take the jobs: {told}",
        f"--on slurm --on-set {given}" if given else "--on slurm",
        "see `sinfo` and `scontrol show partition` for what there is",
    )
