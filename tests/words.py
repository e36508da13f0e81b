"""A small task between kinds, as a user would write one: phrases and flat pictures."""

SOURCE = '''"""Phrases of a shade and a tint, and flat pictures that are not those described."""

from dataclasses import dataclass

import numpy as np
import torch

from ganbench.api import DataSpec, Domain, Preset, Split, Task, seed_for

WORDS = ("dark", "pale", "red", "green", "blue")


class Shades(Task):
    kinds = ("tokens", "image")
    sources = {"drawn": ()}
    metrics = ("reconstruction", "edges", "variety", "azimuth")
    references = ("real", "untrained", "oracle")
    default_recipe = "paper"
    presets = {
        name: Preset(name, budget_steps=4, width=4, size=16, batch_size=8)
        for name in ("smoke", "quick", "paper")
    }

    @property
    def spec(self):
        kept = ("shade", "tint")
        return DataSpec(("tokens", "image"), (2, 5), (3, 16, 16), kept=kept, words_A=WORDS)

    def fingerprint(self):
        return {"version": 1}

    def prepare(self, report):
        pass

    def load(self, split):
        return Split(A=self.domain("A", split), B=self.domain("B", split))

    def domain(self, name, split):
        rng = np.random.default_rng(seed_for(0, "shades", name, split))
        shade, tint = rng.integers(2, size=24), rng.integers(3, size=24)
        truth = {"shade": shade, "tint": tint}
        if name == "A":
            words = torch.from_numpy(np.stack([shade, 2 + tint], axis=1))
            return Domain(words[..., None] == torch.arange(5), truth)
        pixels = np.zeros((24, 3, 16, 16))
        pixels[np.arange(24), tint] = (100 + 100 * shade)[:, None, None]
        noise = rng.integers(40, size=pixels.shape)
        return Domain(torch.from_numpy((pixels + noise).astype(np.uint8)), truth)
'''.replace("from dataclasses import dataclass\n\n", "")
