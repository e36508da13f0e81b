"""CycleGAN: least squares, L1 cycle and identity, image pool (Zhu et al., 2017)."""

from dataclasses import dataclass

import torch.nn.functional as F
from torch import nn

from ganbench.api import LEAST_SQUARES, HParams, ImagePool, Model, require_range


@dataclass(frozen=True)
class CycleHParams(HParams):
    """The paper's values; the weight of the identity is a share of the cycle's. The authors' images
    go from -1 to 1, where the same difference is twice as large as here: recipe `code` has 20.
    """

    weight_decay: float = 0.0
    batch_size: int = 1
    decay: float = 0.5
    lambda_cyc: float = 10.0
    idt_share: float = 0.5
    pool_size: int = 50

    def __post_init__(self):
        super().__post_init__()
        for name in ("lambda_cyc", "idt_share", "pool_size"):
            require_range(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")


class CycleGAN(Model):
    hparams_type = CycleHParams
    directions = ("AB", "BA")
    adversarial = LEAST_SQUARES

    @classmethod
    def recipes(cls, spec):
        return {**super().recipes(spec), "code": CycleHParams(lambda_cyc=20.0)}

    def build(self, nets):
        self.pools = nn.ModuleDict()
        for domain, other in ("AB", "BA"):
            self.generators[f"G_{other}{domain}"] = nets.translator(other, domain)
            self.discriminators[f"D_{domain}"] = nets.discriminator(domain)
            self.pools[domain] = ImagePool(self.hparams.pool_size, nets.spec.shape(domain))
        h, is_one_shape = self.hparams, nets.spec.A == nets.spec.B
        self.lambda_idt = h.lambda_cyc * h.idt_share * is_one_shape

    def fakes(self, real):
        return {"A": self.generators["G_BA"](real["B"]), "B": self.generators["G_AB"](real["A"])}

    def discriminator_loss(self, real, fake, step):
        pooled = {name: self.pools[name](fake[name]) for name in fake}
        return super().discriminator_loss(real, pooled, step)

    def generator_loss(self, real, fake, step):
        terms, lambda_cyc = {}, self.hparams.lambda_cyc
        for name, other in ("AB", "BA"):
            back = self.generators[f"G_{other}{name}"]
            terms |= self.adversarial_terms(name, real, fake, 2.0)  # G's squares have no half
            terms[f"cyc_{name}"] = lambda_cyc * F.l1_loss(back(fake[other]), real[name])
            if self.lambda_idt:
                terms[f"idt_{name}"] = self.lambda_idt * F.l1_loss(back(real[name]), real[name])
        return terms
