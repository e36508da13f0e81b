"""What a portable run cannot be asked for."""

from __future__ import annotations

import os

import torch

from ganbench.core.devices import is_gpu
from ganbench.core.errors import UserError
from ganbench.core.portable import as_assignments, is_portable, require_processor
from ganbench.results.records import Cell
from ganbench.running.request import Request

RMSPROP = "rmsprop"
CAPABILITY = "AVX2"  # what PyTorch then says of itself


def require_portable(request: Request, device: str) -> None:
    """Raises UserError where rows of the request could not be the same on all processors, and where
    this process was not started with the settings.

    device: that the cells are trained on.
    """
    require_processor()
    obstacles = {
        f"--device {device}": (
            is_gpu(device),
            "GPUs differ in their last digits",
            "give --device cpu",
        ),
        "--precision bf16": (
            request.precision == "bf16",
            "processors round bf16 at different places",
            "drop it, or drop --portable",
        ),
        "--compile": (
            bool(request.compiled),
            "compiled kernels are as the compiler of this machine makes them",
            "drop it, or drop --portable",
        ),
        f"--threads {request.threads}": (
            request.threads != 1,
            "sums are split among threads; portable cells have one",
            "drop it: cells run side by side instead",
        ),
        f"--together {request.together}": (
            request.together > 1,
            "seeds that train as one program are rounded otherwise than alone",
            "drop it: portable cells train alone",
        ),
    }
    for where, (is_there, what, fix) in obstacles.items():
        if is_there:
            raise UserError(what, f"--portable with {where}", fix)
    if not is_portable(os.environ) or torch.backends.cpu.get_cpu_capability() != CAPABILITY:
        raise UserError(
            "this process was not started with the settings of portable rows",
            f"--portable, --backend {request.backend}",
            "take --backend processes, whose processes are, or start Python by\n"
            f"         {as_assignments()} python …",
        )


def require_portable_updates(cell: Cell) -> None:
    """Raises UserError for a portable cell whose optimiser rounds by the processor."""
    if cell.portable and cell.hparams.get("optimiser") == RMSPROP:
        raise UserError(
            "RMSprop takes PyTorch's square roots, whose last digit depends on the processor",
            f"--portable with {cell.model}.optimiser={RMSPROP}",
            "take another optimiser, or drop --portable",
        )
