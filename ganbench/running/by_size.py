"""What pictures are scored by, and compared with, because of their size."""

from __future__ import annotations

from collections.abc import Sequence

from ganbench.contracts.task import Task
from ganbench.core.errors import UserError
from ganbench.core.large_pictures import LARGE_PX, too_small

# Plugins of fine detail. No task names them, so one of small pictures stays what it is.
METRICS = ("visible_full", "visible_quarter", "spectrum")
REFERENCES = ("upsampled",)


def metrics_of(task: Task) -> tuple[str, ...]:
    """The task's own, and those of large pictures where it has such."""
    return (*task.metrics, *(() if too_small(task.spec) else METRICS))


def references_of(task: Task) -> tuple[str, ...]:
    """The task's own, and those of large pictures where it has such."""
    return (*task.references, *(() if too_small(task.spec) else REFERENCES))


def require_large(tasks: Sequence[Task], asked: Sequence[str], option: str) -> None:
    """Raises UserError where a plugin of fine detail is asked for and no task has large pictures.

    asked: names of plugins. option: how the user asked.
    """
    reasons = [too_small(task.spec) for task in tasks]
    of_detail = [name for name in asked if name in (*METRICS, *REFERENCES)]
    if of_detail and all(reasons):
        raise UserError(
            f"{of_detail[0]}: {reasons[0]}",
            f"{option} {of_detail[0]}",
            f"leave it out, or give --size {LARGE_PX}",
        )
