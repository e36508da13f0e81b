"""A backend by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ganbench.core.errors import UserError, unknown
from ganbench.running.backends.backend import Backend
from ganbench.running.backends.here import Here
from ganbench.running.backends.processes import Processes


def here(workers: int) -> Here:
    """Raises UserError for more than one worker, which there is no other process for."""
    if workers > 1:
        raise UserError(
            "cells run one at a time in this process",
            f"--workers {workers}",
            "drop it, or take --backend processes",
        )
    return Here()


BACKENDS: Mapping[str, Callable[[int], Backend]] = {"processes": Processes, "here": here}


def backend_of(name: str, workers: int) -> Backend:
    """workers: cells at a time, 0 for the backend's default. Raises UserError for a name
    that is none, and for a number that the backend cannot have.
    """
    if name not in BACKENDS:
        raise unknown("backend", name, BACKENDS, "--backend")
    return BACKENDS[name](workers)
