"""Samples made batch by batch, as one tensor that need not fit into memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import Tensor

from ganbench.core.errors import Undefined

MAX_BYTES = 2**28  # of a tensor in memory
CHUNK = 256


def batched(*samples: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Tensors (n, ...) of one length, at most CHUNK rows of each at a time, to save memory.

    Raises ValueError where one ends before the others.
    """
    parts = (torch.split(each, CHUNK) for each in samples)
    return zip(*parts, strict=True)


def all_finite(samples: Tensor) -> bool:
    """Whether no number of the samples (n, ...) is NaN or infinite."""
    return all(bool(part.isfinite().all()) for (part,) in batched(samples))


def only_finite(samples: Tensor, what: str = "translations") -> Tensor:
    """The samples (n, ...) themselves.

    what: their name in the reason. Raises Undefined where one is not finite: a metric would hide
    it, for a comparison with NaN is false and 8 bits have none.
    """
    if not all_finite(samples):
        raise Undefined(f"some {what} are not finite")
    return samples


def gather(batches: Iterable[Tensor], n: int) -> Tensor:
    """Float batches (k, ...) of n samples in all as one tensor (n, ...) on the CPU.

    A large one lies in a temporary file that is mapped and already unlinked: the system keeps in
    memory what is in use, and the file goes when the tensor does. Raises ValueError for another
    number of samples, OSError for a full disk.
    """
    out, filled = torch.empty(0), 0
    for batch in batches:
        if not filled:
            out = _room(n, batch)
        if filled + len(batch) > n:
            break
        out[filled : filled + len(batch)] = batch
        filled += len(batch)
    if filled != n:
        raise ValueError(f"{filled} or more samples where {n} were to come")
    return out


def _room(n: int, like: Tensor) -> Tensor:
    """Space for n samples; the channels come last where those of `like` do."""
    shape = like.shape[1:]
    last = like.ndim == 4 and like.is_contiguous(memory_format=torch.channels_last)
    flat = _flat(n * shape.numel())
    return flat.view(n, *shape[1:], shape[0]).movedim(-1, 1) if last else flat.view(n, *shape)


def _flat(count: int) -> Tensor:
    if 4 * count <= MAX_BYTES:
        return torch.empty(count)
    with tempfile.TemporaryFile() as file:
        if hasattr(os, "posix_fallocate"):
            # A full disk is an error here; met later, through the map, it kills the process.
            os.posix_fallocate(file.fileno(), 0, 4 * count)
        return torch.from_numpy(np.memmap(file, np.float32, "w+", shape=(count,)))
