"""Which samples a step sees: a pure function of seed and step, so that resuming needs no state."""

from __future__ import annotations

import torch
from torch import Tensor

from ganbench.core.seeds import seed_for


class Sampler:
    """Batches from an endless row of epochs, each a permutation of all n samples.

    `block` depends on the constructor's arguments and on its own alone; the last permutations are
    kept only to save time.
    """

    def __init__(self, n: int, batch_size: int, seed: int, domain: str) -> None:
        self.n = n
        self.batch_size = batch_size
        self.seed = seed
        self.domain = domain
        self._epochs: dict[int, Tensor] = {}

    def block(self, step: int, steps: int) -> Tensor:
        """Positions of the samples of `steps` batches, from `step` on: (steps, batch_size)."""
        first, last = step * self.batch_size, (step + steps) * self.batch_size
        epochs = range(first // self.n, (last - 1) // self.n + 1)
        self._epochs = {epoch: self._permutation(epoch) for epoch in epochs}
        row = torch.cat([self._epochs[epoch] for epoch in epochs])
        offset = first - epochs[0] * self.n
        return row[offset : offset + steps * self.batch_size].view(steps, self.batch_size)

    def _permutation(self, epoch: int) -> Tensor:
        if epoch in self._epochs:
            return self._epochs[epoch]
        generator = torch.Generator().manual_seed(seed_for(self.seed, "order", self.domain, epoch))
        return torch.randperm(self.n, generator=generator)
