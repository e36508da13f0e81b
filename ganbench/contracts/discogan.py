"""What DiscoGAN and its authors' code add to hyper-parameters and losses: feature matching, a
reconstruction, weights that change after a warm-up.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ganbench.contracts.hparams import HParams, Judge, ingredient
from ganbench.core.options import require_range
from ganbench.networks.losses import (
    Adversarial,
    DistanceName,
    feature_matching_loss,
    over_heads,
)

FIRST_FEATURES = 2  # the block of D whose features are the first ones


@dataclass(frozen=True)
class AdversarialHParams(HParams):
    """Adds feature matching to the adversarial term, which then is (1 - feat_share) * loss of the
    game + feat_share * feature matching. The paper's text has none; the authors' code has it.

    feat_share: from 0 to 1. Raises UserError for another share.
    feat_from: the first of D's blocks whose features are matched, 2 or more; the last one's are in
        any case.
    """

    feat_share: float = 0.0
    feat_from: int = ingredient(FIRST_FEATURES)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range(
            0 <= self.feat_share <= 1, "feat_share", self.feat_share, "a share from 0 to 1"
        )
        is_block = self.feat_from >= FIRST_FEATURES
        require_range(is_block, "feat_from", self.feat_from, f"{FIRST_FEATURES} or more")

    def adversarial_terms(
        self, game: Adversarial, judge: Judge, real: Tensor, fake: Tensor, weight: Tensor | float
    ) -> dict[str, Tensor]:
        """As HParams: `adv`, and `feat` where feat_share is above 0."""
        judged, share = judge(fake), self.feat_share
        terms = {"adv": weight * (1 - share) * over_heads(game.generator, judged)}
        if share:
            with torch.no_grad():
                goal = judge(real).features
            first = min(self.feat_from - FIRST_FEATURES, len(goal) - 1)
            loss = feature_matching_loss(goal[first:], judged.features[first:])
            terms["feat"] = weight * share * loss
        return terms


@dataclass(frozen=True)
class ReconstructionHParams(AdversarialHParams):
    """Adds the reconstruction's distance and the weights of realism and reconstruction.

    distance: of reconstructions; see `reconstruction_distance`.
    lambda_adv, lambda_rec: from step `warmup_steps` on; before it the `_start` values hold. Raises
        UserError for a negative value.
    """

    distance: DistanceName = "l2"
    lambda_adv: float = 1.0
    lambda_rec: float = 1.0
    lambda_adv_start: float = 1.0
    lambda_rec_start: float = 1.0
    warmup_steps: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("lambda_adv", "lambda_rec", "lambda_adv_start", "lambda_rec_start"):
            require_range(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")
        require_range(self.warmup_steps >= 0, "warmup_steps", self.warmup_steps, "0 or more")

    def loss_weights(self, step: Tensor) -> tuple[Tensor, Tensor]:
        """(lambda_adv, lambda_rec) at `step`: the start values until the warm-up is over."""
        warm = step < self.warmup_steps
        return (
            torch.where(warm, self.lambda_adv_start, self.lambda_adv),
            torch.where(warm, self.lambda_rec_start, self.lambda_rec),
        )
