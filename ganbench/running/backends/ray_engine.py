"""Ray: a cluster whose nodes need not share a disk. Files, rows and progress come through it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ganbench.core.errors import UserError, unknown
from ganbench.core.interrupts import interrupts_held
from ganbench.data.datasets.download import Say
from ganbench.results.engine_state import Order, order_folder
from ganbench.results.folder import GrowingRows, append_row, claimed, read_rows
from ganbench.results.records import Row
from ganbench.running.backends.backend import GRACE_SEC
from ganbench.running.backends.order import Content, Local, give_order
from ganbench.running.backends.part import rows_over, wait_for_others
from ganbench.running.backends.processes import row_of_lost
from ganbench.running.backends.ray_address import (
    ANSWER_SEC,
    AUTO,
    ClusterGone,
    gone,
    require_head,
    require_listening,
)
from ganbench.running.backends.ray_mailbox import Mailbox
from ganbench.running.backends.ray_task import require_node, run_task
from ganbench.running.job import Job
from ganbench.running.needs import MEMORY_OVER_SEEN, needs_of
from ganbench.running.progress import OnProgress, Progress
from ganbench.running.seed_groups import seed_groups

NAME = "ray"
# Of a task: num_cpus and num_gpus, which may be a part of one, memory_gb, of which 0 is as rows of
# such cells tell, and the times that Ray starts it again after its node or its process has died.
DEFAULTS: Mapping[str, Any] = {
    "address": AUTO,
    "num_cpus": 1,
    "num_gpus": 0,
    "memory_gb": 0,
    "max_retries": 3,
}
GB = 2**30
UNITS = {"CPU": 1, "GPU": 1, "memory": GB}  # of a node's resources, as Ray calls them
NEEDS = ("num_cpus", "num_gpus", "memory_gb")  # of them
LOOK_EVERY_SEC = 0.5
AHEAD = 2  # tasks for a place, so that none waits for the next
STOP_SEC = GRACE_SEC + 12.0  # for checkpoints to come back


@dataclass
class Tasks:
    """Those under way. claims: of their cells, which the process of the run holds for them."""

    under_way: dict[Any, Sequence[Job]] = field(default_factory=dict)
    claims: dict[Any, ExitStack] = field(default_factory=dict)

    def over(self, task: Any) -> Sequence[Job]:
        self.claims.pop(task).close()
        return self.under_way.pop(task)


@dataclass(frozen=True)
class OnRay:
    """As `Backend`. options: over DEFAULTS. workers: cells at a time, 0 for what there is room for.
    local: the device of a task.
    """

    options: Mapping[str, Any]
    workers: int
    local: Local

    def __post_init__(self) -> None:
        connect(self.asked["address"])
        require_room(self.asked)

    @property
    def asked(self) -> dict[str, Any]:
        return {**DEFAULTS, **self.options}

    def cells_at_a_time(self, jobs: Sequence[Job]) -> int:
        """As `Backend.cells_at_a_time`; as the cluster is now."""
        places = self.workers or places_of(self.asked)
        return min(places, len(seed_groups(jobs, places)))

    def run(
        self, jobs: Sequence[Job], output: Path, since: int, on_progress: OnProgress, say: Say
    ) -> Iterator[Row]:
        """As `Backend.run`. A part whose node dies is started again by Ray, from the last
        checkpoint that has come back. One that kills its processes fails.
        """
        yield from self.sized(jobs, output).work(jobs, output, since, on_progress, say)

    def sized(self, jobs: Sequence[Job], output: Path) -> OnRay:
        """With the memory that a task will need, as rows of the folder tell, where the user does
        not say it and a node has it.
        """
        needs = needs_of(jobs, read_rows(output).rows, 1, 1)
        memory = {"memory_gb": MEMORY_OVER_SEEN * needs.bytes / GB}
        has_room = places_of({**self.asked, **memory})
        return self if self.asked["memory_gb"] or not has_room else self.with_options(memory)

    def with_options(self, more: Mapping[str, Any]) -> OnRay:
        return replace(self, options={**self.options, **more})

    def work(
        self, jobs: Sequence[Job], output: Path, since: int, on_progress: OnProgress, say: Say
    ) -> Iterator[Row]:
        """As `run`, with what a task gets."""
        output = output.resolve()
        content = Content(tuple(jobs), output, self.local)
        order = give_order(NAME, self.cells_at_a_time(jobs), content, since)
        check_nodes(order)
        mailbox: Any = mailbox_here(output, order)
        say(f"ray: up to {order.jobs_at_a_time} cells at a time; logs in {output / 'logs' / NAME}")
        known, todo = GrowingRows(output, since), {job.id: job for job in jobs}
        parts = iter(seed_groups(jobs, order.jobs_at_a_time))
        with interrupts_held() as held, tasks_of(mailbox) as tasks:
            while todo:
                while len(tasks.under_way) < AHEAD * order.jobs_at_a_time:
                    part = next(parts, None)
                    if part is None:
                        break
                    yield from self.begin(part, output, order, mailbox, known, tasks, todo)
                for row in self.ended(tasks, output):
                    if todo.pop(row.cell, None):
                        yield row
                for progress in told_to(mailbox):
                    if progress.cell in todo:
                        on_progress(progress)
                held.pass_on()
                if todo and not tasks.under_way:
                    left = list(todo.values())
                    wait_for_others(left, output)
                    parts = iter(seed_groups(left, order.jobs_at_a_time))

    def begin(
        self,
        part: Sequence[Job],
        output: Path,
        order: Order,
        mailbox: Any,
        known: GrowingRows,
        tasks: Tasks,
        todo: dict[str, Job],
    ) -> Iterator[Row]:
        """Starts a task for those cells of the part that can be had; rows of those that others have
        done meanwhile.
        """
        claims = ExitStack()
        mine = [job for job in part if claims.enter_context(claimed(output, job.id))]
        rows = rows_over(mine, known.look())
        for row in rows.values():
            del todo[row.cell]
            yield row
        left = [job for job in mine if job.id not in rows]
        if not left:
            claims.close()
            return
        task = self.start(left, output, order, mailbox)
        tasks.under_way[task], tasks.claims[task] = left, claims

    def start(self, part: Sequence[Job], output: Path, order: Order, mailbox: Any) -> Any:
        import ray

        asked = self.asked
        remote = ray.remote(run_task).options(
            num_cpus=asked["num_cpus"],
            num_gpus=asked["num_gpus"],
            memory=int(GB * asked["memory_gb"]),
            max_retries=asked["max_retries"],
            name=f"{part[0].cell.task} {part[0].cell.model} seed {part[0].cell.seed}",
        )
        return remote.remote(order.identity, pickle.dumps(list(part)), mailbox, str(output))

    def ended(self, tasks: Tasks, output: Path) -> Iterator[Row]:
        """Rows of tasks that have ended, written to the folder."""
        import ray
        from ray.exceptions import RayTaskError, WorkerCrashedError

        if not tasks.under_way:
            return
        done, _ = ray.wait(list(tasks.under_way), num_returns=1, timeout=LOOK_EVERY_SEC)
        for task in done:
            try:
                rows = ray.get(task)
            except RayTaskError as error:
                raise error.cause from None
            except (WorkerCrashedError, ray.exceptions.OutOfMemoryError):
                rows = {job.id: row_of_lost(job, output) for job in tasks.under_way[task]}
            else:
                for row in rows.values():
                    append_row(output, row)
            tasks.over(task)
            yield from rows.values()


def connect(address: str) -> None:
    """Raises UserError without Ray, and where no cluster can be reached."""
    try:
        import ray
    except ImportError:
        raise UserError("ray is not installed", "--on ray", "pip install 'ganbench[ray]'") from None
    if ray.is_initialized():
        return
    require_listening(address)
    try:
        ray.init(None if address == "here" else address, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise UserError(
            f"no cluster of Ray can be reached: {' '.join(str(error).split())[:160]}",
            f"--on-set address={address}",
            "`ray start --head` makes one; address=here takes this machine alone",
        ) from error


def require_room(asked: Mapping[str, Any]) -> None:
    """Raises UserError for an option that there is none of, and for what no node has."""
    for name in asked:
        if name not in DEFAULTS:
            raise unknown("option of Ray's tasks", name, DEFAULTS, f"--on-set {name}=…")
    if not places_of(asked):
        nodes = [resources_of(node) for node in alive()]
        most = {name: max((node[name] for node in nodes), default=0.0) for name in UNITS}
        given = ",".join(f"{name}={asked[name]}" for name in NEEDS if asked[name])
        raise UserError(
            "no node of the cluster has what a task is to get",
            f"--on-set {given}",
            f"the largest has {most['CPU']:g} CPUs, {most['GPU']:g} GPUs and "
            f"{most['memory'] / GB:.1f} GiB; see `ray status`",
        )


def alive() -> list[dict[str, Any]]:
    import ray

    return [node for node in ray.nodes() if node["Alive"]]


def resources_of(node: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(node["Resources"].get(name, 0.0)) for name in UNITS}


def places_of(asked: Mapping[str, Any]) -> int:
    """How many tasks the cluster has room for."""
    needs = {
        unit: float(asked[name]) * size
        for (unit, size), name in zip(UNITS.items(), NEEDS, strict=True)
    }
    return sum(
        min((int(has[name] / need + 1e-9) for name, need in needs.items() if need), default=1)
        for has in map(resources_of, alive())
    )


def mailbox_here(output: Path, order: Order) -> Any:
    """The mailbox, on this machine."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    actor = ray.remote(Mailbox).options(num_cpus=0, scheduling_strategy=here)
    return actor.remote(output, order_folder(output, order.name))


@contextmanager
def tasks_of(mailbox: Any) -> Iterator[Tasks]:
    """Those that write to the mailbox. Where something is raised they are stopped. Raises
    ClusterGone for what Ray raises once the mailbox or the head has died.
    """
    import ray
    from ray.exceptions import RayActorError

    tasks = Tasks()
    try:
        yield tasks
    except (ClusterGone, RayActorError) as error:
        for task in list(tasks.under_way):
            tasks.over(task)
        raise error if isinstance(error, ClusterGone) else gone(head_address()) from error
    except BaseException:
        stop(mailbox, tasks)
        ray.kill(mailbox)
        raise
    ray.kill(mailbox)


def told_to(mailbox: Any) -> list[Progress]:
    """What is new in the mailbox. Raises ClusterGone where no answer comes for that reason."""
    import ray

    asked = mailbox.take.remote()
    while True:
        try:
            told: list[Progress] = ray.get(asked, timeout=ANSWER_SEC)
        except ray.exceptions.GetTimeoutError:
            require_head(head_address())
        else:
            return told


def head_address() -> str:
    import ray

    return str(ray.get_runtime_context().gcs_address)


def check_nodes(order: Order) -> None:
    """Raises UserError where a node has other code or another PyTorch."""
    import ray
    from ray.exceptions import RayTaskError
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    asking = ray.remote(require_node)
    there = [NodeAffinitySchedulingStrategy(node["NodeID"], soft=False) for node in alive()]
    try:
        ray.get(
            [
                asking.options(num_cpus=0, scheduling_strategy=one).remote(order.identity)
                for one in there
            ]
        )
    except RayTaskError as error:
        raise error.cause from None


def stop(mailbox: Any, tasks: Tasks) -> None:
    """Cells write checkpoints, which come back. What does not end in time goes with the mailbox.
    (`ray.cancel` by force, of a task that is about to end, takes this process down with it.)
    """
    import ray

    ray.get(mailbox.stop.remote())
    left = list(tasks.under_way)
    if left:
        ray.wait(left, num_returns=len(left), timeout=STOP_SEC)
    for task in left:
        tasks.over(task)
