"""Noise to a grid of 25 narrow Gaussians, as PacGAN sets it (Lin et al., 2018; VEEGAN, 2017)."""

from dataclasses import dataclass

from ganbench.api import MixtureOptions, NoiseToMixture, Task, grid_centres, require_range


@dataclass(frozen=True)
class Options(MixtureOptions):
    """side: modes along each side of the grid."""

    side: int = 5
    spacing: float = 2.0

    def __post_init__(self):
        super().__post_init__()
        require_range(self.side >= 1, "side", self.side, "1 or more")
        require_range(self.spacing > 0, "spacing", self.spacing, "a positive number")


class Grid25(NoiseToMixture, Task):
    options_type = Options

    @property
    def centres(self):
        return grid_centres(self.options.side, self.options.spacing)
