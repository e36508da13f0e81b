"""Gaussian mixtures in the plane with known modes, and their tasks."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch

from ganbench.contracts.task import Domain, Split, Task
from ganbench.core.options import require_range
from ganbench.core.reports import Report
from ganbench.core.seeds import seed_for
from ganbench.core.spec import JSON, Architecture, DataSpec, Preset, SplitName

Floats = npt.NDArray[np.float64]


def mixture(centres: Floats, sigma: float, n: int, seed: int) -> Domain:
    """n float32 points (n, 2), the modes equally likely; the truth's `mode` is each one's mode.

    centres: of the modes, (modes, 2). sigma: the standard deviation along each axis.
    """
    rng = np.random.default_rng(seed)
    mode = rng.integers(len(centres), size=n)
    samples = centres[mode] + sigma * rng.standard_normal((n, 2))
    return Domain(
        torch.from_numpy(samples.astype(np.float32)),
        truth={"mode": mode},
        constants={"mode_centres": centres, "sigma": np.array(sigma)},
    )


def gaussian_noise(n: int, dimensions: int, seed: int) -> Domain:
    """n standard normal points (n, dimensions): the input of a GAN that translates nothing."""
    noise = np.random.default_rng(seed).standard_normal((n, dimensions))
    return Domain(torch.from_numpy(noise.astype(np.float32)))


def circle_centres(count: int, radius: float) -> Floats:
    """Centres (count, 2), evenly spaced on a whole circle about the origin."""
    angles = 2 * np.pi * np.arange(count) / count
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def arc_centres(count: int, radius: float, start_deg: float, end_deg: float) -> Floats:
    """Centres (count, 2), evenly spaced on an arc about the origin, both ends included.

    start_deg, end_deg: in degrees from the first axis, anticlockwise.
    """
    angles = np.radians(np.linspace(start_deg, end_deg, count))
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid_centres(side: int, spacing: float) -> Floats:
    """Centres (side * side, 2) of a square grid about the origin, `spacing` apart."""
    places = spacing * (np.arange(side) - (side - 1) / 2)
    return np.stack(np.meshgrid(places, places, indexing="ij"), axis=-1).reshape(-1, 2)


@dataclass(frozen=True)
class MixtureOptions:
    """The mixture and how many points are drawn of it.

    sigma: the modes' standard deviation along each axis. train_samples, test_samples: points of a
    domain in the train split, and in each of the others. Raises UserError for values below 1, and
    for a sigma that is not positive.
    """

    sigma: float = 0.05
    train_samples: int = 100_000
    test_samples: int = 2_500

    def __post_init__(self) -> None:
        require_range(self.sigma > 0, "sigma", self.sigma, "a positive number")
        for name in ("train_samples", "test_samples"):
            require_range(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")


class NoiseToMixture(Task):
    """Standard normal noise (n, 2) to a mixture, with the networks of PacGAN's experiments.

    The generator has 4 hidden layers with batch norm, the discriminator 3 hidden layers of half
    its width, of maxout units (Lin et al., 2018, and the authors' code). The options are
    MixtureOptions.
    """

    sources: ClassVar = {"mixture": ()}
    metrics: ClassVar = ("modes",)
    references: ClassVar = ("real", "untrained")
    selected_by: ClassVar = "reverse_kl"
    default_recipe = "pacgan"
    presets: ClassVar = {
        "smoke": Preset("smoke", budget_steps=60, width=16, batch_size=64),
        "quick": Preset("quick", budget_steps=10_000, width=400),
        "paper": Preset("paper", budget_steps=400_000, width=400),
    }

    @property
    @abstractmethod
    def centres(self) -> Floats:
        """Of the target modes, (modes, 2)."""

    @property
    def spec(self) -> DataSpec:
        return DataSpec("points", (2,), (2,))

    @property
    def architecture(self) -> Architecture:
        width = self.preset.width
        return Architecture(
            width,
            generator_layers=5,
            discriminator_layers=4,
            discriminator_width=width // 2,
            generator_norm=True,
            maxout_pieces=5,
            init_std=0.02,
        )

    def fingerprint(self) -> JSON:
        return self.options_json()

    def prepare(self, report: Report) -> None:
        return None

    def load(self, split: SplitName) -> Split:
        o = self.options
        n = o.train_samples if split == "train" else o.test_samples
        return Split(
            A=gaussian_noise(n, 2, seed_for(0, "noise", split)),
            B=mixture(self.centres, o.sigma, n, seed_for(0, "mixture", split)),
        )
