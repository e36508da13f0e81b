"""A cell's row before there is a number in it, and where its numbers come from."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Any

from msgspec import structs

from ganbench.core.devices import device_name
from ganbench.core.portable import identity
from ganbench.core.source_hash import PACKAGE_DIR
from ganbench.results.records import Row, Status
from ganbench.running.job import Job


def empty_row(job: Job) -> Row:
    cell = job.cell
    return Row(
        cell=job.id,
        model=cell.model,
        task=cell.task,
        data=cell.data,
        preset=cell.preset.name,
        recipe=cell.recipe,
        seed=cell.seed,
        status="done",
        split=cell.split,
        hparams=dict(cell.hparams),
        options=dict(cell.options),
        budget={**vars(cell.preset)},
    )


def failed_row(job: Job, status: Status, reason: str) -> Row:
    """The row of a cell whose worker is gone."""
    started = datetime.now(UTC).isoformat(timespec="seconds")
    row = structs.replace(empty_row(job), provenance=provenance(job, started))
    return structs.replace(row, status=status, reason=reason)


def provenance(job: Job, started: str) -> dict[str, Any]:
    cell = job.cell
    return {
        "version": version("ganbench"),
        "git": git_revision(),
        "plugin_hash": cell.code_hash,
        "evaluation_hash": job.evaluation_hash,
        "data_hash": cell.data_hash,
        "torch": cell.torch,
        "device": device_name(cell.device),
        "precision": cell.precision,
        "threads": cell.threads,
        **({"compiled": 1} if cell.compiled else {}),
        **({"compile_auto": job.compile_auto} if job.compile_auto else {}),
        **({"checkpointed_activations": 1} if is_checkpointed(job) else {}),
        **(told_of_portable() if cell.portable else {}),
        "python": platform.python_version(),
        "started": started,
    }


def is_checkpointed(job: Job) -> bool:
    return job.checkpoint_activations and not job.cell.is_reference


def told_of_portable() -> dict[str, Any]:
    """The settings that were asked for, and the libraries that PyTorch's version does not tell."""
    libraries = {name: version(name) for name in ("numpy", "scipy", "pillow", "vtk")}
    return {"portable": identity(), "libc": " ".join(platform.libc_ver()), **libraries}


@cache
def git_revision() -> str:
    """The commit of the checkout that the code runs from, "+" if changed; empty if it is none."""
    if not (PACKAGE_DIR.parent / ".git").exists():
        return ""
    command = ["git", "-C", str(PACKAGE_DIR.parent), "describe", "--always", "--dirty=+"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
