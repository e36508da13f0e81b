"""How the blur of what discriminators see fades (Karras et al., 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ganbench.contracts.hparams import HParams
from ganbench.networks.blur import LEFT


@dataclass(frozen=True)
class Fading:
    """Sets how much of the blur is left, before each step.

    left: a learner's buffers. samples: of a domain, after which none is left.
    """

    left: list[Tensor]
    samples: float
    batch_size: int

    def update(self, at: Tensor) -> None:
        """For the step of number `at`, a tensor on the buffers' device."""
        if not self.left:
            return
        share = (1 - at.float() * (self.batch_size / self.samples)).clamp(min=0)
        with torch.no_grad():
            for buffer in self.left:
                buffer.copy_(share)


NO_FADING = Fading([], 1.0, 0)


def fading(tensors: Mapping[str, Tensor], hparams: HParams) -> Fading:
    """For a learner's tensors by name."""
    left = [value for name, value in tensors.items() if name.endswith(f".{LEFT}")]
    return Fading(left, 1_000 * hparams.blur_kimg, hparams.batch_size)
