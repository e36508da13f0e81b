"""Memory that is full: smaller batches, or a clear word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor

from ganbench.core.devices import free_unused_memory
from ganbench.core.errors import UserError

AVAILABLE = "MemAvailable:"  # in Linux's table: what programs may have without swapping
TABLE, GROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")

R = TypeVar("R")

# In the messages of plain RuntimeErrors, by PyTorch's CPU allocator, oneDNN and cuBLAS.
MEMORY_WORDS = ("can't allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED")


def free_bytes(table: Path = TABLE, group: Path = GROUP) -> int | None:
    """Memory that this machine, or the container that it runs in, still has; None where the system
    does not tell.
    """
    try:
        lines = table.read_text(encoding="utf-8").splitlines()
        free = next(1024 * int(line.split()[1]) for line in lines if line.startswith(AVAILABLE))
    except (OSError, ValueError, StopIteration):
        return None
    try:
        limit, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
    except (OSError, ValueError):  # no container, or one without a limit, which is "max"
        return free
    return max(0, min(free, limit - used))


def is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in MEMORY_WORDS)


def in_pieces(function: Callable[[Tensor], R], batch: Tensor) -> Iterator[R]:
    """`function` of the batch; of its halves, and so on, where memory does not suffice.

    Raises the error of a single sample that does not fit.
    """
    try:
        result = function(batch)
    except (MemoryError, RuntimeError) as error:
        if len(batch) < 2 or not is_out_of_memory(error):
            raise
    else:
        yield result
        return
    free_unused_memory()
    for half in batch.chunk(2):
        yield from in_pieces(function, half)


@contextmanager
def memory_errors(doing: str, fix: str) -> Iterator[None]:
    """Raises UserError where memory is full.

    doing: what ran out of memory. fix: what helps.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise UserError(f"out of memory while {doing}", fix=fix) from error
