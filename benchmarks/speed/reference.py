"""The baseline of `ganbench bench`: one iteration as the DiscoGAN authors' code computes it.

Plain eager PyTorch in fp32. Every iteration makes all four generator passes and judges real and
fake samples of both domains, whatever the model needs. The discriminators' loss is propagated back
through the generators, which are not updated then. One iteration in three updates D, the other two
update G (facts about SKTBrain/DiscoGAN; the code here is our own).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MODELS = ("standard", "recon", "discogan")
D_EVERY = 3


class Reference:
    """model: one of MODELS. networks: G_AB, G_BA, D_A and D_B, which are trained in place.

    lambda_adv, lambda_rec: weights of the adversarial and the reconstruction terms; feat_share: of
    feature matching in the adversarial term.
    """

    def __init__(
        self,
        model: str,
        networks: Mapping[str, nn.Module],
        lr: float,
        weight_decay: float,
        lambda_adv: float = 1.0,
        lambda_rec: float = 1.0,
        feat_share: float = 0.0,
    ) -> None:
        self.model = model
        self.networks = networks
        self.lambda_adv, self.lambda_rec = lambda_adv, lambda_rec
        self.feat_share = feat_share
        self._optimisers = {
            letter: torch.optim.Adam(
                [
                    p
                    for name, net in networks.items()
                    if name[0] == letter
                    for p in net.parameters()
                ],
                lr=lr,
                betas=(0.5, 0.999),
                weight_decay=weight_decay,
            )
            for letter in "GD"
        }

    def step(self, real_A: Tensor, real_B: Tensor, number: int) -> dict[str, Tensor]:
        """One iteration; its losses by name, G's and D's."""
        net = self.networks
        for optimiser in self._optimisers.values():
            optimiser.zero_grad()
        fake_B, fake_A = net["G_AB"](real_A), net["G_BA"](real_B)
        rec_A, rec_B = net["G_BA"](fake_B), net["G_AB"](fake_A)
        rec = {"A": F.mse_loss(rec_A, real_A), "B": F.mse_loss(rec_B, real_B)}
        d_loss, g_loss = {}, {}
        for domain, real, fake in (("A", real_A, fake_A), ("B", real_B, fake_B)):
            of_real, of_fake = net[f"D_{domain}"](real), net[f"D_{domain}"](fake)
            ones, zeros = torch.ones_like(of_real.logits), torch.zeros_like(of_fake.logits)
            d_loss[domain] = 0.5 * (cross_entropy(of_real, ones) + cross_entropy(of_fake, zeros))
            matching = sum(
                F.mse_loss(f.mean(0), r.mean(0).detach())
                for r, f in zip(of_real.features, of_fake.features, strict=True)
            )
            g_loss[domain] = (1 - self.feat_share) * cross_entropy(of_fake, ones)
            g_loss[domain] = g_loss[domain] + self.feat_share * matching
        if self.model == "standard":
            losses = {"D": d_loss["B"], "G": g_loss["B"]}
        elif self.model == "recon":
            losses = {"D": d_loss["B"], "G": self._total(g_loss["B"], rec["A"])}
        else:
            both = self._total(g_loss["A"] + g_loss["B"], rec["A"] + rec["B"])
            losses = {"D": d_loss["A"] + d_loss["B"], "G": both}
        letter = "D" if number % D_EVERY == 0 else "G"
        losses[letter].backward()
        self._optimisers[letter].step()
        return losses

    def _total(self, adversarial: Tensor, reconstruction: Tensor) -> Tensor:
        return self.lambda_adv * adversarial + self.lambda_rec * reconstruction


def cross_entropy(judgement: object, target: Tensor) -> Tensor:
    logits: Tensor = judgement.logits  # type: ignore[attr-defined]
    return F.binary_cross_entropy_with_logits(logits, target)
