"""Penalties on how steep a critic is between real samples and fakes."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.networks.spectral import with_vectors_kept

Critic = Callable[[Tensor], DiscriminatorOutput]


def gradient_penalty(critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
    """Mean squared distance of the critic's gradient norms from 1 (Gulrajani et al., 2017); a
    scalar. The gradient is that of a sample's score.

    real, fake: samples (n, ...). Each pair gets its own random point between.
    """
    judged = with_vectors_kept(critic)
    norms = norms_between(lambda x: judged(x).scores, real, fake)
    return (norms - 1).square().mean()


def centred_penalty(critic: Critic, real: Tensor, fake: Tensor, centre: float) -> Tensor:
    """Mean squared distance of the critic's gradient norms from `centre` (Karras et al., 2018; a
    centre of 0 only asks for flatness); a scalar. The gradient is that of the sum of a sample's
    logits, where it has one a patch, so that a centre means what it means in the code of UVCGAN's
    authors.

    real, fake: samples (n, ...). Each pair gets its own random point between.
    """
    judged = with_vectors_kept(critic)
    norms = norms_between(lambda x: judged(x).logits, real, fake)
    return (norms - centre).square().mean()


def norms_between(answer: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
    """(n,) norms of the gradient of what `answer` gives, summed, each at a random point between a
    real sample and a fake (n, ...).

    `torch.func` takes the gradient, so that many seeds can be stacked.
    """
    share = torch.rand(len(real), *[1] * (real.ndim - 1), device=real.device)
    between = real + share * (fake - real)
    slopes = torch.func.grad(lambda x: answer(x).sum())(between)
    norms: Tensor = slopes.flatten(1).norm(dim=1)
    return norms
