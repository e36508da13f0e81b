"""Times of steps that were measured on this machine, kept in the cache folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import torch
from filelock import FileLock, Timeout

from ganbench.core.device_choice import resolve_devices
from ganbench.core.devices import cores, device_name
from ganbench.core.errors import UserError
from ganbench.core.files import write_atomically
from ganbench.core.spec import JSON, content_hash
from ganbench.data.datasets.download import Say
from ganbench.running.build import build_task
from ganbench.running.job import Job
from ganbench.running.step_times import LEAST_WARM_UP_SEC, StepTimes, may_pay

FOLDER = "step_times"
OF_NO_STEP = ("seed", "split", "data", "data_hash", "recipe", "compiled")  # of a cell
OF_NO_STEP_OF_A_PRESET = ("name", "budget_steps", "lr_factor")
RATES = ("lr", "lr_d")  # a sweep of them is measured once


class Kept(msgspec.Struct, frozen=True):
    """A file of the folder. key: all that the times depend on."""

    key: JSON
    times: StepTimes


def machine_of(device: str) -> JSON:
    """Raises UserError for a device that is not here."""
    resolve_devices(device)
    return {"device": device_name(device), "cores": cores(), "torch": str(torch.__version__)}


def key_of(job: Job, together: int) -> JSON:
    """All that the times depend on; of the data their shapes. together: seeds that train as one
    program. Raises UserError as `machine_of` does.
    """
    told, spec = asdict(job.cell), build_task(job.cell, job.context).spec
    told["preset"] = without(told["preset"], OF_NO_STEP_OF_A_PRESET)
    told["hparams"] = without(told["hparams"], RATES)
    key = {
        **without(told, OF_NO_STEP),
        "kinds": [kind.name for kind in spec.kinds.values()],
        "shapes": [[*map(int, shape)] for shape in (spec.A, spec.B)],
        "together": together,
        "machine": machine_of(job.cell.device),
    }
    as_read_back: JSON = json.loads(json.dumps(key))
    return as_read_back


def without(values: Mapping[str, Any], names: tuple[str, ...]) -> JSON:
    return {name: value for name, value in values.items() if name not in names}


def kept(job: Job, together: int) -> StepTimes | None:
    """None where there are none. Raises UserError as `machine_of` does."""
    key = key_of(job, together)
    found = read(file_of(job, key))
    return found.times if found and found.key == key else None


def kept_enough(job: Job, together: int) -> StepTimes | None:
    """The same, and None too where compiling was not tried and may pay for the job's budget."""
    times, steps = kept(job, together), job.cell.preset.budget_steps
    if times and not times.compiling and may_pay(times.plain_sec, steps, least_warm_up_sec(job)):
        return None
    return times


def keep(job: Job, together: int, times: StepTimes) -> None:
    """Raises UserError where the cache folder cannot be used."""
    key = key_of(job, together)
    try:
        write_atomically(file_of(job, key), msgspec.json.encode(Kept(key, times)))
    except OSError as error:
        raise unusable(folder_of(job), error) from error


def least_warm_up_sec(job: Job) -> float:
    """The shortest that was measured of any model on this machine; else LEAST_WARM_UP_SEC."""
    machine = machine_of(job.cell.device)
    known = [each.times.compiling for each in all_kept(job) if each.key.get("machine") == machine]
    return min((one.warm_up_sec for one in known if one), default=LEAST_WARM_UP_SEC)


def all_kept(job: Job) -> Iterator[Kept]:
    for path in sorted(folder_of(job).glob("*.json")):
        if found := read(path):
            yield found


def read(path: Path) -> Kept | None:
    """None where it is missing or damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Kept)
    except (OSError, msgspec.DecodeError):
        return None


def folder_of(job: Job) -> Path:
    return job.context.cache_dir / FOLDER


def file_of(job: Job, key: JSON) -> Path:
    return folder_of(job) / f"{content_hash(key)[:16]}.json"


@contextmanager
def measuring_alone(job: Job, say: Say) -> Iterator[None]:
    """No other command measures while the context lasts, and it is said where one does. Raises
    UserError as `keep` does.
    """
    folder = folder_of(job)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say("waiting for another command, which sees whether compiled steps pay")
            lock.acquire()
    except OSError as error:
        raise unusable(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def unusable(folder: Path, error: OSError) -> UserError:
    return UserError(
        f"the cache cannot be used: {error.strerror or error}",
        str(folder),
        "give a writable folder with room, --cache-dir DIR",
    )
