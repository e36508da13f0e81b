"""Which devices are asked for by name, and which of those are there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from ganbench.core.devices import CPU, GPU, UNTRIED, use_gpu
from ganbench.core.errors import UserError

AUTO = "auto"
FORM = re.compile(rf"{AUTO}|{CPU}|{'|'.join(UNTRIED)}|{GPU}(:\d+(,\d+)*)?")
FORMS = f"{AUTO}, {CPU}, {GPU} for all GPUs, {GPU}:1 or {GPU}:0,2 for some, {', '.join(UNTRIED)}"


@dataclass(frozen=True)
class Devices:
    """kind: as PyTorch calls it, which is all that a cell's numbers depend on. gpus: the indices of
    those that are taken; none of another kind.
    """

    kind: str
    gpus: tuple[int, ...] = ()


def resolve_devices(asked: str) -> Devices:
    """Of this machine. Raises UserError as `chosen` does."""
    return chosen(asked, accelerators())


def accelerators() -> dict[str, int]:
    """How many there are of each kind; PyTorch is built for one kind, so it is one or none."""
    if not torch.accelerator.is_available():
        return {}
    accelerator = torch.accelerator.current_accelerator()
    return {accelerator.type: torch.accelerator.device_count()} if accelerator else {}


def chosen(asked: str, there: Mapping[str, int]) -> Devices:
    """What is asked for, of the accelerators that are there, by their kind. `auto` takes all GPUs,
    else the CPU.

    Raises UserError for a text that names no device, and for a device that is not there.
    """
    check_form(asked)
    kind, _, numbers = asked.partition(":")
    if kind == AUTO:
        kind = GPU if there.get(GPU) else CPU
    if kind == CPU:
        return Devices(CPU)
    if not there.get(kind):
        raise UserError(
            f"torch finds no {kind} device here",
            f"--device {asked}",
            f"use --device {CPU}, or install a driver and a build of torch for {kind}",
        )
    if kind != GPU:
        return Devices(kind)
    gpus = tuple(dict.fromkeys(map(int, numbers.split(",")))) if numbers else range(there[GPU])
    for gpu in gpus:
        if gpu >= there[GPU]:
            names = ", ".join(f"{GPU}:{i}" for i in range(there[GPU]))
            raise UserError(
                f"there is no GPU {gpu} here", f"--device {asked}", f"those that are: {names}"
            )
    return Devices(GPU, tuple(gpus))


def check_form(asked: str) -> None:
    """Raises UserError for a text that names no device."""
    if not FORM.fullmatch(asked):
        raise UserError(f"'{asked}' is no device", f"--device {asked}", f"known are {FORMS}")


def device_of_this_process(asked: str) -> str:
    """Its kind, for work in one process: of several GPUs the first is taken."""
    devices = resolve_devices(asked)
    if devices.gpus:
        use_gpu(devices.gpus[0])
    return devices.kind
