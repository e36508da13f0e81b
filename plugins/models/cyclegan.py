"""CycleGAN: least squares, L1 cycle and identity, image pool (Zhu et al., 2017)."""

from dataclasses import dataclass

import torch.nn.functional as F
from torch import nn

from ganbench.api import (
    HParams,
    ImagePool,
    Model,
    least_squares_discriminator_loss,
    least_squares_generator_loss,
    require,
)


@dataclass(frozen=True)
class CycleHParams(HParams):
    """The paper's values; the weight of the identity is a share of the cycle's."""

    weight_decay: float = 0.0
    batch_size: int = 1
    lambda_cyc: float = 10.0
    idt_share: float = 0.5
    pool_size: int = 50

    def __post_init__(self):
        super().__post_init__()
        for name in ("lambda_cyc", "idt_share", "pool_size"):
            require(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")


class CycleGAN(Model):
    directions = ("AB", "BA")

    @classmethod
    def recipes(cls, spec):
        return {"paper": CycleHParams()}

    def build(self, nets):
        self.pools = nn.ModuleDict()
        for domain, other in ("AB", "BA"):
            self.generators[f"G_{other}{domain}"] = nets.translator(other, domain)
            self.discriminators[f"D_{domain}"] = nets.discriminator(domain)
            self.pools[domain] = ImagePool(self.hp.pool_size, nets.spec.shape(domain))
        self.same_shape = nets.spec.A == nets.spec.B

    def fakes(self, real):
        return {"A": self.generators["G_BA"](real["B"]), "B": self.generators["G_AB"](real["A"])}

    def discriminator_loss(self, real, fake, step):
        judge = {name: self.discriminators[f"D_{name}"] for name in fake}
        return {
            f"D_{name}": least_squares_discriminator_loss(
                judge[name](real[name]).logits, judge[name](self.pools[name](fake[name])).logits
            )
            for name in fake
        }

    def generator_loss(self, real, fake, step):
        terms = {}
        for name, other in ("AB", "BA"):
            judged = self.discriminators[f"D_{name}"](fake[name]).logits
            back = self.generators[f"G_{other}{name}"]
            terms[f"adv_{name}"] = 2 * least_squares_generator_loss(judged)  # no half there
            terms[f"cyc_{name}"] = self.hp.lambda_cyc * F.l1_loss(back(fake[other]), real[name])
            if self.same_shape and self.hp.idt_share:
                weight = self.hp.lambda_cyc * self.hp.idt_share
                terms[f"idt_{name}"] = weight * F.l1_loss(back(real[name]), real[name])
        return terms
