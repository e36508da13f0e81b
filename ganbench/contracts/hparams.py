"""Hyper-parameters as frozen dataclasses: what every model has, and what some add."""

from __future__ import annotations

import dataclasses
from typing import Literal

from ganbench.core.options import require_range


@dataclasses.dataclass(frozen=True)
class HParams:
    """What every model has: the optimiser (Adam), the batch, and which updates a step does.

    schedule: phases, cycled over the steps; each is "D", "G" or "DG" (D first, then G, on the
        same fakes). The authors' code runs "D,G,G".
    """

    lr: float = 2e-4
    beta1: float = 0.5
    beta2: float = 0.999
    weight_decay: float = 1e-4
    batch_size: int = 200
    schedule: str = "DG"

    def __post_init__(self) -> None:
        require_range(self.lr > 0, "lr", self.lr, "a positive number")
        for name in ("beta1", "beta2"):
            value = getattr(self, name)
            require_range(0 <= value < 1, name, value, "a number from 0 up to, not including, 1")
        require_range(self.weight_decay >= 0, "weight_decay", self.weight_decay, "0 or more")
        require_range(self.batch_size >= 1, "batch_size", self.batch_size, "1 or more")
        known = {"D", "G", "DG"}
        good = bool(self.phases) and set(self.phases) <= known
        require_range(good, "schedule", self.schedule, "phases D, G or DG, such as D,G,G")

    @property
    def phases(self) -> tuple[str, ...]:
        return tuple(self.schedule.split(","))


@dataclasses.dataclass(frozen=True)
class AdversarialHParams(HParams):
    """Adds the share of feature matching in the adversarial term (0 in the paper's text)."""

    feat_share: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range(
            0 <= self.feat_share <= 1, "feat_share", self.feat_share, "a share from 0 to 1"
        )


@dataclasses.dataclass(frozen=True)
class ReconstructionHParams(AdversarialHParams):
    """Adds the reconstruction's distance and the weights of realism and reconstruction.

    lambda_adv, lambda_rec: from step `warmup_steps` on; before it the `_start` values hold.
    """

    distance: Literal["l1", "l2", "huber"] = "l2"
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
