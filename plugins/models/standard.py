"""Standard GAN: G_AB against D_B, no reconstruction (Kim et al., 2017, figure 2a)."""

from ganbench.api import Model, adversarial_recipes


class Standard(Model):
    any_kinds = True
    recipes = staticmethod(adversarial_recipes)

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        return {"B": self.generators["G_AB"](real["A"])}

    def generator_loss(self, real, fake, step):
        return self.adversarial_terms("B", real, fake)
