"""Batches that were made before, for steps that are to see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ganbench.contracts.model import Batch

BLOCK = 3


class Listed:
    """Some at a time, as blocks of them that all have one shape."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        rest = -len(batches) % BLOCK
        full = [*batches, *[batches[0]] * rest]
        self._blocks = [
            {
                name: {"batch": torch.stack([each[name] for each in full[i : i + BLOCK]])}
                for name in full[0]
            }
            for i in range(0, len(full), BLOCK)
        ]

    def block(self, step: int) -> Mapping[str, Mapping[str, Tensor]]:
        return self._blocks[step // BLOCK]

    def gather(self, block: Mapping[str, Mapping[str, Tensor]], at: Tensor) -> Batch:
        within = at.reshape(1) % BLOCK
        return {name: own["batch"].index_select(0, within)[0] for name, own in block.items()}

    def __call__(self, step: int) -> Batch:
        device = next(iter(self._blocks[0].values()))["batch"].device
        return self.gather(self.block(step), torch.tensor(step, device=device))
