"""LSGAN: the standard GAN with least squares in place of the log loss (Mao et al., 2017)."""

from dataclasses import dataclass

from ganbench.api import LEAST_SQUARES, HParams, Model


@dataclass(frozen=True)
class LeastSquaresHParams(HParams):
    """The paper gives neither for translation; as in the other models of that time."""

    weight_decay: float = 0.0
    batch_size: int = 64


class LSGAN(Model):
    any_kinds = True
    hparams_type = LeastSquaresHParams
    adversarial = LEAST_SQUARES

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        return {"B": self.generators["G_AB"](real["A"])}

    def generator_loss(self, real, fake, step):
        return self.adversarial_terms("B", real, fake)
