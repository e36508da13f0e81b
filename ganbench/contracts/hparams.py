"""Hyper-parameters as frozen dataclasses: what every model has."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from torch import Tensor

from ganbench.core.options import require_range
from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.networks.losses import Adversarial

Judge = Callable[[Tensor], DiscriminatorOutput]


@dataclasses.dataclass(frozen=True)
class HParams:
    """What every model has: the optimiser (Adam), the batch, and which updates a step does.

    batch_size: samples of a domain. Raises UserError for a value out of its range.
    schedule: phases, cycled over the steps; each is "D", "G" or "DG" (D first, then G, on the
        same fakes). The authors' code runs "D,G,G".
    """

    lr: float = 2e-4
    beta1: float = 0.5
    beta2: float = 0.999
    weight_decay: float = 1e-4
    batch_size: int = 200
    schedule: str = "DG"

    def __post_init__(self) -> None:
        require_range(self.lr > 0, "lr", self.lr, "a positive number")
        for name in ("beta1", "beta2"):
            value = getattr(self, name)
            require_range(0 <= value < 1, name, value, "a number from 0 up to, not including, 1")
        require_range(self.weight_decay >= 0, "weight_decay", self.weight_decay, "0 or more")
        require_range(self.batch_size >= 1, "batch_size", self.batch_size, "1 or more")
        known = {"D", "G", "DG"}
        is_valid = bool(self.phases) and set(self.phases) <= known
        require_range(is_valid, "schedule", self.schedule, "phases D, G or DG, such as D,G,G")

    @property
    def phases(self) -> tuple[str, ...]:
        """The schedule's, in their order."""
        return tuple(self.schedule.split(","))

    def adversarial_terms(
        self, game: Adversarial, judge: Judge, real: Tensor, fake: Tensor, weight: Tensor | float
    ) -> dict[str, Tensor]:
        """What G learns from a discriminator, as named scalars: the loss of the game, times
        `weight`. judge: the discriminator. real, fake: samples (n, ...) of the discriminator's
        domain.
        """
        return {"adv": weight * game.generator(judge(fake).logits)}
