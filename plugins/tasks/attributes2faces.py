"""Attributes of faces to pictures of faces that have them, and back."""

from ganbench.api import FacesToldTask, Preset, Task


class Attributes2Faces(FacesToldTask, Task):
    presets = {
        "smoke": Preset("smoke", budget_steps=20, width=8, size=16, batch_size=16),
        "quick": Preset("quick", budget_steps=2000, width=16, size=32, batch_size=32, lr_factor=5),
        "paper": Preset("paper", budget_steps=40_000, width=64, size=64, batch_size=64),
    }
