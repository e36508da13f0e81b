"""Standard model as a Wasserstein GAN with gradient penalty (Gulrajani et al., 2017)."""

from dataclasses import dataclass

from ganbench.api import HParams, Model, gradient_penalty, require_range


@dataclass(frozen=True)
class WassersteinHParams(HParams):
    """The paper's values: five updates of the critic for one of the generator."""

    lr: float = 1e-4
    beta1: float = 0.0
    beta2: float = 0.9
    weight_decay: float = 0.0
    batch_size: int = 64
    schedule: str = "D,D,D,D,DG"
    lambda_gp: float = 10.0

    def __post_init__(self):
        super().__post_init__()
        require_range(self.lambda_gp >= 0, "lambda_gp", self.lambda_gp, "0 or more")


class WGANGP(Model):
    hparams_type = WassersteinHParams

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.discriminators["D_B"] = nets.critic("B")

    def fakes(self, real):
        return {"B": self.generators["G_AB"](real["A"])}

    def discriminator_loss(self, real, fake, step):
        critic = self.discriminators["D_B"]
        return {
            "D_B": critic(fake["B"]).logits.mean() - critic(real["B"]).logits.mean(),
            "gp_B": self.hparams.lambda_gp * gradient_penalty(critic, real["B"], fake["B"]),
        }

    def generator_loss(self, real, fake, step):
        return {"adv_B": -self.discriminators["D_B"](fake["B"]).logits.mean()}
