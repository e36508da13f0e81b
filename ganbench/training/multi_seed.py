"""How seeds of one model train as one program: alone, as a stack, or side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
from torch import Tensor

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Batch, Model
from ganbench.core.devices import device_rng, is_gpu, rng_at
from ganbench.core.spec import DataSpec, Precision
from ganbench.networks.averages import named_tensors
from ganbench.networks.bounds import bounds_of
from ganbench.training.averaging import Averaging, averaging
from ganbench.training.bounding import bounding
from ganbench.training.checkpoint import Optimisers
from ganbench.training.clipping import clipping
from ganbench.training.fading import Fading, fading
from ganbench.training.optimisers import optimisers_of
from ganbench.training.rates import Rates, rates_of
from ganbench.training.step import Eager, Program
from ganbench.training.streams import ParallelStreams
from ganbench.training.vmap_stack import VmapStack, can_stack

Trained = tuple[Model, Optimisers]


class Join(Protocol):
    """How seeds become one program.

    seeds: their models, placed, with optimisers. random_states: of a generator of the device, one
    a seed. real: a batch, (seeds, n, ...), or (n, ...) of one seed. steps: of the budget.
    """

    def __call__(
        self,
        seeds: Sequence[Trained],
        random_states: Sequence[Tensor],
        real: Batch,
        device: str,
        precision: Precision,
        steps: int,
    ) -> Program: ...


def eager(
    model: Model,
    optimisers: Optimisers,
    device: str,
    precision: Precision,
    steps: int,
    rng: torch.Generator,
) -> Eager:
    """One seed's steps."""
    tensors = named_tensors(model)
    upkeep = upkeep_of(tensors, optimisers, model.hparams, steps)
    return Eager(
        model,
        optimisers,
        device,
        precision,
        (rng,),
        *upkeep,
        clipping(model.hparams, stacked=False),
        bounding(tensors, bounds_of(model)),
    )


def upkeep_of(
    tensors: Mapping[str, Tensor], optimisers: Optimisers, hparams: HParams, steps: int
) -> tuple[Averaging, Fading, Rates]:
    """What a learner's steps do beside updates of its weights. tensors: its own, by name."""
    return (
        averaging(tensors, hparams),
        fading(tensors, hparams),
        rates_of(optimisers, hparams, steps),
    )


def alone(
    seeds: Sequence[Trained],
    random_states: Sequence[Tensor],
    real: Batch,
    device: str,
    precision: Precision,
    steps: int,
) -> Eager:
    """One seed, which draws from the device's own generator."""
    ((model, optimisers),) = seeds
    rng = device_rng(device)
    rng.set_state(random_states[0])
    return eager(model, optimisers, device, precision, steps, rng)


def stacked(
    seeds: Sequence[Trained],
    random_states: Sequence[Tensor],
    real: Batch,
    device: str,
    precision: Precision,
    steps: int,
) -> Eager:
    """As one model of stacked tensors: a step of n seeds takes as many calls as a step of one."""
    stack = VmapStack([model for model, _ in seeds], random_states, real)
    optimisers = stack.join([own for _, own in seeds], optimisers_of(stack))
    upkeep = upkeep_of(stack.tensors, optimisers, stack.hparams, steps)
    clipped = clipping(stack.hparams, stacked=True)
    bounded = bounding(stack.tensors, bounds_of(seeds[0][0]))
    return Eager(stack, optimisers, device, precision, stack.rngs, *upkeep, clipped, bounded)


def on_streams(
    seeds: Sequence[Trained],
    random_states: Sequence[Tensor],
    real: Batch,
    device: str,
    precision: Precision,
    steps: int,
) -> ParallelStreams:
    """Each seed's own steps, at the same time on streams of one GPU."""
    rngs = [rng_at(device, state) for state in random_states]
    return ParallelStreams(
        [
            eager(model, optimisers, device, precision, steps, rng)
            for (model, optimisers), rng in zip(seeds, rngs, strict=True)
        ]
    )


def how_to_join(
    model: Model, few: Batch, spec: DataSpec, device: str, precision: Precision
) -> Join | None:
    """What is best for seeds of the model; None where they can only train one by one.

    Networks of images are too large to wait for calls; stacked, their convolutions become grouped
    ones, which a GPU's library is slow at.

    few: a few samples of each domain, on the model's device.
    """
    if is_gpu(device) and any(kind.has_pixels for kind in spec.kinds.values()):
        return on_streams
    if can_stack(model, few, precision):
        return stacked
    return on_streams if is_gpu(device) else None
