"""A backend by what is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ganbench.core.device_choice import resolve_devices
from ganbench.core.devices import GPU
from ganbench.core.errors import UserError, unknown
from ganbench.running.backends.backend import Backend
from ganbench.running.backends.engine import OnEngine
from ganbench.running.backends.gpus import NO_GPUS, Gpus, gpus_asked
from ganbench.running.backends.here import Here
from ganbench.running.backends.order import Local
from ganbench.running.backends.processes import Processes
from ganbench.running.backends.ray_engine import OnRay
from ganbench.running.backends.slurm import Slurm
from ganbench.running.request import LOCAL, Request
from ganbench.running.where import device_kind, engine_options, gpus_of_a_job


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


DEFAULT = "processes"
BACKENDS: Mapping[str, Callable[[int, Gpus], Backend]] = {DEFAULT: processes, "here": here}


def slurm(request: Request) -> OnEngine:
    """Raises UserError for options that a job cannot have."""
    options, threads = engine_options(request), request.threads
    gpus = gpus_of_a_job(request) if device_kind(request) == GPU else 0
    cores = {"cpus_per_task": threads, **({"gpus_per_node": gpus} if gpus else {})}
    if (gpus and "gres" in options) or "gpus_per_task" in options:
        del cores["gpus_per_node"]
    asked = {**cores, **options}
    cells = 0 if gpus else max(1, int(asked["cpus_per_task"]) // threads)
    of_a_job = cells or gpus * max(1, request.per_device)
    local = Local(device_kind(request), cells, request.per_device)
    engine = Slurm(asked)
    engine.check()
    return OnEngine(engine, request.workers, of_a_job, local)


def on_ray(request: Request) -> OnRay:
    """Raises UserError as `OnRay` does, and for settings that a node's process would lack."""
    if request.portable:
        raise UserError(
            "tasks of Ray have not the settings of --portable",
            "--on ray --portable",
            "drop one of them, or give --on slurm, whose jobs have the command's environment",
        )
    options, device = engine_options(request), device_kind(request)
    gpus = {"num_gpus": options.get("num_gpus", 1)} if device == GPU else {}
    asked = {"num_cpus": request.threads, **options, **gpus}
    return OnRay(asked, request.workers, Local(device, 1, 1))


ENGINES: Mapping[str, Callable[[Request], Backend]] = {"slurm": slurm, "ray": on_ray}


def backend_for(request: Request, gpus: Gpus) -> Backend:
    """gpus: those of this machine that cells run on. Raises UserError for a name that is none, and
    for what the backend cannot have.
    """
    if request.on == LOCAL:
        engine_options(request)  # of which there are none
        return backend_of(request.backend, request.workers, gpus)
    if request.on not in ENGINES:
        raise unknown("place", request.on, (LOCAL, *ENGINES), "--on")
    if request.backend != DEFAULT:
        raise UserError(
            f"cells run in this process, or on {request.on}",
            f"--backend {request.backend} --on {request.on}",
            "drop one of them",
        )
    return ENGINES[request.on](request)


def gpus_here(request: Request) -> Gpus:
    """Those of this machine that cells run on. Raises UserError for a device that is not there."""
    if request.on != LOCAL:
        return NO_GPUS
    return gpus_asked(resolve_devices(request.device), request.per_device)


def backend_of(name: str, workers: int, gpus: Gpus = NO_GPUS) -> Backend:
    """workers: cells at a time, 0 for the backend's default. gpus: where cells run.
    Raises UserError for a name that is none, and for a number that the backend cannot have.
    """
    if name not in BACKENDS:
        raise unknown("backend", name, BACKENDS, "--backend")
    return BACKENDS[name](workers, gpus)
