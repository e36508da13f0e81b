"""U-GAT-IT: attention to what tells the domains apart, by class activation (Kim et al., 2020)."""

from dataclasses import dataclass

import torch.nn.functional as F

from ganbench.api import LEAST_SQUARES, HParams, Model, require_range


@dataclass(frozen=True)
class AttentionHParams(HParams):
    """The paper's values, which the authors' `main.py` has too. Their images go from -1 to 1, where
    the same difference is twice as large as here: recipe `code` has 20. light: their code's smaller
    network, whose norms do not know places.
    """

    lr: float = 1e-4
    batch_size: int = 1
    decay: float = 0.5
    lambda_cyc: float = 10.0
    lambda_idt: float = 10.0
    lambda_cam: float = 1000.0
    light: bool = False

    def __post_init__(self):
        super().__post_init__()
        for name in ("lambda_cyc", "lambda_idt", "lambda_cam"):
            require_range(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")


class UGATIT(Model):
    hparams_type = AttentionHParams
    directions = ("AB", "BA")
    adversarial = LEAST_SQUARES

    @classmethod
    def recipes(cls, spec):
        code = AttentionHParams(lambda_cyc=20.0, lambda_idt=20.0)
        return {**super().recipes(spec), "code": code}

    @classmethod
    def unsupported(cls, spec):
        if reason := spec.lacks_pixels("places to attend to"):
            return reason
        return (
            None if spec.A == spec.B else "its generators read both domains, which differ in shape"
        )

    def build(self, nets):
        for domain, other in ("AB", "BA"):
            made = nets.attentive_translator(other, domain, light=self.hparams.light)
            self.generators[f"G_{other}{domain}"] = made
            self.discriminators[f"D_{domain}"] = nets.attentive_discriminator(domain)

    def fakes(self, real):
        found = {}
        for domain, other in ("AB", "BA"):
            made = self.generators[f"G_{other}{domain}"](real[other])
            found |= {domain: made.samples, f"cam_{domain}": made.logits}
        return found

    def discriminator_loss(self, real, fake, step):
        terms = super().discriminator_loss(real, fake, step)
        return {name: 2.0 * term for name, term in terms.items()}  # their squares have no half

    def generator_loss(self, real, fake, step):
        h, terms = self.hparams, {}
        for domain, other in ("AB", "BA"):
            generator = self.generators[f"G_{other}{domain}"]
            same, back = generator(real[domain]), generator(fake[other])
            terms |= self.adversarial_terms(domain, real, fake, 2.0)
            for name, made, weight in (("cyc", back, h.lambda_cyc), ("idt", same, h.lambda_idt)):
                terms[f"{name}_{domain}"] = weight * F.l1_loss(made.samples, real[domain])
            told = F.softplus(-fake[f"cam_{domain}"]).mean() + F.softplus(same.logits).mean()
            terms[f"cam_{domain}"] = h.lambda_cam * told  # the log loss, of inputs from elsewhere
        return terms
