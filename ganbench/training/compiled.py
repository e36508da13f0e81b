"""Programs whose losses and gradients torch.compile turns into kernels of their own: they read and
write memory less often, after a warm-up of up to minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ganbench.contracts.model import Batch
from ganbench.core.errors import UserError
from ganbench.training.step import Learner, Program, Terms

Compile = Callable[[Callable[..., Any]], Callable[..., Any]]

# Random numbers by PyTorch's own functions: a seed draws what it draws uncompiled.
INDUCTOR: Compile = partial(torch.compile, options={"fallback_random": True})


class CompiledLosses:
    """A learner with compiled losses, of which the gradients' code is made too."""

    def __init__(self, learner: Learner, compile_: Compile) -> None:
        self.hparams = learner.hparams
        self.judged = learner.judged
        self.fakes = compile_(learner.fakes)
        self.discriminator_loss = compile_(learner.discriminator_loss)
        self.discriminator_penalty = learner.discriminator_penalty  # rare: not worth its minutes
        self.generator_loss = compile_(learner.generator_loss)


class Compiled(Program):
    """A program that compiles each phase the first time that it is asked for."""

    def __init__(self, plain: Program, compile_: Compile = INDUCTOR) -> None:
        self.device, self.phases, self.rngs = plain.device, plain.phases, plain.rngs
        self._fast = plain.with_learners(partial(CompiledLosses, compile_=compile_))

    def phase(self, phase: str, real: Batch, at: Tensor) -> Sequence[Terms]:
        """Raises UserError for a model that cannot be compiled."""
        try:
            return self._fast.phase(phase, real, at)
        except RuntimeError as error:
            from torch._dynamo.exc import TorchDynamoException  # slow to import

            if not isinstance(error, TorchDynamoException):
                raise
            reason = " ".join(" ".join(str(error).splitlines()[:2]).split())
            raise UserError(f"it failed: {reason}", "torch.compile", "drop --compile") from error

    def with_learners(self, change: Callable[[Learner], Learner]) -> Program:
        return self._fast.with_learners(change)
