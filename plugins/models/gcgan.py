"""GcGAN: a turned input gives the turned translation, one-sided (Fu et al., 2019)."""

from dataclasses import dataclass
from typing import Literal

from torch import nn

from ganbench.api import (
    LEAST_SQUARES,
    TURNS,
    HParams,
    ImagePool,
    Model,
    require_range,
    statistics_kept,
)


@dataclass(frozen=True)
class GeometryHParams(HParams):
    """The paper's weight, of each of its two norms, and no identity; the rest is its code's.
    geometry: a quarter turn clockwise, or upside down. lambda_idt: on B, and on turned B.
    """

    weight_decay: float = 0.0
    batch_size: int = 8
    decay: float = 0.5
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
        """In the code a norm moves one of its sides, half the slope, of values from -1 to 1."""
        return super().recipes(spec) | {"code": GeometryHParams(lambda_idt=10.0)}

    @classmethod
    def unsupported(cls, spec):
        can_turn = not spec.lacks_pixels("turns") or spec.A == spec.B == (2,)
        return None if can_turn else "it turns pictures, and points in a plane"

    def build(self, nets):
        self.turned, self.pools = TURNS[self.hparams.geometry], nn.ModuleDict()
        self.generators["G_AB"] = nets.translator("A", "B")
        for name in ("B", "turned_B"):
            self.discriminators[f"D_{name}"] = nets.discriminator("B", name)
            self.pools[name] = ImagePool(self.hparams.pool_size, nets.spec.B)
        self.has_idt = self.hparams.lambda_idt > 0 and nets.spec.A == nets.spec.B

    def reals(self, real):
        return {**real, "turned_B": self.turned(real["B"])}

    def fakes(self, real):
        fake = self.generators["G_AB"](real["A"])
        with statistics_kept(self.generators):
            return {"B": fake, "turned_B": self.generators["G_AB"](self.turned(real["A"]))}

    def discriminator_loss(self, real, fake, step):
        return super().discriminator_loss(real, {n: self.pools[n](fake[n]) for n in fake}, step)

    def generator_loss(self, real, fake, step):
        h, reals, translate = self.hparams, self.reals(real), self.generators["G_AB"]
        gap = (self.turned(fake["B"]) - fake["turned_B"]).abs().mean()
        terms = {"geo_B": 2 * h.lambda_geo * gap}  # the other norm is this one, turned back
        for name in self.pools:
            terms |= self.adversarial_terms(name, real, fake, 2.0)  # its squares have no half
        with statistics_kept(translate):
            idt = {n: translate(reals[n]) - reals[n] for n in self.pools if self.has_idt}
        return terms | {f"idt_{n}": h.lambda_idt * x.abs().mean() for n, x in idt.items()}
