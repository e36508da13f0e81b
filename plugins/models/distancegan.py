"""DistanceGAN: one-sided, keeps the distances between samples (Benaim and Wolf, 2017)."""

from dataclasses import dataclass

import torch

from ganbench.api import AdversarialHParams, Model, require_range

PAIRS = 2_000  # of a domain's train samples


@dataclass(frozen=True)
class DistanceHParams(AdversarialHParams):
    """lambda_*: from step `warmup_steps` on; before it the `_start` values hold. 0.05 is the weight
    of the authors' digits; recipe `code` has those of their pictures.
    """

    weight_decay: float = 1e-5
    batch_size: int = 64
    lambda_adv: float = 1.0
    lambda_dist: float = 0.05
    lambda_adv_start: float = 1.0
    lambda_dist_start: float = 1.0
    warmup_steps: int = 0

    def __post_init__(self):
        super().__post_init__()
        names = ("lambda_adv", "lambda_dist", "lambda_adv_start", "lambda_dist_start")
        for name in (*names, "warmup_steps"):
            require_range(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")


def distances(x):
    """(n (n - 1) / 2,) mean absolute difference of the two samples of each pair."""
    rows = x.flatten(1)
    first, second = torch.triu_indices(len(x), len(x), 1, device=x.device)
    return torch.cdist(rows, rows, 1)[first, second] / rows.shape[1]


class DistanceGAN(Model):
    hparams_type = DistanceHParams

    @classmethod
    def recipes(cls, spec):
        """`code` is their copy of DiscoGAN's code, from A to B."""
        rates = {"lambda_adv": 0.1, "lambda_dist": 0.9}
        if "azimuth_deg" not in spec.kept:
            rates = {"lambda_adv": 0.5, "lambda_dist": 0.5, "warmup_steps": 10_000}
            rates |= {"lambda_adv_start": 0.99, "lambda_dist_start": 0.01}
        code = DistanceHParams(schedule="D,G,G", feat_share=0.9, **rates)
        return {**super().recipes(spec), "code": code}

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.discriminators["D_B"] = nets.discriminator("B")
        for domain in "AB":
            self.register_buffer(f"mean_{domain}", torch.zeros(()))
            self.register_buffer(f"std_{domain}", torch.ones(()))

    def fit_statistics(self, real_A, real_B):
        """Mean and deviation of the distances between two train samples of a domain."""
        for domain, samples in (("A", real_A), ("B", real_B)):
            n, scale = len(samples), 255.0 if samples.dtype == torch.uint8 else 1.0
            first, ahead = torch.randint(n, (PAIRS,)), torch.randint(1, max(n, 2), (PAIRS,))
            difference = (samples[first].float() - samples[(first + ahead) % n].float()) / scale
            found = difference.abs().flatten(1).mean(1)
            getattr(self, f"mean_{domain}").copy_(found.mean())
            getattr(self, f"std_{domain}").copy_(found.std().clamp_min(1e-6))

    def fakes(self, real):
        return {"B": self.generators["G_AB"](real["A"])}

    def generator_loss(self, real, fake, step):
        h, warm = self.hparams, step < self.hparams.warmup_steps
        before = (distances(real["A"]) - self.mean_A) / self.std_A
        after = (distances(fake["B"]) - self.mean_B) / self.std_B
        lambda_dist = torch.where(warm, h.lambda_dist_start, h.lambda_dist)
        lambda_adv = torch.where(warm, h.lambda_adv_start, h.lambda_adv)
        terms = self.adversarial_terms("B", real, fake, lambda_adv)
        return {**terms, "dist_A": lambda_dist * (before - after).abs().sum() / max(1, len(before))}
