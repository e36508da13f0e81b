"""Noise to a ring of 8 narrow Gaussians, as PacGAN sets it (Lin et al., 2018; VEEGAN, 2017)."""

from dataclasses import dataclass

from ganbench.api import NoiseToMixture, Preset, Task, on_circle, require


@dataclass(frozen=True)
class Options:
    modes: int = 8
    radius: float = 1.0
    sigma: float = 0.01
    train_samples: int = 100_000
    test_samples: int = 2_500

    def __post_init__(self):
        for name in ("modes", "train_samples", "test_samples"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        for name in ("radius", "sigma"):
            require(getattr(self, name) > 0, name, getattr(self, name), "a positive number")


class Ring8(NoiseToMixture, Task):
    options_type = Options
    presets = {
        "smoke": Preset("smoke", budget_steps=60, width=16, batch_size=64),
        "quick": Preset("quick", budget_steps=10_000, width=400),
        "paper": Preset("paper", budget_steps=400_000, width=400),
    }

    @property
    def centres(self):
        return on_circle(self.options.modes, self.options.radius)
