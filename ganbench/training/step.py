"""What one step of training computes: an update of D, of G or of both."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
from torch import Tensor

from ganbench.contracts.model import Batch
from ganbench.core.devices import autocast
from ganbench.core.spec import Precision
from ganbench.training.averaging import NO_AVERAGES, Averaging
from ganbench.training.bounding import NO_BOUNDS, Bounding
from ganbench.training.checkpoint import Optimisers
from ganbench.training.clipping import NO_CLIPPING, Clipping
from ganbench.training.fading import NO_FADING, Fading
from ganbench.training.optimisers import params_of
from ganbench.training.rates import CONSTANT_RATES, Rates

Terms = Mapping[str, Tensor]


class Learner(Protocol):
    """What a step trains: a model, or a stack of them."""

    @property
    def hparams(self) -> Any: ...

    def fakes(self, real: Batch) -> dict[str, Tensor]: ...

    def judged(self, fake: Batch) -> dict[str, Tensor]: ...

    def discriminator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]: ...

    def discriminator_penalty(self, real: Batch) -> dict[str, Tensor]: ...

    def generator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]: ...


def update(
    optimiser: torch.optim.Optimizer, terms: Terms, clipping: Clipping = NO_CLIPPING
) -> None:
    """One step on the sum of the terms; gradients reach the optimiser's own parameters only."""
    params = params_of(optimiser)
    for param, gradient in zip(params, gradients_of(terms, params), strict=True):
        param.grad = laid_out(gradient, param)
    clipping(params)
    optimiser.step()


def gradients_of(terms: Terms, params: Sequence[Tensor]) -> Sequence[Tensor]:
    """Of the sum of the terms, for each parameter. The sum itself is not computed: the slope of
    each term in it is 1.
    """
    losses = list(terms.values())
    one = torch.ones_like(losses[0])
    return torch.autograd.grad(losses, params, [one.to(loss.dtype) for loss in losses])


@contextmanager
def frozen(optimiser: torch.optim.Optimizer) -> Iterator[None]:
    """Its parameters as constants: no gradient of theirs is computed, and autocast does not take
    their values from before an update.
    """
    params = params_of(optimiser)
    for param in params:
        param.requires_grad_(False)
    try:
        yield
    finally:
        for param in params:
            param.requires_grad_(True)


def laid_out(gradient: Tensor, param: Tensor) -> Tensor:
    """The gradient in the parameter's memory layout: a fused optimiser walks both by address."""
    if gradient.stride() == param.stride():
        return gradient
    return torch.empty_like(param).copy_(gradient)


class Step(Protocol):
    """The step of a number, on its batch: gives D's losses, G's or both.

    rngs: what each seed's random numbers come from.
    not_captured: why steps on a GPU are launched call by call, or empty.
    """

    @property
    def rngs(self) -> Sequence[torch.Generator]: ...

    @property
    def not_captured(self) -> str: ...

    def __call__(self, step: int) -> Sequence[Terms]: ...


class Program(ABC):
    """Training of a model or of several, phase by phase of their schedule.

    rngs: what each seed's random numbers come from.
    """

    device: str
    phases: Sequence[str]
    rngs: Sequence[torch.Generator]

    @abstractmethod
    def phase(self, phase: str, real: Batch, at: Tensor) -> Sequence[Terms]:
        """Update what the phase names, "D", "G" or both, at the step of that number; with "R" the
        update of D has its penalty.
        """

    @abstractmethod
    def with_learners(self, change: Callable[[Learner], Learner]) -> Program:
        """The same program of other learners, which have the same weights."""

    def phase_of(self, step: int) -> str:
        return self.phases[step % len(self.phases)]

    def __call__(self, real: Batch, step: int) -> Sequence[Terms]:
        return self.phase(self.phase_of(step), real, torch.full((), step, device=self.device))


@dataclass(frozen=True)
class CallByCall:
    """A program's steps, launched call by call. not_captured: why, on a GPU; else empty."""

    program: Program
    draw: Callable[[int], Batch]
    not_captured: str = ""

    @property
    def rngs(self) -> Sequence[torch.Generator]:
        return self.program.rngs

    def __call__(self, step: int) -> Sequence[Terms]:
        return self.program(self.draw(step), step)


@dataclass(frozen=True)
class Eager(Program):
    """What trains one learner, call by call."""

    learner: Learner
    optimisers: Optimisers
    device: str
    precision: Precision
    rngs: Sequence[torch.Generator] = ()
    averaging: Averaging = NO_AVERAGES
    fading: Fading = NO_FADING
    rates: Rates = CONSTANT_RATES
    clipping: Clipping = NO_CLIPPING
    bounding: Bounding = NO_BOUNDS

    @property
    def phases(self) -> Sequence[str]:  # type: ignore[override]
        phases: Sequence[str] = self.learner.hparams.phases
        return phases

    def with_learners(self, change: Callable[[Learner], Learner]) -> Eager:
        return replace(self, learner=change(self.learner))

    def phase(self, phase: str, real: Batch, at: Tensor) -> Sequence[Terms]:
        """D first, on the fakes that G sees."""
        losses = []
        self.fading.update(at)
        self.rates.update(at)
        with autocast(self.device, self.precision):
            with torch.set_grad_enabled("G" in phase):
                fake = self.learner.fakes(real)
            if "D" in phase:
                terms = self.learner.discriminator_loss(real, self.learner.judged(fake), at)
                if "R" in phase:
                    terms = terms | self.learner.discriminator_penalty(real)
                losses.append(terms)
                update(self.optimisers["D"], terms, self.clipping)
                self.bounding.project("D")
            if "G" in phase:
                with frozen(self.optimisers["D"]):  # also for what is computed again backward
                    losses.append(self.learner.generator_loss(real, fake, at))
                    update(self.optimisers["G"], losses[-1], self.clipping)
                self.bounding.project("G")
                self.averaging.update(at)
        return [{name: term.detach() for name, term in terms.items()} for terms in losses]
