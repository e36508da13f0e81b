"""CoGAN: one latent, two generators that share all but the last layer (Liu and Tuzel, 2016).

A translation is the other generator's picture of the latent whose own picture is nearest.
"""

from dataclasses import dataclass

import torch

from ganbench.api import HParams, Model, nearest_latents, require_range


@dataclass(frozen=True)
class CoupledHParams(HParams):
    """The paper's latent and optimiser; inversion_*: the search for a latent, by Adam. lambda_adv:
    the authors' code has the mean of both domains' terms in G's update, and so 0.5.
    """

    weight_decay: float = 0.0
    batch_size: int = 128
    lambda_adv: float = 1.0
    latent_dim: int = 100
    inversion_steps: int = 100
    inversion_lr: float = 0.1

    def __post_init__(self):
        super().__post_init__()
        require_range(self.lambda_adv >= 0, "lambda_adv", self.lambda_adv, "0 or more")
        for name in ("latent_dim", "inversion_steps", "inversion_lr"):
            require_range(getattr(self, name) > 0, name, getattr(self, name), "a positive number")


class CoGAN(Model):
    hparams_type = CoupledHParams
    directions = ("AB", "BA")

    @classmethod
    def recipes(cls, spec):
        code = CoupledHParams(weight_decay=5e-4, batch_size=64, lambda_adv=0.5)
        return {**super().recipes(spec), "code": code}

    def build(self, nets):
        for domain in "AB":
            self.generators[domain] = nets.decoder(domain, self.hparams.latent_dim)
            self.discriminators[f"D_{domain}"] = nets.discriminator(domain)
        first, second = self.generators.values()
        for i in range(len(first) - 1):
            second[i] = first[i]
        first, second = self.discriminators.values()
        for i in range(1, len(first.blocks)):
            second.blocks[i] = first.blocks[i]
        second.head = first.head

    def fakes(self, real):
        latent = torch.randn(len(real["A"]), self.hparams.latent_dim, device=real["A"].device)
        return {domain: self.generators[domain](latent) for domain in "AB"}

    def generator_loss(self, real, fake, step):
        weight = self.hparams.lambda_adv
        return {
            **self.adversarial_terms("A", real, fake, weight),
            **self.adversarial_terms("B", real, fake, weight),
        }

    def translate(self, x, to, seed=0):
        h, source = self.hparams, self.generators[self.declared(to)[0]]
        latent = nearest_latents(source, x, h.latent_dim, h.inversion_steps, h.inversion_lr)
        return self.generators[to](latent)
