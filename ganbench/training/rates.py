"""How learning rates fall over a training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ganbench.contracts.hparams import HParams
from ganbench.core.devices import is_gpu
from ganbench.training.optimisers import FULL_RATE, groups_in


@dataclass(frozen=True)
class Rates:
    """Sets the learning rates of a step, on the device that they are on, before its updates.

    rates: of the optimisers' groups, scalars. full: the same before they fall. steps: of the
    budget, as a training counts them that goes on from the best of its starts.
    """

    rates: list[Tensor]
    full: list[float]
    decay: float
    halvings: int
    steps: int

    def update(self, at: Tensor) -> None:
        """For the step of number `at`, a tensor."""
        if not self.rates:
            return
        done = at.to(self.rates[0].dtype) / self.steps
        share = 0.5 ** (done * (self.halvings + 1)).floor()
        if self.decay:
            share = share * ((1 - done) / self.decay).clamp(max=1)
        with torch.no_grad():
            for rate, full in zip(self.rates, self.full, strict=True):
                rate.copy_(full * share)


CONSTANT_RATES = Rates([], [], 0.0, 0, 1)


def rates_of(
    optimisers: Mapping[str, torch.optim.Optimizer], hparams: HParams, steps: int
) -> Rates:
    """For a training of so many steps. Rates that fall become tensors, which a captured step reads
    anew each time.
    """
    if not (hparams.decay or hparams.halvings):
        return CONSTANT_RATES
    groups = list(groups_in(optimisers))
    for group in groups:
        device = group["params"][0].device
        dtype = torch.float32 if is_gpu(device) else torch.float64  # what its kernels read
        group["lr"] = torch.tensor(group[FULL_RATE], dtype=dtype, device=device)
    rates, full = [group["lr"] for group in groups], [group[FULL_RATE] for group in groups]
    return Rates(rates, full, hparams.decay, hparams.halvings, steps)
