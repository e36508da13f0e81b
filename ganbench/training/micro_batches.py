"""Gradient accumulation: an update on a batch that memory does not hold at once.

Its gradients are the means over micro-batches, weighted by their samples. They are those of the
whole batch, to rounding, for every term that is a mean over samples. What looks at several samples
at a time looks at those of a micro-batch: batch norm, feature matching (whose loss is of means over
the batch), and terms of pairs of samples. What is drawn is drawn for each micro-batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn

from ganbench.contracts.model import Batch
from ganbench.core.devices import (
    autocast,
    random_states,
    random_states_restored,
    set_random_states,
)
from ganbench.networks.kept_buffers import KeptBuffers
from ganbench.training.optimisers import params_of
from ganbench.training.step import Eager, Program, Terms, frozen, gradients_of, laid_out

TermsOf = Callable[[int, Batch], Terms]  # of the micro-batch of a number


@dataclass(frozen=True, kw_only=True)
class Accumulated(Eager):
    """What trains one model, call by call, at most `micro_batch` samples of a domain at a time."""

    model: nn.Module
    micro_batch: int

    def phase(self, phase: str, real: Batch, at: Tensor) -> Sequence[Terms]:
        """D first, on the fakes that G sees, which are computed again for G."""
        parts = micro_batches(real, self.micro_batch)
        if len(parts) == 1:
            return super().phase(phase, real, at)
        self.fading.update(at)
        self.rates.update(at)
        fakes = RepeatedFakes(self, repeats="D" in phase and "G" in phase)

        def of_d(i: int, part: Batch) -> Terms:
            fake = self.learner.judged(fakes.for_d(part))
            with autocast(self.device, self.precision):
                terms = self.learner.discriminator_loss(part, fake, at)
                return terms | self.learner.discriminator_penalty(part) if "R" in phase else terms

        def of_g(i: int, part: Batch) -> Terms:
            with autocast(self.device, self.precision):
                return self.learner.generator_loss(part, fakes.for_g(i, part), at)

        losses = []
        if "D" in phase:
            losses.append(self._update("D", parts, of_d))
        if "G" in phase:
            with frozen(self.optimisers["D"]):
                losses.append(self._update("G", parts, of_g))
            self.averaging.update(at)
        return losses

    def _update(self, letter: str, parts: Sequence[Batch], terms_of: TermsOf) -> Terms:
        """One step of an optimiser, and the mean terms."""
        optimiser = self.optimisers[letter]
        params = params_of(optimiser)
        sizes = [samples_in(part) for part in parts]
        means: dict[str, Tensor] = {}
        for i, (part, size) in enumerate(zip(parts, sizes, strict=True)):
            share = size / sum(sizes)
            weighted = {name: share * term.float() for name, term in terms_of(i, part).items()}
            with autocast(self.device, self.precision):
                add_gradients(params, gradients_of(weighted, params), is_first=i == 0)
            for name, term in weighted.items():
                means[name] = means[name] + term.detach() if i else term.detach()
        self.clipping(params)
        optimiser.step()
        self.bounding.project(letter)
        return means


class RepeatedFakes:
    """The fakes of each micro-batch: for D, and the very same again for G, whose graph would not
    fit into memory beside those of the others.

    repeats: whether D has them before G. The second time, random numbers are drawn again from where
    they were, and copies of the generators' buffers go through the same changes again.
    """

    def __init__(self, program: Accumulated, repeats: bool) -> None:
        self._program = program
        self._repeats = repeats
        self._buffers = KeptBuffers(changed_by_fakes(program.model) if repeats else [])
        self._states: list[Mapping[str, Tensor]] = []

    def for_d(self, part: Batch) -> dict[str, Tensor]:
        """Without gradients; called with one micro-batch after the other. Autocast begins and ends
        here: weights that it keeps from a pass without gradients would have none later.
        """
        if self._repeats:
            self._states.append(random_states())
        with torch.no_grad(), autocast(self._program.device, self._program.precision):
            return self._program.learner.fakes(part)

    def for_g(self, i: int, part: Batch) -> dict[str, Tensor]:
        """Of the micro-batch of number i; in the same order."""
        if not self._repeats:
            return self._program.learner.fakes(part)
        with random_states_restored(self._program.device), self._buffers.in_place():
            set_random_states(self._states[i])
            return self._program.learner.fakes(part)


def changed_by_fakes(model: nn.Module) -> list[nn.Module]:
    """The modules whose buffers `Model.fakes` may change: all but discriminators and averages."""
    others = ("discriminators", "averages")
    return [each for name, each in model.named_modules() if name.partition(".")[0] not in others]


def accumulated(program: Program, model: nn.Module, micro_batch: int) -> Accumulated:
    """The program of one model, by micro-batches. Raises TypeError for another program."""
    if not isinstance(program, Eager):
        raise TypeError(f"a {type(program).__name__} has no micro-batches")
    own = {field.name: getattr(program, field.name) for field in fields(program)}
    return Accumulated(**own, model=model, micro_batch=micro_batch)


def micro_batches(real: Batch, size: int) -> list[dict[str, Tensor]]:
    """The batch in as few parts of at most `size` samples of a domain as there can be, as even as
    can be: a last part of a single sample would leave a batch norm without statistics.
    """
    number = -(-samples_in(real) // size)
    split = {name: values.tensor_split(number) for name, values in real.items()}
    return [dict(zip(split, values, strict=True)) for values in zip(*split.values(), strict=True)]


def samples_in(part: Batch) -> int:
    """Of a domain."""
    return len(next(iter(part.values())))


def add_gradients(params: Sequence[Tensor], gradients: Sequence[Tensor], *, is_first: bool) -> None:
    """To those that the parameters have, or in their place."""
    if is_first:
        for param, gradient in zip(params, gradients, strict=True):
            param.grad = laid_out(gradient, param)
    else:
        sums = [param.grad for param in params if param.grad is not None]  # each has one by now
        torch._foreach_add_(sums, list(gradients))
