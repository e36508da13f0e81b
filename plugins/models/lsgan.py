"""LSGAN: the standard GAN with least squares in place of the log loss (Mao et al., 2017)."""

from ganbench.api import (
    HParams,
    Model,
    least_squares_discriminator_loss,
    least_squares_generator_loss,
)


class LSGAN(Model):
    @classmethod
    def recipes(cls, spec):
        return {"paper": HParams(weight_decay=0.0, batch_size=64)}

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        return {"B": self.generators["G_AB"](real["A"])}

    def discriminator_loss(self, real, fake, step):
        judge = self.discriminators["D_B"]
        loss = least_squares_discriminator_loss(judge(real["B"]).logits, judge(fake["B"]).logits)
        return {"D_B": loss}

    def generator_loss(self, real, fake, step):
        judged = self.discriminators["D_B"](fake["B"]).logits
        return {"adv_B": least_squares_generator_loss(judged)}
