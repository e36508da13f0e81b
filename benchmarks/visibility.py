"""What fidelity columns see: `python benchmarks/visibility.py [TASK ...]`.

Damage of real pictures, from what nobody sees to what everybody does, as the embedded extractors
see it: other real pictures of the same domain with the damage, against real ones. Printed as a
table in Markdown: the kernel distance in percent of its way from undamaged to plain grey, and
precision and recall. docs/metrics.md has what it printed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[1]))

from ganbench.core.cache import default_cache_dir
from ganbench.evaluation.fidelity.distances import pairwise
from ganbench.evaluation.fidelity.extractors import EMBEDDED, EXTRACTORS, FEATURES, VISIBLE, load
from ganbench.evaluation.fidelity.weights import places
from ganbench.registry.registry import discover
from tests.evaluation import damage

COUNT = 200
TASKS = ("car2car", "face2face", "handbags2shoes")
Damage = Callable[[Tensor], Tensor]
DAMAGES: Mapping[str, Damage] = {
    "none": lambda images: images,
    "noise of 1/255": partial(damage.noise, sigma=1),
    "noise of 2/255": partial(damage.noise, sigma=2),
    "JPEG of quality 95": partial(damage.jpeg, quality=95),
    "moved by half a pixel": partial(damage.shift, right_px=0.5),
    "noise of 8/255": partial(damage.noise, sigma=8),
    "noise of 32/255": partial(damage.noise, sigma=32),
    "JPEG of quality 30": partial(damage.jpeg, quality=30),
    "blur of 0.7 px": partial(damage.blur, sigma_px=0.7),
    "blur of 2 px": partial(damage.blur, sigma_px=2),
    "half an object": damage.half,
    "a quarter is plain grey": partial(damage.some_grey, share=0.25),
    "8 prototypes": partial(damage.prototypes, count=8),
    "3 prototypes": partial(damage.prototypes, count=3),
    "plain grey": damage.grey,
}


def two_sets(name: str) -> tuple[Tensor, Tensor]:
    """Real train pictures of domain B of the task's `quick` preset, and as many others."""
    kind = discover().load("task", name)
    options = kind.options_type(**kind.preset_options.get("quick", {}))
    source = next(iter(kind.sources))
    task = kind(options, kind.presets["quick"], source, {}, default_cache_dir() / "data")
    task.prepare(print)
    pictures = task.load("train").B.samples
    count = min(COUNT, len(pictures) // 2)
    return pictures[:count], pictures[count : 2 * count]


def seen(extractor: str, real: Tensor, other: Tensor) -> dict[str, tuple[float, float, float]]:
    """Kernel distance, precision and recall by damage."""
    loaded = load(EXTRACTORS[extractor], places(default_cache_dir(), None), "cpu")
    base, found = loaded.read([real])[FEATURES], {}
    for name, harm in DAMAGES.items():
        pairs = pairwise(base, loaded.read([harm(other)])[FEATURES])
        found[name] = (pairs.kernel_distance, pairs.precision, pairs.recall)
    return found


def report(task: str) -> None:
    real, other = two_sets(task)
    columns = {name: seen(name, real, other) for name in (EMBEDDED, VISIBLE)}
    print(f"\n{task}: {len(real)} against {len(other)} pictures of {real.shape[-1]} px\n")
    heads = [f"{name}: kd, % of grey | precision | recall" for name in columns]
    print("| damage | " + " | ".join(heads) + " |")
    print("| --- |" + " ---: | ---: | ---: |" * len(columns))
    for name in DAMAGES:
        cells = []
        for found in columns.values():
            floor, grey = found["none"][0], found["plain grey"][0]
            kd, precision, recall = found[name]
            way = 100 * (kd - floor) / (grey - floor)
            cells.append(f"{way:.1f} | {precision:.2f} | {recall:.2f}")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    torch.set_num_threads(2)
    for task in sys.argv[1:] or TASKS:
        report(task)


if __name__ == "__main__":
    main()
