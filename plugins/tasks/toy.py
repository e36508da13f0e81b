"""Gaussian mixtures in 2-D: 5 modes to 10 on the arc of a circle (Kim et al., 2017, figure 4)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ganbench.api import (
    Architecture,
    DataSpec,
    Preset,
    Split,
    Task,
    UserError,
    arc_centres,
    circle_centres,
    mixture,
    require_range,
    seed_for,
)

SQUARE = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1], [0, 0]], float)


@dataclass(frozen=True)
class Options:
    """Lengths in units of the plane, angles in degrees.

    layout_A: "square" is four corners and the centre, so 5 modes; "circle" takes any number.
    radius_A: half the square's side, or the circle's radius. offset_A: added to both coordinates.
    final_relu: the generators end on a ReLU, so that they only reach the positive quadrant.
    """

    modes_A: int = 5
    layout_A: Literal["square", "circle"] = "square"
    radius_A: float = 2.0
    offset_A: float = 0.0
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
    final_relu: bool = False

    def __post_init__(self):
        for name in ("modes_A", "modes_B", "train_samples", "test_samples"):
            require_range(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        for name in ("generator_layers", "discriminator_layers"):
            require_range(getattr(self, name) >= 2, name, getattr(self, name), "2 or more")
        for name in ("radius_A", "arc_radius", "sigma_A", "sigma_B"):
            require_range(getattr(self, name) > 0, name, getattr(self, name), "a positive number")
        if self.layout_A == "square" and self.modes_A != 5:
            raise UserError(
                f"the square has 5 modes, not {self.modes_A}",
                "modes_A",
                "add --set toy.layout_A=circle",
            )

    @property
    def source_centres(self):
        square = self.radius_A * SQUARE
        layout = (
            square if self.layout_A == "square" else circle_centres(self.modes_A, self.radius_A)
        )
        return layout + self.offset_A

    @property
    def target_centres(self):
        return arc_centres(self.modes_B, self.arc_radius, self.arc_start_deg, self.arc_end_deg)


class Toy(Task):
    options_type = Options
    sources = {"mixture": ()}
    metrics = ("modes", "collisions", "reconstruction")
    references = ("real", "oracle", "untrained")
    selected_by = "reverse_kl"
    default_recipe = "paper"
    presets = {
        "smoke": Preset("smoke", budget_steps=60, width=16, batch_size=64),
        "quick": Preset("quick", budget_steps=4_000, width=128, batch_size=200),
        "paper": Preset("paper", budget_steps=50_000, width=128),
    }

    @property
    def spec(self):
        return DataSpec("points", (2,), (2,), kept=("mode",))

    @property
    def architecture(self):
        return Architecture(
            self.preset.width,
            generator_layers=self.options.generator_layers,
            discriminator_layers=self.options.discriminator_layers,
            final_relu=self.options.final_relu,
        )

    def fingerprint(self):
        return self.options_json()

    def prepare(self, report):
        return None

    def load(self, split):
        o = self.options
        n = o.train_samples if split == "train" else o.test_samples
        return Split(
            A=mixture(o.source_centres, o.sigma_A, n, seed_for(0, "toy", "A", split)),
            B=mixture(o.target_centres, o.sigma_B, n, seed_for(0, "toy", "B", split)),
        )

    def matches(self, split, source, target):
        """Every source mode goes to target modes of its own: one right way out of many."""
        inputs, targets = (split.domain(name).truth["mode"] for name in (source, target))
        a, b = (inputs, targets) if source == "A" else (targets, inputs)
        share = b * self.options.modes_A // self.options.modes_B  # the A mode that owns a B mode
        right = a[:, None] == share[None, :]
        return right if source == "A" else right.T
