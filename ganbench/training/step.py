"""What one step of training computes: an update of D, of G or of both, and how it is launched."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ganbench.contracts.model import Batch
from ganbench.core.spec import Precision
from ganbench.training.checkpoint import Optimisers

Terms = Mapping[str, Tensor]
Step = Callable[[Batch, int], Sequence[Terms]]  # of the batch and its number: D's losses, and G's
Work = Callable[[], Sequence[Terms]]

WARM_CYCLES = 3  # of the schedule, before a step is captured


class Learner(Protocol):
    """What a step trains: a model, or a stack of them."""

    @property
    def hparams(self) -> Any: ...

    def fakes(self, real: Batch) -> dict[str, Tensor]: ...

    def judged(self, fake: Batch) -> dict[str, Tensor]: ...

    def discriminator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]: ...

    def generator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]: ...


def adam(modules: nn.Module, learner: Learner) -> torch.optim.Adam:
    """One Adam over each parameter once; `parameters()` gives tied weights a single time. On a GPU
    its step count is there too, so that its update can be captured.
    """
    hparams, params = learner.hparams, list(modules.parameters())
    return torch.optim.Adam(
        params,
        lr=hparams.lr,
        betas=(hparams.beta1, hparams.beta2),
        weight_decay=hparams.weight_decay,
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


class Program(ABC):
    """Training of a model or of several, phase by phase of their schedule.

    rngs: what each seed's random numbers come from.
    """

    device: str
    phases: Sequence[str]
    rngs: Sequence[torch.Generator]

    @abstractmethod
    def phase(self, phase: str, real: Batch, at: Tensor) -> Sequence[Terms]:
        """Update what the phase names, "D", "G" or both, at the step of that number."""

    @abstractmethod
    def with_learners(self, change: Callable[[Learner], Learner]) -> Program:
        """The same program of other learners, which have the same weights."""

    def phase_of(self, step: int) -> str:
        return self.phases[step % len(self.phases)]

    def __call__(self, real: Batch, step: int) -> Sequence[Terms]:
        return self.phase(self.phase_of(step), real, torch.full((), step, device=self.device))


@dataclass(frozen=True)
class Eager(Program):
    """What trains one learner, call by call."""

    learner: Learner
    optimisers: Optimisers
    device: str
    precision: Precision
    rngs: Sequence[torch.Generator] = ()

    @property
    def phases(self) -> Sequence[str]:  # type: ignore[override]
        phases: Sequence[str] = self.learner.hparams.phases
        return phases

    def with_learners(self, change: Callable[[Learner], Learner]) -> Eager:
        return replace(self, learner=change(self.learner))

    def phase(self, phase: str, real: Batch, at: Tensor) -> Sequence[Terms]:
        """D first, on the fakes that G sees."""
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


def stream_on(device: str) -> torch.cuda.Stream | None:
    """None on a CPU, which has none."""
    return torch.cuda.Stream() if device == "cuda" else None  # type: ignore[no-untyped-call]


@contextmanager
def parted(streams: Sequence[torch.cuda.Stream | None]) -> Iterator[None]:
    """The streams wait for the present one at the start, and it waits for them at the end."""
    own = [stream for stream in streams if stream]
    for stream in own:
        stream.wait_stream(torch.cuda.current_stream())
    yield
    for stream in own:
        torch.cuda.current_stream().wait_stream(stream)


class Graph(Protocol):
    """Work that was captured, to be done again by one call; `losses` are those of the last time."""

    losses: Sequence[Terms]

    def replay(self) -> None: ...


class CudaGraph:
    """A CUDA graph of the work's launches; capturing does not do the work.

    rngs: what the work draws from, which each replay takes on.
    """

    def __init__(self, work: Work, rngs: Sequence[torch.Generator]) -> None:
        self._graph = torch.cuda.CUDAGraph()
        for rng in rngs:
            self._graph.register_generator_state(rng)
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

    def __init__(
        self, program: Program, capture: Callable[[Work, Sequence[torch.Generator]], Graph]
    ) -> None:
        self._program = program
        self._capture = capture
        self._warm_steps = WARM_CYCLES * len(program.phases)
        self._stream = stream_on(program.device)
        self._real: dict[str, Tensor] = {}
        self._at = torch.zeros((), dtype=torch.long, device=program.device)
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
        phase = self._program.phase_of(step)
        if phase not in self._graphs:
            try:
                work = partial(self._program.phase, phase, self._real, self._at)
                self._graphs[phase] = self._capture(work, self._program.rngs)
            except RuntimeError:
                return self._give_up(real, step)
        self._graphs[phase].replay()
        return self._graphs[phase].losses

    def _aside(self, real: Batch, step: int) -> Sequence[Terms]:
        """On a stream of its own, where nothing waits for the default one."""
        with parted([self._stream]), torch.cuda.stream(self._stream):
            return self._program(real, step)

    def _give_up(self, real: Batch, step: int) -> Sequence[Terms]:
        self._graphs, self._warm_steps = {}, -1  # never zero again
        return self._program(real, step)


def step_on(program: Program) -> Step:
    """Steps as they are fastest on the device."""
    return Captured(program, CudaGraph) if program.device == "cuda" else program
