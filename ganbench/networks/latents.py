"""Latents: drawn with a seed, or searched for a sample."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def seeded_latent(dim: int, seed: int, device: torch.device) -> Tensor:
    """One standard normal latent (1, dim); the same on every device.

    The global random state stays as it was.
    """
    return torch.randn(1, dim, generator=torch.Generator().manual_seed(seed)).to(device)


def code_around(mean: Tensor) -> Tensor:
    """Codes (n, ...) of variance 1 around their means, in training.

    The numbers of `randn_like` would depend on how the means lie in memory, and so not be the same
    where seeds are stacked.
    """
    return mean + torch.randn(mean.shape, device=mean.device)


def nearest_latents(
    decode: Callable[[Tensor], Tensor], x: Tensor, latent_dim: int, steps: int, lr: float
) -> Tensor:
    """Latents (n, latent_dim) whose samples are near x (n, ...), by Adam on the squared difference.

    decode: latents (k, latent_dim) to samples (k, ...). steps: of Adam, with learning rate `lr`.

    Each starts at one and the same drawn latent, so that a sample's latent depends on nothing but
    the sample. (Not at 0, where all ReLUs of a decoder without biases are shut and no gradient
    comes through.) No parameter gets a gradient. Raises RuntimeError in torch.export, which would
    unroll it for minutes and then fail.
    """
    if torch.compiler.is_exporting():
        raise RuntimeError("its latents are searched for, which a program cannot")
    with torch.inference_mode(False), torch.enable_grad():
        goal = x.clone()
        start = seeded_latent(latent_dim, 0, goal.device).to(goal.dtype)
        latent = start.repeat(len(goal), 1).requires_grad_()
        optimiser = torch.optim.Adam([latent], lr, fused=True)
        for _ in range(steps):
            distance = (decode(latent) - goal).square().flatten(1).mean(1).sum()
            (latent.grad,) = torch.autograd.grad(distance, latent)
            optimiser.step()
        return latent.detach()
