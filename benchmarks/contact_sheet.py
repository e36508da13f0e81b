"""Draws a few pictures of every embedded domain into docs/domains.png, to be looked at.

`python benchmarks/contact_sheet.py`
"""

from __future__ import annotations

from pathlib import Path

from ganbench.core.cache import default_cache_dir
from ganbench.core.image_grid import image_rows, png_bytes
from ganbench.core.spec import Preset
from ganbench.registry.registry import discover

ROOT = Path(__file__).parent.parent
SHOWN = 12
SIDE_PX = 64
# A task, its options, and which of its domains is shown under what name.
DOMAINS = (
    ("car2car", {"identities": 48}, {"A": "cars"}),
    ("chair2chair", {"identities": 48}, {"A": "chairs"}),
    ("face2face", {"identities": 48}, {"A": "heads"}),
    ("gender", {"people": 120}, {"A": "female", "B": "male"}),
    ("hair", {"people": 120}, {"A": "black hair", "B": "blond hair"}),
    ("glasses", {"people": 120}, {"A": "no glasses", "B": "glasses"}),
    ("edges2shoes", {"products": 60}, {"A": "edges of shoes", "B": "shoes"}),
    ("edges2handbags", {"products": 60}, {"A": "edges of bags", "B": "handbags"}),
)


def main() -> None:
    registry, rows = discover(), []
    for name, options, shown in DOMAINS:
        task_type = registry.load("task", name)
        preset = Preset("paper", budget_steps=1, width=8, size=SIDE_PX)
        chosen = task_type.options_type(**options)
        task = task_type(chosen, preset, "procedural", {}, default_cache_dir() / "data")
        task.prepare(print)
        train = task.load("train")
        rows += [
            (label, train.domain(domain).samples[:SHOWN].numpy()) for domain, label in shown.items()
        ]
    (ROOT / "docs" / "domains.png").write_bytes(png_bytes(image_rows(rows)))


if __name__ == "__main__":
    main()
