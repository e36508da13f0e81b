"""Noise to a ring of 8 narrow Gaussians, as PacGAN sets it (Lin et al., 2018; VEEGAN, 2017)."""

from dataclasses import dataclass

from ganbench.api import MixtureOptions, NoiseToMixture, Task, circle_centres, require_range


@dataclass(frozen=True)
class Options(MixtureOptions):
    modes: int = 8
    radius: float = 1.0
    sigma: float = 0.01

    def __post_init__(self):
        super().__post_init__()
        require_range(self.modes >= 1, "modes", self.modes, "1 or more")
        require_range(self.radius > 0, "radius", self.radius, "a positive number")


class Ring8(NoiseToMixture, Task):
    options_type = Options

    @property
    def centres(self):
        return circle_centres(self.options.modes, self.options.radius)
