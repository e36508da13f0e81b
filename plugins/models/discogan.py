"""DiscoGAN: both directions, each with its reconstruction (Kim et al., 2017, figure 2c)."""

from ganbench.api import Model, reconstruction_recipes


class DiscoGAN(Model):
    any_kinds = True
    directions = ("AB", "BA")
    recipes = staticmethod(reconstruction_recipes)

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.generators["G_BA"] = nets.translator("B", "A")
        self.discriminators["D_A"] = nets.discriminator("A")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        return {"A": self.generators["G_BA"](real["B"]), "B": self.generators["G_AB"](real["A"])}

    def generator_loss(self, real, fake, step):
        lambda_adv, lambda_rec = self.hparams.loss_weights(step)
        d_A, d_B = (self.distance(domain, self.hparams.distance) for domain in "AB")
        rec_A = self.generators["G_BA"](fake["B"])
        rec_B = self.generators["G_AB"](fake["A"])
        return {
            **self.adversarial_terms("A", real, fake, lambda_adv),
            **self.adversarial_terms("B", real, fake, lambda_adv),
            "rec_A": lambda_rec * d_A(rec_A, real["A"]),
            "rec_B": lambda_rec * d_B(rec_B, real["B"]),
        }
