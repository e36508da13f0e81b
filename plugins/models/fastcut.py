"""FastCUT: CUT with more contrast, no identity, and mirrored batches (Park et al., 2020)."""

from dataclasses import dataclass

import torch

from ganbench.api import ContrastHParams, ContrastiveModel, Model, statistics_kept


@dataclass(frozen=True)
class FastHParams(ContrastHParams):
    """The paper's weight; rates fall over the last quarter, as in the authors' code."""

    decay: float = 0.25
    lambda_nce: float = 10.0


def mirrored(x, flip):
    """Images, or their maps, mirrored where `flip` is true; points stay."""
    return torch.where(flip, x.flip(-1), x) if x.ndim == 4 else x


class FastCUT(ContrastiveModel, Model):
    hparams_type = FastHParams

    def fakes(self, real):
        """Of every second batch, by chance, the mirror image is translated."""
        flip = torch.rand((), device=real["A"].device) < 0.5
        return {"B": self.generators["G_AB"](mirrored(real["A"], flip)), "flip": flip}

    def generator_loss(self, real, fake, step):
        generator = self.generators["G_AB"]
        terms = self.adversarial_terms("B", real, fake, 2.0)  # G's squares have no half
        with statistics_kept(generator):
            outputs = [mirrored(x, fake["flip"]) for x in generator.maps(fake["B"])]
            contrast = self.contrast(generator.maps(real["A"]), outputs)
        return {**terms, "nce_A": self.hparams.lambda_nce * contrast}
