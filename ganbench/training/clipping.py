"""Gradients that are no longer than a bound (Pascanu et al., 2013)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganbench.contracts.hparams import HParams
from ganbench.core.roots import square_root


@dataclass(frozen=True)
class Clipping:
    """Shortens the gradient of an update to a norm of `longest`; 0 leaves it as it is.

    stacked: whether the gradients are of several seeds, (seeds, ...): each has its own norm.
    """

    longest: float
    stacked: bool

    def __call__(self, params: Sequence[Tensor]) -> None:
        """Of parameters that have gradients."""
        if not self.longest:
            return
        own = [param.grad for param in params if param.grad is not None]
        gradients = own if self.stacked else [gradient[None] for gradient in own]
        squares = [gradient.flatten(1).square().sum(1) for gradient in gradients]
        norm = square_root(torch.stack(squares).sum(0))
        share = (self.longest / (norm + 1e-6)).clamp(max=1)  # as in torch's own
        for gradient in gradients:
            gradient.mul_(share.view(-1, *(1,) * (gradient.ndim - 1)))


NO_CLIPPING = Clipping(0.0, stacked=False)


def clipping(hparams: HParams, *, stacked: bool) -> Clipping:
    return Clipping(hparams.clip_norm, stacked)
