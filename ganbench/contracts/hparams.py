"""Hyper-parameters as frozen dataclasses: what every model has."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal

from torch import Tensor

from ganbench.core.errors import UserError, unknown
from ganbench.core.options import require_range
from ganbench.core.spec import JSON, DataSpec
from ganbench.networks.augmentation import AUGMENTATIONS, names_of
from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.networks.losses import Adversarial, over_heads

Judge = Callable[[Tensor], DiscriminatorOutput]
INGREDIENT = "ingredient"
NOT_NEGATIVE = (
    *("weight_decay", "lr_d", "halvings", "clip_norm"),
    *("r1", "ema_kimg", "blur", "micro_batch"),
)


def ingredient(off: Any) -> Any:
    """A field that any model gets for nothing. At `off` it does nothing and is not in a cell's
    record, so that a new one changes no cell that goes without it.
    """
    return dataclasses.field(default=off, metadata={INGREDIENT: True})


@dataclasses.dataclass(frozen=True)
class HParams:
    """What every model has: the optimiser, the batch, which updates a step does, and
    ingredients against the ills of adversarial training, which are off unless a recipe has them.

    batch_size: samples of a domain. Raises UserError for a value out of its range.
    schedule: phases, cycled over the steps; each is "D", "G" or "DG" (D first, then G, on the
        same fakes). The authors' code runs "D,G,G".
    lr_d: the learning rate of the discriminators; 0 takes `lr` (Heusel et al., 2017).
    optimiser: of all networks. beta1 is the momentum of each, beta2 of how much it forgets of past
        squares, which plain gradient descent ("sgd") does not look at.
    decay: the last share of the budget, over which learning rates fall to 0 in a straight line, as
        over the second half in Zhu et al. (2017).
    halvings: how often learning rates are halved, at equal distances over the budget, as 9 times in
        Huang et al. (2018).
    clip_norm: the longest gradient of an update, of all of D or of G; longer ones are shortened to
        it (Pascanu et al., 2013). 0 leaves them as they are.
    augment: what discriminators see is augmented, real and fake alike: names of AUGMENTATIONS such
        as "colour,translation,cutout" (Zhao et al., 2020). Images only.
    r1: weight of the penalty on D's gradient at real samples (Mescheder et al., 2018); it is taken
        in every `r1_every`-th update of D, times as much (Karras et al., 2020).
    ema_kimg: half-life, in thousands of samples of a domain, of the average of the generators'
        weights that is scored and applied in place of the last ones (Karras et al., 2018).
    blur: what discriminators see, real and fake alike, is blurred at first, by a Gaussian whose
        standard deviation is this share of the height; it fades over `blur_kimg` thousand samples
        of a domain (Karras et al., 2021). Images only.
    same_start: the translators of both directions, where a model has two, start from the same
        weights, so that they do not begin with mappings that contradict each other.
    starts: a training begins so many times, from other initial weights, and goes on from the best
        start. The first `start_kimg` thousand samples of a domain are one; all of them are part of
        the budget.
    starts_by: which start is best: the one whose translations keep best how far samples are apart
        (Benaim and Wolf, 2017), or by "likeness" the one whose translations look most like their
        inputs (Shrivastava et al., 2017), which needs domains of one shape.
    micro_batch: the gradients of an update are the means over micro-batches of at most so many
        samples of a domain, so that large batches fit into memory; 0 takes the batch at once. Batch
        norm and what else looks at several samples then look at those of a micro-batch.
    """

    lr: float = 2e-4
    beta1: float = 0.5
    beta2: float = 0.999
    weight_decay: float = 1e-4
    batch_size: int = 200
    schedule: str = "DG"
    lr_d: float = ingredient(0.0)
    optimiser: Literal["adam", "adamw", "rmsprop", "sgd"] = ingredient("adam")
    decay: float = ingredient(0.0)
    halvings: int = ingredient(0)
    clip_norm: float = ingredient(0.0)
    augment: str = ingredient("")
    r1: float = ingredient(0.0)
    r1_every: int = ingredient(16)
    ema_kimg: float = ingredient(0.0)
    blur: float = ingredient(0.0)
    blur_kimg: float = ingredient(5.0)
    same_start: bool = ingredient(False)
    starts: int = ingredient(1)
    start_kimg: float = ingredient(1.0)
    starts_by: Literal["distances", "likeness"] = ingredient("distances")
    micro_batch: int = ingredient(0)

    def __post_init__(self) -> None:
        require_range(self.lr > 0, "lr", self.lr, "a positive number")
        for name in ("beta1", "beta2"):
            value = getattr(self, name)
            require_range(0 <= value < 1, name, value, "a number from 0 up to, not including, 1")
        for name in NOT_NEGATIVE:
            require_range(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")
        require_range(0 <= self.decay <= 1, "decay", self.decay, "a share from 0 to 1")
        for name in ("blur_kimg", "start_kimg"):
            require_range(getattr(self, name) > 0, name, getattr(self, name), "above 0")
        for name in ("batch_size", "r1_every", "starts"):
            require_range(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        known = {"D", "G", "DG"}
        names = self.schedule.split(",")
        is_valid = bool(self.schedule) and set(names) <= known
        require_range(is_valid, "schedule", self.schedule, "phases D, G or DG, such as D,G,G")
        for name in names_of(self.augment):
            if name not in AUGMENTATIONS:
                raise unknown("augmentation", name, AUGMENTATIONS, f"augment={self.augment}")

    @cached_property
    def phases(self) -> tuple[str, ...]:
        """The schedule's, in their order; with `r1` so many cycles that every `r1_every`-th update
        of D, and the first, can have the penalty: its phase begins with an "R".
        """
        names = tuple(self.schedule.split(","))
        updates = sum("D" in name for name in names)
        if not (self.r1 and updates):
            return names
        cycles = self.r1_every // math.gcd(self.r1_every, updates)
        phases, d_updates = [], 0
        for name in names * cycles:
            is_due = "D" in name and d_updates % self.r1_every == 0
            phases.append(f"R{name}" if is_due else name)
            d_updates += "D" in name
        return tuple(phases)

    def require_supported(self, spec: DataSpec) -> None:
        """Raises UserError for an ingredient that data of `spec` cannot have."""
        of_images = {
            "augmented": (self.augment, f"augment={self.augment}", "leave augment empty"),
            "blurred": (self.blur, f"blur={self.blur}", "set blur=0"),
        }
        for what, (is_on, where, fix) in of_images.items():
            for kind in spec.kinds.values():
                if is_on and not kind.can_be_augmented:
                    raise UserError(
                        f"{kind.many} cannot be {what} like images", where, f"{fix} for this task"
                    )
        is_alike = spec.A == spec.B and len({*spec.kinds.values()}) == 1
        if self.starts > 1 and self.starts_by == "likeness" and not is_alike:
            raise UserError(
                "samples of A and B differ in shape or kind, so translations have no likeness with "
                "their inputs",
                f"starts_by={self.starts_by}",
                "set starts_by=distances for this task",
            )

    def record(self) -> JSON:
        """As a cell has them, which its model is built from: without the ingredients that are off
        in it and by default. Where rates fall by default, constant ones are in it.
        """
        off: dict[str, Any] = {}
        for part in type(self).__mro__:
            if dataclasses.is_dataclass(part):
                fields = dataclasses.fields(part)
                off |= {f.name: f.default for f in fields if f.metadata.get(INGREDIENT)}
        own = {f.name: f.default for f in dataclasses.fields(self)}
        return {
            name: value
            for name, value in dataclasses.asdict(self).items()
            if name not in off or not value == off[name] == own[name]
        }

    def adversarial_terms(
        self, game: Adversarial, judge: Judge, real: Tensor, fake: Tensor, weight: Tensor | float
    ) -> dict[str, Tensor]:
        """What G learns from a discriminator, as named scalars: the loss of the game, times
        `weight`. judge: the discriminator. real, fake: samples (n, ...) of the discriminator's
        domain.
        """
        return {"adv": weight * over_heads(game.generator, judge(fake))}
