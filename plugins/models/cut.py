"""CUT: contrast between the places of input and translation, one-sided (Park et al., 2020)."""

from ganbench.api import ContrastiveModel, Model, statistics_kept


class CUT(ContrastiveModel, Model):
    def generator_loss(self, real, fake, step):
        generator, weight = self.generators["G_AB"], self.hparams.lambda_nce / 2
        terms = self.adversarial_terms("B", real, fake, 2.0)  # G's squares have no half
        with statistics_kept(generator):
            same, of_B = generator.with_maps(real["B"])
            inputs, outputs = {"A": self.maps_in(fake), "B": of_B}, {"A": fake["B"], "B": same}
            for domain, maps in inputs.items():
                contrast = self.contrast(maps, generator.maps(outputs[domain]))
                terms[f"nce_{domain}"] = weight * contrast
        return terms
