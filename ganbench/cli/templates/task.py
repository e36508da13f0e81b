"""MyPlugin: in one line what A and B are, and what they share."""

from dataclasses import dataclass

import numpy as np
import torch

from ganbench.api import DataSpec, Domain, Preset, Split, Task, require_range, seed_for

RADIUS = {"A": 1.0, "B": 3.0}


@dataclass(frozen=True)
class Options:
    """What `--set my_plugin.sigma=0.2` sets."""

    sigma: float = 0.1
    train_samples: int = 10_000
    test_samples: int = 1_000

    def __post_init__(self):
        require_range(self.sigma > 0, "sigma", self.sigma, "a positive number")
        for name in ("train_samples", "test_samples"):
            require_range(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")


class MyPlugin(Task):
    options_type = Options
    sources = {"circles": ()}  # of a real data set: {"photos": ("photos",)}, from --data photos=DIR
    metrics = ("reconstruction",)
    references = ("real", "untrained")
    default_recipe = "paper"
    presets = {
        "smoke": Preset("smoke", budget_steps=60, width=16, batch_size=64),
        "quick": Preset("quick", budget_steps=4_000, width=64, batch_size=200),
        "paper": Preset("paper", budget_steps=50_000, width=128),
    }

    @property
    def spec(self):
        """Images are DataSpec("image", (3, size, size), (3, size, size)), as uint8."""
        return DataSpec("points", (2,), (2,))

    def fingerprint(self):
        """All that the data depend on; other data under one fingerprint are never made."""
        return self.options_json()

    def prepare(self, report):
        """What takes long is made here, once, with `cached_arrays`; `report` takes a line."""

    def load(self, split):
        """Three splits that share no identity. Only metrics and references see the truth."""
        return Split(A=self.domain("A", split), B=self.domain("B", split))

    def domain(self, name, split):
        o = self.options
        n = o.train_samples if split == "train" else o.test_samples
        rng = np.random.default_rng(seed_for(0, "my_plugin", name, split))
        angle = rng.uniform(-np.pi, np.pi, n)
        circle = RADIUS[name] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        points = circle + o.sigma * rng.standard_normal((n, 2))
        return Domain(torch.from_numpy(points.astype(np.float32)), {"angle_rad": angle})
