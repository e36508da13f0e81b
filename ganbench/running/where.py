"""Where the cells of a request run: on this machine, or on others by an engine."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ganbench.core.device_choice import AUTO, resolve_devices
from ganbench.core.devices import CPU, GPU, resolve_precision
from ganbench.core.errors import UserError
from ganbench.core.spec import Precision
from ganbench.running.request import LOCAL, Request

NEXT_OPTION = re.compile(r",(?=\w+=)")
GPU_OPTIONS = ("gpus_per_node", "gpus_per_task", "num_gpus")  # each a number
WORDS: Mapping[str, Any] = {"true": True, "false": False}


def engine_options(request: Request) -> dict[str, Any]:
    """Of `--on-set KEY=VALUE,KEY=VALUE`: numbers and true or false as such, all else as text.

    Raises UserError for what is none, and for options where there is no engine.
    """
    options: dict[str, Any] = {}
    for text in request.on_sets:
        for one in NEXT_OPTION.split(text):
            name, equals, value = one.partition("=")
            if not (name.isidentifier() and equals and value):
                raise UserError(
                    f"'{one}' is not KEY=VALUE", f"--on-set {text}", "such as timeout_min=240"
                )
            options[name] = typed(value)
    if options and request.on == LOCAL:
        raise UserError(
            "an option of an engine, and no engine",
            f"--on-set {request.on_sets[0]}",
            "give --on slurm too",
        )
    return options


def typed(value: str) -> Any:
    for kind in (int, float):
        with suppress(ValueError):
            return kind(value)
    return WORDS.get(value, value)


def device_kind(request: Request) -> str:
    """As PyTorch calls it. This machine needs to have one only where cells run here.

    Raises UserError for a device that is not there, and on an engine for one by its number.
    """
    if request.on == LOCAL:
        return resolve_devices(request.device).kind
    if ":" in request.device:
        raise UserError(
            "an engine chooses which GPU a cell has", f"--device {request.device}", f"give {GPU}"
        )
    if request.device == AUTO:
        return GPU if gpus_of_a_job(request) else CPU
    return request.device


def gpus_of_a_job(request: Request) -> int:
    """How many are asked for by the engine's options; one where a device alone asks for it."""
    options = engine_options(request)
    numbers = [math.ceil(options[name]) for name in GPU_OPTIONS if name in options]
    if not numbers and "gpu" in str(options.get("gres", "")):
        numbers = [int(number) for number in re.findall(r":(\d+)$", str(options["gres"]))] or [1]
    return max(numbers, default=int(request.device == GPU))


def precision_asked(request: Request, device: str) -> Precision:
    """Raises UserError for one that this machine lacks, where cells run here."""
    if request.on == LOCAL:
        return resolve_precision(request.precision, device)
    return "bf16" if request.precision == "bf16" else "fp32"
