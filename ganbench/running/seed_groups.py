"""How many cells that differ in their seed alone train as one program, and which."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ganbench.core.devices import is_gpu
from ganbench.results.records import Cell
from ganbench.running.job import Job
from ganbench.running.memory_options import saves_memory
from ganbench.running.request import Request
from ganbench.running.seed_ids import setting_ids

MAX_TOGETHER = 64


def most_together(cell: Cell, request: Request, unsupported: str | None) -> int:
    """How many seeds of the cell train together at most, as is asked for or fastest."""
    is_alone = cell.is_reference or unsupported or saves_memory(request, cell)
    return 1 if is_alone else (request.together or default_together(cell))


def default_together(cell: Cell) -> int:
    """How many seeds are trained as one program by default: small networks wait for calls
    rather than for arithmetic on a GPU, and in bf16 on a CPU; elsewhere seeds side by side on the
    cores are as fast (docs/speed.md).
    """
    is_small = not cell.preset.size  # points
    waits = is_gpu(cell.device) or cell.precision == "bf16"
    return MAX_TOGETHER if is_small and waits else 1


def seed_groups(jobs: Sequence[Job], workers: int) -> list[tuple[Job, ...]]:
    """The jobs in groups that train together: they differ in their seed alone, and are as many as
    their jobs allow and as leave no worker without any.
    """
    alike: dict[str, list[Job]] = {}
    for job, setting in zip(jobs, setting_ids(jobs), strict=True):
        alike.setdefault(setting, []).append(job)
    groups = []
    for group in alike.values():
        together = min(max(1, group[0].together), math.ceil(len(group) / workers))
        groups += [tuple(group[i : i + together]) for i in range(0, len(group), together)]
    return groups
