"""How the averages of the generators' weights follow them (Karras et al., 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ganbench.contracts.hparams import HParams
from ganbench.networks.averages import pairs_of

RAMP = 0.05  # the half-life is at most so much of what was seen (Karras et al., 2020)


@dataclass(frozen=True)
class Averaging:
    """Moves averages towards the weights after an update of G.

    half_life: in samples of a domain. samples_per_update: of a domain, seen from one update of G to
        the next, in the mean over the schedule.
    """

    averages: list[Tensor]
    weights: list[Tensor]
    half_life: float
    samples_per_update: float
    batch_size: int

    def update(self, at: Tensor) -> None:
        """After the update of step `at`, a tensor on the weights' device."""
        if not self.averages:
            return
        seen = (at + 1).float() * self.batch_size
        half_life = (RAMP * seen).clamp(max=self.half_life)
        share = 1 - 0.5 ** (self.samples_per_update / half_life)
        with torch.no_grad():
            missing = torch._foreach_sub(self.weights, self.averages)
            torch._foreach_mul_(missing, share)
            torch._foreach_add_(self.averages, missing)


NO_AVERAGES = Averaging([], [], 0.0, 0.0, 0)


def averaging(tensors: Mapping[str, Tensor], hparams: HParams) -> Averaging:
    """For a learner's tensors by name."""
    phases = hparams.phases
    updates = sum("G" in phase for phase in phases) / len(phases)
    averages, weights = pairs_of(tensors)
    half_life = 1_000 * hparams.ema_kimg
    batch = hparams.batch_size
    return Averaging(averages, weights, half_life, batch / max(updates, 1e-9), batch)
