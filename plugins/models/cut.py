"""CUT: contrast between the places of input and translation, one-sided (Park et al., 2020)."""

from ganbench.api import ContrastiveModel, Model, statistics_kept


class CUT(ContrastiveModel, Model):
    def generator_loss(self, real, fake, step):
        generator, weight = self.generators["G_AB"], self.hparams.lambda_nce / 2
        terms = self.adversarial_terms("B", real, fake, 2.0)  # G's squares have no half
        with statistics_kept(generator):
            pairs = {"A": (real["A"], fake["B"]), "B": (real["B"], generator(real["B"]))}
            for domain, pair in pairs.items():
                terms[f"nce_{domain}"] = weight * self.contrast(*map(generator.maps, pair))
        return terms
