"""Random restarts: a training begins several times, and goes on from the best of its beginnings.

Which views of one domain go to which of the other is settled within the first steps, and never
mended later; a few beginnings cost little beside the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Model
from ganbench.training.checkpoint import Optimisers, tensors_of


@dataclass(frozen=True)
class Restarts:
    """Which step of a budget belongs to which start. steps: of each of `number` starts."""

    number: int = 1
    steps: int = 0

    def at(self, step: int) -> int:
        """The step of the budget, counted from where its start began."""
        others = min(step // self.steps, self.number - 1) if self.steps else 0
        return step - others * self.steps

    def is_over(self, done: int) -> bool:
        """Whether a start has come to its end with the last of `done` steps."""
        return bool(self.steps) and not done % self.steps and done <= self.number * self.steps


ONE_START = Restarts()


def restarts_of(hparams: HParams, budget_steps: int) -> Restarts:
    """Of a training of so many steps. Starts take at most half of it: they are shorter in a short
    budget, and there is but one where each would have no step.
    """
    wanted = math.ceil(1_000 * hparams.start_kimg / hparams.batch_size)
    steps = min(wanted, budget_steps // (2 * hparams.starts))
    return Restarts(hparams.starts, steps) if hparams.starts > 1 and steps else ONE_START


@dataclass
class Tried:
    """The starts of one run that have come to their end.

    scores: theirs, in order. best: the tensors of the best, while there are others to come.
    """

    scores: list[float] = field(default_factory=list)
    best: dict[str, Tensor] = field(default_factory=dict)

    def add(
        self,
        score: float,
        model: Model,
        optimisers: Optimisers,
        number: int,
        fresh: Callable[[int], Model],
    ) -> None:
        """The model's start is over: the next one's initial weights take its place, or after the
        last of `number` the best of all. Tensors keep their memory, which captured steps and stacks
        know. score: higher is better. fresh: the model as it begins the start of that index.
        """
        live = tensors_of(model, optimisers)
        if all(_worth(score) > _worth(other) for other in self.scores):
            self.best = {name: value.detach().clone() for name, value in live.items()}
        self.scores.append(score)
        if len(self.scores) < number:
            initial = tensors_of(fresh(len(self.scores)), {})
            of_no_step = torch.zeros(())  # as Adam's sums are before the first
            _copy({name: initial.get(name, of_no_step) for name in live}, live)
        else:
            _copy(self.best, live)
            self.best = {}


def _worth(score: float) -> float:
    return -math.inf if math.isnan(score) else score


def _copy(values: Mapping[str, Tensor], live: Mapping[str, Tensor]) -> None:
    with torch.no_grad():
        for name, value in live.items():
            value.copy_(values[name])
