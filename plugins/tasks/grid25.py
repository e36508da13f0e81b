"""Noise to a grid of 25 narrow Gaussians, as PacGAN sets it (Lin et al., 2018; VEEGAN, 2017)."""

from dataclasses import dataclass

from ganbench.api import NoiseToMixture, Preset, Task, on_grid, require


@dataclass(frozen=True)
class Options:
    """side: modes along each side of the grid."""

    side: int = 5
    spacing: float = 2.0
    sigma: float = 0.05
    train_samples: int = 100_000
    test_samples: int = 2_500

    def __post_init__(self):
        for name in ("side", "train_samples", "test_samples"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        for name in ("spacing", "sigma"):
            require(getattr(self, name) > 0, name, getattr(self, name), "a positive number")


class Grid25(NoiseToMixture, Task):
    options_type = Options
    presets = {
        "smoke": Preset("smoke", budget_steps=60, width=16, batch_size=64),
        "quick": Preset("quick", budget_steps=10_000, width=400),
        "paper": Preset("paper", budget_steps=400_000, width=400),
    }

    @property
    def centres(self):
        return on_grid(self.options.side, self.options.spacing)
