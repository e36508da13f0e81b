"""Penalties on how steep a discriminator is."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ganbench.networks.blocks import DiscriminatorOutput


def centred_penalty(
    judge: Callable[[Tensor], DiscriminatorOutput], real: Tensor, fake: Tensor, centre: float
) -> Tensor:
    """Mean squared distance of the critic's gradient norms from `centre`, between real samples and
    fakes (Karras et al., 2018; a centre of 1 is that of Gulrajani et al., 2017, one of 0 only asks
    for flatness); a scalar.

    judge: the critic; the gradient is that of the sum of its logits, where it has one a patch, so
    that a centre means what it means in the code of UVCGAN's authors. real, fake: samples (n, ...).
    Each pair gets its own random point between.

    `torch.func` takes the gradient, so that many seeds can be stacked.
    """
    share = torch.rand(len(real), *[1] * (real.ndim - 1), device=real.device)
    between = real + share * (fake - real)
    slopes = torch.func.grad(lambda x: judge(x).logits.sum())(between)
    norms: Tensor = slopes.flatten(1).norm(dim=1)
    return (norms - centre).square().mean()
