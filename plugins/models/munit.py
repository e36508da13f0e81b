"""MUNIT: one content, many styles, so many translations of one input (Huang et al., 2018)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from ganbench.api import LEAST_SQUARES, HParams, Model, require_range, seeded_latent


@dataclass(frozen=True)
class MultimodalHParams(HParams):
    """The paper's weights and style; 10 on images, 1 on contents and styles. The authors' images go
    from -1 to 1, where the same difference is twice as large as here: recipe `code` has 20.
    """

    lr: float = 1e-4
    batch_size: int = 1
    halvings: int = 9
    style_dim: int = 8
    lambda_rec: float = 10.0
    lambda_code: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        require_range(self.style_dim >= 1, "style_dim", self.style_dim, "1 or more")


class MUNIT(Model):
    hparams_type = MultimodalHParams
    directions = ("AB", "BA")
    adversarial = LEAST_SQUARES
    any_kinds = several_outputs = True
    metrics = ("variety",)

    @classmethod
    def recipes(cls, spec):
        return {**super().recipes(spec), "code": MultimodalHParams(lambda_rec=20.0)}

    def build(self, nets):
        for name in "AB":
            self.generators[name] = nets.style_autoencoder(name, self.hparams.style_dim)
            self.discriminators[f"D_{name}"] = nets.discriminator(name)

    def fakes(self, real):
        terms = {}
        for name, other in ("AB", "BA"):
            content = self.generators[other].content(real[other])
            own = self.generators[name]
            style = torch.randn(len(content), own.style_dim, device=content.device)
            fake = own.decode(content, style)
            terms |= {name: fake, f"content_{other}": content, f"style_{name}": style}
        return terms

    def discriminator_loss(self, real, fake, step):
        """Their squares have no half, here and in G's terms."""
        terms = super().discriminator_loss(real, fake, step)
        return {name: 2 * term for name, term in terms.items()}

    def generator_loss(self, real, fake, step):
        terms = {}
        for name, other in ("AB", "BA"):
            own = self.generators[name]
            rec = own.decode(fake[f"content_{name}"], own.style(real[name]))
            terms |= self.adversarial_terms(name, real, fake, 2.0)
            distance = self.distance(name, "l1")
            terms[f"rec_{name}"] = self.hparams.lambda_rec * distance(rec, real[name])
            codes = {f"content_{other}": own.content}
            codes |= {f"style_{name}": own.style} if own.style_dim else {}
            for code, encode in codes.items():
                terms[code] = self.hparams.lambda_code * F.l1_loss(encode(fake[name]), fake[code])
        return terms

    def translate(self, x, to, seed=0):
        source, made = self.declared(to)[0], self.generators[to]
        style = seeded_latent(made.style_dim, seed, x.device).expand(x.shape[0], -1)
        return made.decode(self.generators[source].content(x), style)

    def has_several(self, to):
        return self.generators[to].style_dim > 0
