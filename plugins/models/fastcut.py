"""FastCUT: CUT with more contrast, no identity, and mirrored batches (Park et al., 2020)."""

from dataclasses import dataclass

import torch

from ganbench.api import (
    LEAST_SQUARES,
    ContrastHParams,
    Model,
    patch_nce,
    places_of,
    statistics_kept,
)


@dataclass(frozen=True)
class FastHParams(ContrastHParams):
    lambda_nce: float = 10.0


def mirrored(x, flip):
    """Images, or their maps, mirrored where `flip` is true; points stay."""
    return torch.where(flip, x.flip(-1), x) if x.ndim == 4 else x


class FastCUT(Model):
    hparams_type = FastHParams
    adversarial = LEAST_SQUARES

    @classmethod
    def unsupported(cls, spec):
        return None if spec.A == spec.B else "its encoder reads both domains, which differ in shape"

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.generators["H_AB"] = nets.projections("A", "B", self.hparams.units)
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        """Of every second batch, by chance, the mirror image is translated."""
        flip = torch.rand((), device=real["A"].device) < 0.5
        return {"B": self.generators["G_AB"](mirrored(real["A"], flip)), "flip": flip}

    def generator_loss(self, real, fake, step):
        h, generator, project = self.hparams, *self.generators.values()
        with statistics_kept(generator):
            keys = generator.maps(real["A"])
            queries = [mirrored(x, fake["flip"]) for x in generator.maps(fake["B"])]
        places = places_of(keys, h.places)
        nce = patch_nce(project(queries, places), project(keys, places), h.temperature)
        return {**self.adversarial_terms("B", real, fake, 2.0), "nce_A": h.lambda_nce * nce}
