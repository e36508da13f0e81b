"""Gaussian mixtures in 2-D: 5 modes to 10 on the arc of a circle (Kim et al., 2017, figure 4)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from ganbench.api import (
    Architecture,
    DataSpec,
    Domain,
    Preset,
    Split,
    Task,
    UserError,
    require,
    seed_for,
)


@dataclass(frozen=True)
class Options:
    """Lengths in units of the plane, angles in degrees.

    layout_A: "square" is four corners and the centre, so 5 modes; "circle" takes any number.
    radius_A: half the square's side, or the circle's radius.
    """

    modes_A: int = 5
    layout_A: Literal["square", "circle"] = "square"
    radius_A: float = 2.0
    modes_B: int = 10
    arc_radius: float = 5.0
    arc_start_deg: float = 0.0
    arc_end_deg: float = 180.0
    sigma_A: float = 0.3
    sigma_B: float = 0.3
    train_samples: int = 50_000
    test_samples: int = 2_500
    generator_layers: int = 3
    discriminator_layers: int = 5

    def __post_init__(self):
        for name in ("modes_A", "modes_B", "train_samples", "test_samples"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        for name in ("generator_layers", "discriminator_layers"):
            require(getattr(self, name) >= 2, name, getattr(self, name), "2 or more")
        for name in ("radius_A", "arc_radius", "sigma_A", "sigma_B"):
            require(getattr(self, name) > 0, name, getattr(self, name), "a positive number")
        if self.layout_A == "square" and self.modes_A != 5:
            raise UserError(
                f"the square has 5 modes, not {self.modes_A}",
                "modes_A",
                "add --set toy.layout_A=circle",
            )


def source_centres(options):
    if options.layout_A == "square":
        return options.radius_A * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1], [0, 0]], float)
    angles = 2 * np.pi * np.arange(options.modes_A) / options.modes_A
    return options.radius_A * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def target_centres(options):
    angles = np.radians(np.linspace(options.arc_start_deg, options.arc_end_deg, options.modes_B))
    return options.arc_radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def mixture(centres, sigma, n, seed):
    """n samples, the modes equally likely."""
    rng = np.random.default_rng(seed)
    mode = rng.integers(len(centres), size=n)
    samples = centres[mode] + sigma * rng.standard_normal((n, 2))
    return Domain(
        torch.from_numpy(samples.astype(np.float32)),
        truth={"mode": mode},
        constants={"mode_centres": centres, "sigma": np.array(sigma)},
    )


class Toy(Task):
    options_type = Options
    sources = {"mixture": ()}
    metrics = ("modes", "reconstruction")
    default_recipe = "paper"
    presets = {
        "smoke": Preset("smoke", budget_steps=60, width=16, batch_size=64),
        "quick": Preset("quick", budget_steps=4_000, width=128, batch_size=200),
        "paper": Preset("paper", budget_steps=50_000, width=128),
    }

    @property
    def spec(self):
        return DataSpec("points", (2,), (2,))

    @property
    def architecture(self):
        return Architecture(
            self.preset.width,
            generator_layers=self.options.generator_layers,
            discriminator_layers=self.options.discriminator_layers,
        )

    def fingerprint(self):
        return self.options_json()

    def prepare(self, report):
        return None

    def load(self, split):
        o = self.options
        n = o.train_samples if split == "train" else o.test_samples
        return Split(
            A=mixture(source_centres(o), o.sigma_A, n, seed_for(0, "toy", "A", split)),
            B=mixture(target_centres(o), o.sigma_B, n, seed_for(0, "toy", "B", split)),
        )
