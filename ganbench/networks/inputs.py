"""Samples as networks take them."""

from __future__ import annotations

import torch
from torch import Tensor


def as_input(samples: Tensor, device: str) -> Tensor:
    """Moved to the device; uint8 images become floats in [0, 1], channels last; words, which are
    stored as bools, become ones and zeros.
    """
    moved = samples.to(device)
    if moved.dtype == torch.bool:
        return moved.float()
    if moved.dtype != torch.uint8:
        return moved
    return moved.to(memory_format=torch.channels_last).float().div_(255)
