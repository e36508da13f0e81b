"""The model contract: what a plugin fills in, and the defaults that it may keep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganbench.hparams import HParams
from ganbench.losses import (
    adversarial_discriminator_loss,
    adversarial_generator_loss,
    feature_matching_loss,
)
from ganbench.networks import NetworkBuilder
from ganbench.types import DataSpec, Direction, DomainName

Batch = Mapping[str, Tensor]


class Model(nn.Module, ABC):
    """One GAN variant. Pure: no state outside modules and buffers, no branch on tensor values.

    A plugin fills `generators` and `discriminators` in `build`; the trainer owns devices,
    precision, optimisers, checkpoints and logs.
    """

    directions: ClassVar[tuple[Direction, ...]] = ("AB",)
    hp: Any

    def __init__(self, hp: HParams) -> None:
        super().__init__()
        self.hp = hp
        self.generators = nn.ModuleDict()
        self.discriminators = nn.ModuleDict()

    @classmethod
    def recipes(cls, spec: DataSpec) -> Mapping[str, HParams]:
        """Named sets of hyper-parameters; the first is used where the asked one is not there."""
        return {"paper": HParams()}

    @classmethod
    def unsupported(cls, spec: DataSpec) -> str | None:
        """Why this model cannot be trained on such data, or None."""
        return None

    @abstractmethod
    def build(self, nets: NetworkBuilder) -> None:
        """Fill the module dicts, e.g. `self.generators["G_AB"] = nets.translator("A", "B")`."""

    @abstractmethod
    def fakes(self, real: Batch) -> dict[str, Tensor]:
        """What the discriminators judge and nothing more, by domain: {"B": G_AB(real["A"])}."""

    @abstractmethod
    def generator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
        """Named, already weighted scalar terms. Reconstructions are computed here, so that a D
        update never pays for them. `step` is a tensor: mix values with torch.where.
        """

    def discriminator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
        """Named scalar terms; `fake` carries no gradient to the generators."""
        terms = {}
        for domain in fake:
            judge = self.discriminators[f"D_{domain}"]
            terms[f"D_{domain}"] = adversarial_discriminator_loss(
                judge(real[domain]).logits, judge(fake[domain]).logits
            )
        return terms

    def fit_statistics(self, real_A: Tensor, real_B: Tensor) -> None:
        """Set buffers from the train data, once, before the first step."""
        return None

    def translate(self, x: Tensor, to: DomainName) -> Tensor:
        """Samples of the other domain, (n, ...), moved to domain `to`."""
        source = "A" if to == "B" else "B"
        translated: Tensor = self.generators[f"G_{source}{to}"](x)
        return translated

    def reconstruct(self, x: Tensor, domain: DomainName) -> Tensor | None:
        """Samples of `domain` after the way there and back; None where there is no way back."""
        other = "B" if domain == "A" else "A"
        there, back = f"G_{domain}{other}", f"G_{other}{domain}"
        if there not in self.generators or back not in self.generators:
            return None
        rec: Tensor = self.generators[back](self.generators[there](x))
        return rec

    def adversarial_terms(
        self, domain: DomainName, real: Batch, fake: Batch, weight: Tensor | float = 1.0
    ) -> dict[str, Tensor]:
        """The adversarial term of one domain, the same for all models that are compared:
        (1 - feat_share) * log loss + feat_share * feature matching, times `weight`.
        """
        judge, share = self.discriminators[f"D_{domain}"], self.hp.feat_share
        judged = judge(fake[domain])
        log_loss = adversarial_generator_loss(judged.logits)
        terms = {f"adv_{domain}": weight * (1 - share) * log_loss}
        if share:
            with torch.no_grad():
                goal = judge(real[domain]).features
            terms[f"feat_{domain}"] = weight * share * feature_matching_loss(goal, judged.features)
        return terms

    def loss_weights(self, step: Tensor) -> tuple[Tensor, Tensor]:
        """(lambda_adv, lambda_rec) at `step`: the start values until the warm-up is over."""
        hp, warm = self.hp, step < self.hp.warmup_steps
        return (
            torch.where(warm, hp.lambda_adv_start, hp.lambda_adv),
            torch.where(warm, hp.lambda_rec_start, hp.lambda_rec),
        )
