"""The program that trains seeds of one model: the loop runs it, and `ganbench bench` times it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganbench.contracts.model import Batch, Model
from ganbench.core.spec import Precision
from ganbench.networks.judging import judging_on
from ganbench.training.activation_checkpointing import CheckpointedLosses
from ganbench.training.checkpoint import Optimisers
from ganbench.training.compiled import Compiled
from ganbench.training.cuda_graphs import step_on
from ganbench.training.drawing import Batches
from ganbench.training.micro_batches import accumulated
from ganbench.training.multi_seed import Join, alone
from ganbench.training.optimisers import optimisers_of
from ganbench.training.step import Program, Step

SAVES_MEMORY = "its steps save memory, and a captured one keeps what it needs of it"


@dataclass(frozen=True)
class Seed:
    """A placed model, its optimisers, and its state of the device's generator."""

    model: Model
    optimisers: Optimisers
    random_state: Tensor


def place(model: Model, device: str) -> Optimisers:
    """Move to the device, in training mode, and give the optimisers; convolution weights go
    channels last, as the images do. Discriminators judge as it is best there.
    """
    model.judge_both = judging_on(device)
    model.to(device)
    model.to(memory_format=torch.channels_last)
    model.train()
    return optimisers_of(model)


def program(
    seeds: Sequence[Seed],
    real: Batch,
    join: Join,
    device: str,
    precision: Precision,
    steps: int,
    compiled: bool,
    checkpointed: bool = False,
) -> Callable[[Batches], Step]:
    """The steps of the seeds on any batches, in the fastest form that the device has.

    real: a batch, (n, ...) of one seed and (seeds, n, ...) of several. join: how several become
    one program; a single seed is alone. steps: of the budget. checkpointed: whether activations
    are; like micro-batches, it needs a single seed that is not compiled. Raises UserError in a step
    where a model that is to be compiled cannot be.
    """
    for seed in seeds:
        seed.model.budget_steps = steps
    joined = (join if len(seeds) > 1 else alone)(
        [(seed.model, seed.optimisers) for seed in seeds],
        [seed.random_state for seed in seeds],
        real,
        device,
        precision,
        steps,
    )
    saving = with_less_memory(joined, seeds[0].model, checkpointed)
    if saving is not joined:
        return lambda draw: step_on(saving, draw, SAVES_MEMORY)
    fast = Compiled(joined) if compiled else joined
    return lambda draw: step_on(fast, draw)


def with_less_memory(plain: Program, model: Model, checkpointed: bool) -> Program:
    """The same program by the model's micro-batches, and with checkpointed activations; itself
    where neither is asked for.
    """
    size = model.hparams.micro_batch
    parted = accumulated(plain, model, size) if size else plain
    return parted.with_learners(CheckpointedLosses) if checkpointed else parted
