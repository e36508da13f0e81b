"""What models share that go there and back: least squares, L1 cycle and identity, image pools (Zhu
et al., 2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Batch, Model
from ganbench.core.options import require_range
from ganbench.core.spec import Direction, DomainName
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.image_pool import ImagePool
from ganbench.networks.losses import LEAST_SQUARES, Adversarial

OTHER: Mapping[DomainName, DomainName] = {"A": "B", "B": "A"}


@dataclass(frozen=True)
class CycleHParams(HParams):
    """CycleGAN's values; the weight of the identity is a share of the cycle's. Raises UserError for
    a negative one.
    """

    weight_decay: float = 0.0
    batch_size: int = 1
    decay: float = 0.5
    lambda_cyc: float = 10.0
    idt_share: float = 0.5
    pool_size: int = 50

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("lambda_cyc", "idt_share", "pool_size"):
            require_range(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")


class CycleModel(Model):
    """A translator and a discriminator of each domain. Between domains that differ in shape there
    is no identity term.
    """

    hparams_type: ClassVar[type[HParams]] = CycleHParams
    directions: ClassVar[tuple[Direction, ...]] = ("AB", "BA")
    adversarial: ClassVar[Adversarial] = LEAST_SQUARES

    def build(self, nets: NetworkBuilder) -> None:
        self.pools = nn.ModuleDict()
        for domain, other in OTHER.items():
            self.generators[f"G_{other}{domain}"] = nets.translator(other, domain)
            self.discriminators[f"D_{domain}"] = nets.discriminator(domain)
            self.pools[domain] = ImagePool(self.hparams.pool_size, nets.spec.shape(domain))
        h, is_one_shape = self.hparams, nets.spec.A == nets.spec.B
        self.lambda_idt = h.lambda_cyc * h.idt_share * is_one_shape

    def fakes(self, real: Batch) -> dict[str, Tensor]:
        return {"A": self.generators["G_BA"](real["B"]), "B": self.generators["G_AB"](real["A"])}

    def discriminator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
        pooled = {name: self.pools[name](fake[name]) for name in fake}
        return self.judging_loss(real, pooled, step)

    def judging_loss(self, real: Batch, pooled: Batch, step: Tensor) -> dict[str, Tensor]:
        """Terms of the discriminators. pooled: fakes of now and of before."""
        return super().discriminator_loss(real, pooled, step)

    def generator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
        lambda_cyc = self.hparams.lambda_cyc
        terms: dict[str, Tensor] = {}
        for name, other in OTHER.items():
            back, distance = self.generators[f"G_{other}{name}"], self.distance(name, "l1")
            terms |= self.adversarial_terms(name, real, fake, 2.0)  # G's squares have no half
            terms[f"cyc_{name}"] = lambda_cyc * distance(back(fake[other]), real[name])
            if self.lambda_idt:
                terms[f"idt_{name}"] = self.lambda_idt * distance(back(real[name]), real[name])
        return terms
