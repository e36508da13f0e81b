"""CUT: contrast between the places of input and translation, one-sided (Park et al., 2020)."""

from ganbench.api import (
    LEAST_SQUARES,
    ContrastHParams,
    Model,
    patch_nce,
    places_of,
    statistics_kept,
)


class CUT(Model):
    hparams_type = ContrastHParams
    adversarial = LEAST_SQUARES

    @classmethod
    def unsupported(cls, spec):
        return None if spec.A == spec.B else "its encoder reads both domains, which differ in shape"

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.generators["H_AB"] = nets.projections("A", "B", self.hparams.units)
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        return {"B": self.generators["G_AB"](real["A"])}

    def contrast(self, source, made):
        """Of samples and their translations."""
        h, project = self.hparams, self.generators["H_AB"]
        keys, queries = (self.generators["G_AB"].maps(x) for x in (source, made))
        places = places_of(keys, h.places)
        return patch_nce(project(queries, places), project(keys, places), h.temperature)

    def generator_loss(self, real, fake, step):
        generator, weight = self.generators["G_AB"], self.hparams.lambda_nce / 2
        with statistics_kept(generator):
            nce_A = weight * self.contrast(real["A"], fake["B"])
            nce_B = weight * self.contrast(real["B"], generator(real["B"]))
        adversarial = self.adversarial_terms("B", real, fake, 2.0)  # its squares have no half
        return {**adversarial, "nce_A": nce_A, "nce_B": nce_B}
