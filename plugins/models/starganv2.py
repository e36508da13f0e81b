"""StarGAN v2 between two domains: styles are drawn or imitated (Choi et al., 2020)."""

from dataclasses import dataclass, replace

import torch
from torch.nn.functional import l1_loss

from ganbench.api import HParams, Model, half_drawn, require_range, stabilised, with_stable


@dataclass(frozen=True)
class StyleHParams(HParams):
    """The paper's values (docs/models.md). div_share: of the budget, until diversity is left."""

    lr: float = 1e-4
    beta1: float = 0.0
    beta2: float = 0.99
    weight_decay: float = 0.0
    batch_size: int = 8
    latent_dim: int = 16
    style_dim: int = 64
    lambda_style: float = 1.0
    lambda_div: float = 1.0
    lambda_cyc: float = 1.0
    div_share: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        for name in ("latent_dim", "style_dim", "div_share"):
            require_range(getattr(self, name) > 0, name, getattr(self, name), "a positive number")


class StarGANv2(Model):
    directions = ("AB", "BA")
    several_outputs, metrics = True, ("variety",)

    @classmethod
    def recipes(cls, spec):
        """The code has a decay, and pictures in [-1, 1]: L1 by 2 and squared slopes by 1/4 here."""
        paper = StyleHParams(r1=0.5, r1_every=1, ema_kimg=5.54)
        code = replace(paper, weight_decay=1e-4, r1=0.125, lambda_div=2.0, lambda_cyc=2.0)
        return with_stable({"paper": paper, "code": code}, spec, stabilised(paper))

    @classmethod
    def unsupported(cls, spec):
        return None if spec.A == spec.B else "its one generator makes samples of one shape"

    def build(self, nets):
        self.generators["G"] = nets.shared_autoencoder(self.hparams.style_dim)
        self.generators["F"] = nets.mapping(self.hparams.latent_dim, self.hparams.style_dim)
        self.discriminators.update(nets.shared_critics())

    def learning_rates(self):
        return {"F": 0.01}

    def fakes(self, real):
        terms, (G, F) = {}, self.generators.values()
        for to, source in ("AB", "BA"):
            kept, style = G.content(real[source]), half_drawn(F, G.style, real[to], to)
            terms |= {to: G.decode(kept, style), f"content_{source}": kept, f"style_{to}": style}
        return terms

    def generator_loss(self, real, fake, step):
        terms, (G, F), h = {}, self.generators.values(), self.hparams
        lambda_div = h.lambda_div * self.falling(step, h.div_share)
        for to, source in ("AB", "BA"):
            terms |= self.adversarial_terms(to, real, fake, 0.5)  # of a mean over both domains
            with torch.no_grad():
                style = half_drawn(F, G.style, real[to].flip(0), to)
                other = G.decode(fake[f"content_{source}"], style)
            back = G.decode(G.content(fake[to]), G.style(real[source], source))
            again = l1_loss(G.style(fake[to], to), fake[f"style_{to}"])
            terms[f"style_{to}"] = h.lambda_style / 2 * again
            terms[f"div_{to}"] = -lambda_div / 2 * l1_loss(fake[to], other)
            terms[f"cyc_{source}"] = h.lambda_cyc / 2 * l1_loss(back, real[source])
        return terms

    def translate(self, x, to, seed=0):
        G, style = self.generators["G"], self.generators["F"].seeded(self.declared(to)[1], seed)
        return G.decode(G.content(x), style.expand(x.shape[0], -1))
