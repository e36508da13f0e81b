"""Memory that is full: smaller batches, or a clear word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor

from ganbench.core.devices import free_unused_memory
from ganbench.core.errors import UserError

R = TypeVar("R")

# In the messages of plain RuntimeErrors, by PyTorch's CPU allocator, oneDNN and cuBLAS.
MEMORY_WORDS = ("can't allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED")


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
