"""DistanceGAN: one-sided, keeps the distances between samples (Benaim and Wolf, 2017)."""

from dataclasses import dataclass

import torch

from ganbench.api import AdversarialHParams, Model, require_range

PAIRS = 10_000


@dataclass(frozen=True)
class DistanceHParams(AdversarialHParams):
    """lambda_dist: weight of the distance term; 0.05 for A in the authors' code."""

    weight_decay: float = 1e-5
    batch_size: int = 64
    lambda_dist: float = 0.05

    def __post_init__(self):
        super().__post_init__()
        require_range(self.lambda_dist >= 0, "lambda_dist", self.lambda_dist, "0 or more")


def distances(x):
    """(n,) mean absolute difference of each sample and the next, the last and the first."""
    return (x - x.roll(1, 0)).abs().flatten(1).mean(1)


class DistanceGAN(Model):
    hparams_type = DistanceHParams

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.discriminators["D_B"] = nets.discriminator("B")
        for domain in "AB":
            self.register_buffer(f"mean_{domain}", torch.zeros(()))
            self.register_buffer(f"std_{domain}", torch.ones(()))

    def fit_statistics(self, real_A, real_B):
        """Mean and deviation of the distances between the train samples of a domain."""
        for domain, samples in (("A", real_A), ("B", real_B)):
            scale = 255.0 if samples.dtype == torch.uint8 else 1.0
            order = torch.randint(len(samples), (min(PAIRS, 2 * len(samples)),))
            pair_distances = distances(samples[order].float() / scale)
            getattr(self, f"mean_{domain}").copy_(pair_distances.mean())
            getattr(self, f"std_{domain}").copy_(pair_distances.std().clamp_min(1e-6))

    def fakes(self, real):
        return {"B": self.generators["G_AB"](real["A"])}

    def generator_loss(self, real, fake, step):
        before = (distances(real["A"]) - self.mean_A) / self.std_A
        after = (distances(fake["B"]) - self.mean_B) / self.std_B
        return {
            **self.adversarial_terms("B", real, fake),
            "dist_A": self.hparams.lambda_dist * (before - after).abs().mean(),
        }
