"""What one step of training computes: an update of D, of G or of both, and how it is launched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ganbench.checkpoint import Optimisers
from ganbench.model import Batch
from ganbench.types import Precision

Terms = Mapping[str, Tensor]
Step = Callable[[Batch, int], Sequence[Terms]]  # of the batch and its number: D's losses, and G's

WARM_CYCLES = 3  # of the schedule, before a step is captured


class Learner(Protocol):
    """What a step trains: a model, or a stack of them."""

    @property
    def hp(self) -> Any: ...

    def fakes(self, real: Batch) -> dict[str, Tensor]: ...

    def judged(self, fake: Batch) -> dict[str, Tensor]: ...

    def discriminator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]: ...

    def generator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]: ...


def adam(modules: nn.Module, learner: Learner) -> torch.optim.Adam:
    """One Adam over each parameter once; `parameters()` gives tied weights a single time. On a GPU
    its step count is there too, so that its update can be captured.
    """
    hp, params = learner.hp, list(modules.parameters())
    return torch.optim.Adam(
        params,
        lr=hp.lr,
        betas=(hp.beta1, hp.beta2),
        weight_decay=hp.weight_decay,
        fused=True,
        capturable=any(param.is_cuda for param in params),
    )


def precision_context(device: str, precision: Precision) -> AbstractContextManager[object]:
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=precision == "bf16")


def update(optimiser: torch.optim.Optimizer, terms: Terms) -> None:
    """One step on the sum of the terms; gradients reach the optimiser's own parameters only."""
    params = optimiser.param_groups[0]["params"]
    total = torch.stack([term.float() for term in terms.values()]).sum()
    gradients = torch.autograd.grad(total, params)
    for param, gradient in zip(params, gradients, strict=True):
        param.grad = laid_out(gradient, param)
    optimiser.step()


@contextmanager
def frozen(optimiser: torch.optim.Optimizer) -> Iterator[None]:
    """Its parameters as constants: no gradient of theirs is computed, and autocast does not take
    their values from before an update.
    """
    params = optimiser.param_groups[0]["params"]
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


@dataclass(frozen=True)
class Eager:
    """Steps that are launched call by call."""

    learner: Learner
    optimisers: Optimisers
    device: str
    precision: Precision

    def __call__(self, real: Batch, step: int) -> Sequence[Terms]:
        return self.phase(self.phase_of(step), real, torch.full((), step, device=self.device))

    def phase_of(self, step: int) -> str:
        phases: Sequence[str] = self.learner.hp.phases
        return phases[step % len(phases)]

    def phase(self, phase: str, real: Batch, at: Tensor) -> Sequence[Terms]:
        """Update what the phase names, "D", "G" or both; D first, on the fakes that G sees."""
        losses = []
        with precision_context(self.device, self.precision):
            with torch.set_grad_enabled("G" in phase):
                fake = self.learner.fakes(real)
            if "D" in phase:
                losses.append(self.learner.discriminator_loss(real, self.learner.judged(fake), at))
                update(self.optimisers["D"], losses[-1])
            if "G" in phase:
                with frozen(self.optimisers["D"]):
                    losses.append(self.learner.generator_loss(real, fake, at))
                update(self.optimisers["G"], losses[-1])
        return [{name: term.detach() for name, term in terms.items()} for terms in losses]


class Graph(Protocol):
    """Work that was captured, to be done again by one call; `losses` are those of the last time."""

    losses: Sequence[Terms]

    def replay(self) -> None: ...


class CudaGraph:
    """A CUDA graph of the work's launches; capturing does not do the work."""

    def __init__(self, work: Callable[[], Sequence[Terms]]) -> None:
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self.losses = work()

    def replay(self) -> None:
        self._graph.replay()


class Captured:
    """Steps of which each phase is captured once and then launched by one call: on a GPU, small
    networks take longer to launch than to compute.

    The first steps are launched call by call, as capturing needs it, and count as any others. A
    model that cannot be captured, for it waits for a value, goes on like that.
    """

    def __init__(self, eager: Eager, capture: Callable[[Callable[[], Sequence[Terms]]], Graph]):
        self._eager = eager
        self._capture = capture
        self._warm_steps = WARM_CYCLES * len(eager.learner.hp.phases)
        self._real: dict[str, Tensor] = {}
        self._at = torch.zeros((), dtype=torch.long, device=eager.device)
        self._graphs: dict[str, Graph] = {}

    def __call__(self, real: Batch, step: int) -> Sequence[Terms]:
        if self._warm_steps:
            self._warm_steps -= 1
            return self._aside(real, step)
        if not self._real:
            self._real = {name: value.clone() for name, value in real.items()}
        for name, value in real.items():
            self._real[name].copy_(value)
        self._at.fill_(step)
        phase = self._eager.phase_of(step)
        if phase not in self._graphs:
            try:
                work = partial(self._eager.phase, phase, self._real, self._at)
                self._graphs[phase] = self._capture(work)
            except RuntimeError:
                return self._give_up(real, step)
        self._graphs[phase].replay()
        return self._graphs[phase].losses

    def _aside(self, real: Batch, step: int) -> Sequence[Terms]:
        """On a stream of its own, where nothing waits for the default one."""
        if self._eager.device != "cuda":
            return self._eager(real, step)
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            losses = self._eager(real, step)
        torch.cuda.current_stream().wait_stream(stream)
        return losses

    def _give_up(self, real: Batch, step: int) -> Sequence[Terms]:
        self._graphs, self._warm_steps = {}, -1  # never zero again
        return self._eager(real, step)


def step_on(learner: Learner, optimisers: Optimisers, device: str, precision: Precision) -> Step:
    """Steps as they are fastest on the device."""
    eager = Eager(learner, optimisers, device, precision)
    return Captured(eager, CudaGraph) if device == "cuda" else eager
