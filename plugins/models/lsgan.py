"""LSGAN: the standard GAN with least squares in place of the log loss (Mao et al., 2017)."""

from ganbench.api import LEAST_SQUARES, HParams, Model


class LSGAN(Model):
    adversarial = LEAST_SQUARES

    @classmethod
    def recipes(cls, spec):
        return {"paper": HParams(weight_decay=0.0, batch_size=64)}

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        return {"B": self.generators["G_AB"](real["A"])}

    def generator_loss(self, real, fake, step):
        return self.adversarial_terms("B", real, fake)
