"""UVCGAN: CycleGAN whose discriminators have a steepness of their own (Torbunov et al., 2023).

Its generator, a U-Net around a transformer, is the family of networks `vit-unet`.
"""

from dataclasses import dataclass

from ganbench.api import CycleHParams, CycleModel, Model, centred_penalty, require_range


@dataclass(frozen=True)
class SteepHParams(CycleHParams):
    """The values of the authors' script for CelebA: Adam 1e-4 (0.5, 0.99), a batch of 1, cycles by
    5 and identity by half of it, a pool of 50; and a penalty by 0.1 / 100² on how far slopes are
    from 100.
    """

    lr: float = 1e-4
    beta2: float = 0.99
    lambda_cyc: float = 5.0
    lambda_gp: float = 1e-5
    gp_centre: float = 100.0

    def __post_init__(self):
        super().__post_init__()
        for name in ("lambda_gp", "gp_centre"):
            require_range(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")


class UVCGAN(CycleModel, Model):
    hparams_type = SteepHParams

    def build(self, nets):
        super().build(nets)
        for domain in "AB":
            self.discriminators[f"D_{domain}"] = nets.critic(domain)

    def judging_loss(self, real, pooled, step):
        terms, h = super().judging_loss(real, pooled, step), self.hparams
        for name in pooled:
            judge = self.discriminators[f"D_{name}"]
            penalty = centred_penalty(judge, real[name], pooled[name], h.gp_centre)
            terms[f"gp_{name}"] = h.lambda_gp * penalty
        return terms
