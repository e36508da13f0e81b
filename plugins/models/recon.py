"""GAN with a reconstruction of A: adv_B + rec_A (Kim et al., 2017, figure 2b)."""

from ganbench.api import Model, reconstruction_recipes


class Reconstruction(Model):
    any_kinds = True
    recipes = staticmethod(reconstruction_recipes)

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.generators["G_BA"] = nets.translator("B", "A")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        return {"B": self.generators["G_AB"](real["A"])}

    def generator_loss(self, real, fake, step):
        lambda_adv, lambda_rec = self.hparams.loss_weights(step)
        rec_A = self.generators["G_BA"](fake["B"])
        return {
            **self.adversarial_terms("B", real, fake, lambda_adv),
            "rec_A": lambda_rec * self.distance("A", self.hparams.distance)(rec_A, real["A"]),
        }
