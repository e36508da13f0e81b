"""What there is to compute on: devices, their precision and names, cores, memory."""

from __future__ import annotations

import os
import platform
import resource
import sys
from functools import cache
from pathlib import Path

import torch

from ganbench.core.errors import UserError
from ganbench.core.spec import Precision


def resolve_device(asked: str) -> str:
    """cpu or cuda. Raises UserError for CUDA on a machine that has none."""
    if asked == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if asked == "cuda" and not torch.cuda.is_available():
        raise UserError(
            "CUDA was asked for, but torch finds no CUDA device here",
            "--device cuda",
            "use --device cpu, or install a driver and a CUDA build of torch",
        )
    return asked


def resolve_precision(asked: str, device: str) -> Precision:
    """fp32 unless bf16 is asked for: a score must not change with the machine's taste."""
    if asked == "bf16":
        if device == "cuda" and not torch.cuda.is_bf16_supported():
            raise UserError("this GPU has no bf16", "--precision bf16", "use --precision fp32")
        return "bf16"
    return "fp32"


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory() -> int:
    """The most memory that this process, or on a GPU its tensors, ever held."""
    if torch.cuda.is_available() and torch.cuda.max_memory_allocated():
        return torch.cuda.max_memory_allocated()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def device_name(device: str) -> str:
    """What results depend on in the last digit: the GPU, or the processor and its instructions."""
    if device == "cuda":
        return torch.cuda.get_device_name()
    capability = torch.backends.cpu.get_cpu_capability()
    return f"cpu {platform.machine()} {processor_name()} {capability}".replace("  ", " ")


@cache
def processor_name() -> str:
    """The processor's own name where the system tells it, else nothing."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")
