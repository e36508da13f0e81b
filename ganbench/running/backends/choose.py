"""A backend by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ganbench.core.errors import UserError, unknown
from ganbench.running.backends.backend import Backend
from ganbench.running.backends.gpus import NO_GPUS, Gpus
from ganbench.running.backends.here import Here
from ganbench.running.backends.processes import Processes


def here(workers: int, gpus: Gpus) -> Here:
    """Raises UserError for more than one cell at a time, which there is no other process for."""
    for where, is_asked in {
        f"--workers {workers}": workers > 1,
        gpus.option: gpus.measures,
    }.items():
        if is_asked:
            raise UserError(
                "cells run one at a time in this process",
                where,
                "drop it, or take --backend processes",
            )
    return Here(gpus)


def processes(workers: int, gpus: Gpus) -> Processes:
    """Raises UserError where both say how many cells run at a time."""
    if workers and gpus.measures:
        raise UserError(
            "both say how many cells run at a time",
            f"--workers {workers} {gpus.option}",
            "drop one of them",
        )
    return Processes(workers, gpus)


BACKENDS: Mapping[str, Callable[[int, Gpus], Backend]] = {"processes": processes, "here": here}


def backend_of(name: str, workers: int, gpus: Gpus = NO_GPUS) -> Backend:
    """workers: cells at a time, 0 for the backend's default. gpus: where cells run.
    Raises UserError for a name that is none, and for a number that the backend cannot have.
    """
    if name not in BACKENDS:
        raise unknown("backend", name, BACKENDS, "--backend")
    return BACKENDS[name](workers, gpus)
