"""GcGAN: a turned input gives the turned translation, one-sided (Fu et al., 2019)."""

from dataclasses import dataclass
from typing import Literal

import torch.nn.functional as F
from torch import nn

from ganbench.api import LEAST_SQUARES, HParams, ImagePool, Model, require_range, statistics_kept


@dataclass(frozen=True)
class GeometryHParams(HParams):
    """The paper's weight; the optimiser, the batch and the pool are its code's by default.

    geometry: a quarter turn clockwise, or upside down. lambda_geo: of each of the text's two norms.
    lambda_idt: of the identity, on B and on turned B; the text's objective has none.
    """

    weight_decay: float = 0.0
    batch_size: int = 8
    geometry: Literal["rot90", "vflip"] = "rot90"
    lambda_geo: float = 20.0
    lambda_idt: float = 0.0
    pool_size: int = 50

    def __post_init__(self):
        super().__post_init__()
        for name in ("lambda_geo", "lambda_idt", "pool_size"):
            require_range(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")


class GcGAN(Model):
    hparams_type = GeometryHParams
    adversarial = LEAST_SQUARES

    @classmethod
    def recipes(cls, spec):
        """In the code each norm moves one of its two sides: half the slope. Identity: 0.5 * 10."""
        return super().recipes(spec) | {"code": GeometryHParams(lambda_geo=10.0, lambda_idt=5.0)}

    @classmethod
    def unsupported(cls, spec):
        return None if spec.kind == "image" else "it turns pictures; a point has no pixels to turn"

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.pools = nn.ModuleDict()
        for judged in ("B", "turned_B"):
            self.discriminators[f"D_{judged}"] = nets.discriminator("B", judged)
            self.pools[judged] = ImagePool(self.hparams.pool_size, nets.spec.B)
        self.lambda_idt = self.hparams.lambda_idt * (nets.spec.A == nets.spec.B)

    def turned(self, x):
        return x.rot90(-1, (2, 3)) if self.hparams.geometry == "rot90" else x.flip(2)

    def reals(self, real):
        return {**real, "turned_B": self.turned(real["B"])}

    def fakes(self, real):
        translate = self.generators["G_AB"]
        fake = translate(real["A"])
        with statistics_kept(translate):
            return {"B": fake, "turned_B": translate(self.turned(real["A"]))}

    def discriminator_loss(self, real, fake, step):
        pooled = {judged: self.pools[judged](fake[judged]) for judged in fake}
        return super().discriminator_loss(real, pooled, step)

    def generator_loss(self, real, fake, step):
        translate, reals = self.generators["G_AB"], self.reals(real)
        gap = F.l1_loss(self.turned(fake["B"]), fake["turned_B"])
        terms = {"geo_B": 2 * self.hparams.lambda_geo * gap}  # turned back, the norm is the same
        with statistics_kept(translate):
            for name in self.pools:
                terms |= self.adversarial_terms(name, real, fake, 2.0)  # its squares have no half
                if self.lambda_idt:
                    idt = F.l1_loss(translate(reals[name]), reals[name])
                    terms[f"idt_{name}"] = self.lambda_idt * idt
        return terms
