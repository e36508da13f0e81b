"""The batch of each step: what is chosen is worked out by the host for many steps at a time, and
gathered on the device, where the data lie.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Protocol

import torch
from torch import Tensor

from ganbench.contracts.model import Batch
from ganbench.contracts.task import Domain, Split
from ganbench.core.devices import sent
from ganbench.networks.inputs import as_input
from ganbench.training.jitter import cropping
from ganbench.training.sampler import Sampler

BLOCK_STEPS = 64  # whose samples are chosen at a time

Block = Mapping[str, Mapping[str, Tensor]]  # by domain


class Batches(Protocol):
    """Where steps have their batches from: a pure function of the step.

    `gather` launches work on the device and waits for no value, so that a captured step can hold
    it; it may be handed a copy of the block. All blocks have the same shapes.
    """

    def block(self, step: int) -> Block:
        """What the batches of the step and its neighbours are made of, on the device; the same
        object for each step that it is good for.
        """
        ...

    def gather(self, block: Block, at: Tensor) -> Batch:
        """The batch of step `at`, a scalar on the device, whose block that is."""
        ...

    def __call__(self, step: int) -> Batch:
        """The batch of a step, by domain: (n, ...) for one seed, (seeds, n, ...) for several."""
        ...


@dataclass(frozen=True)
class Repeated:
    """The same batch at each step."""

    real: Batch

    def block(self, step: int) -> Block:
        return {}

    def gather(self, block: Block, at: Tensor) -> Batch:
        return self.real

    def __call__(self, step: int) -> Batch:
        return self.real


class OfDomain:
    """What is drawn of one domain, (seeds * n, ...) at a step."""

    def __init__(
        self, domain: Domain, name: str, batch_size: int, seeds: Sequence[int], device: str
    ) -> None:
        self._samples = domain.drawn_from.to(device)
        self._samplers = [Sampler(len(self._samples), batch_size, seed, name) for seed in seeds]
        self._cropping = cropping(domain, name, batch_size, seeds)
        self._device = device

    def block(self, step: int, steps: int) -> dict[str, Tensor]:
        """Which samples, (steps, seeds * n), and their crops, (steps, seeds * n, 3), if any."""
        chosen = {"places": torch.cat([each.block(step, steps) for each in self._samplers], dim=1)}
        if self._cropping:
            chosen["crops"] = self._cropping.block(step, steps)
        return {name: sent(values, self._device) for name, values in chosen.items()}

    def gather(self, chosen: Mapping[str, Tensor]) -> Tensor:
        """The samples of one step, as networks take them."""
        if self._cropping:
            drawn = self._cropping.cut(self._samples, **chosen)
        else:
            drawn = self._samples.index_select(0, chosen["places"])
        return as_input(drawn, self._device)


def block_of(domains: Mapping[str, OfDomain], first: int) -> Block:
    """From step `first` on."""
    return {name: each.block(first, BLOCK_STEPS) for name, each in domains.items()}


class Drawn:
    """Batches of a split's samples, for one seed or several at once."""

    def __init__(self, split: Split, batch_size: int, seeds: Sequence[int], device: str) -> None:
        self._domains = {
            name: OfDomain(domain, name, batch_size, seeds, device)
            for name, domain in (("A", split.A), ("B", split.B))
        }
        self._shape = (len(seeds), batch_size) if len(seeds) > 1 else (batch_size,)
        self._device = device
        # Without a way back to this object, so that its samples go with it.
        self._block_at = lru_cache(maxsize=1)(partial(block_of, self._domains))

    def block(self, step: int) -> Block:
        return self._block_at(step - step % BLOCK_STEPS)

    def gather(self, block: Block, at: Tensor) -> Batch:
        within = at.reshape(1) % BLOCK_STEPS
        return self._batch(block, lambda values: values.index_select(0, within)[0])

    def __call__(self, step: int) -> Batch:
        return self._batch(self.block(step), lambda values: values[step % BLOCK_STEPS])

    def _batch(self, block: Block, of_step: Callable[[Tensor], Tensor]) -> Batch:
        batch = {}
        for name, each in self._domains.items():
            drawn = each.gather({key: of_step(values) for key, values in block[name].items()})
            batch[name] = drawn.reshape(*self._shape, *drawn.shape[1:])
        return batch
