"""What fidelity columns see: `python benchmarks/visibility.py [--fashion-mnist DIR] [KIND ...]`.

Damage of real pictures, from what nobody sees to what everybody does, as several extractors see
it: other real pictures of the same kind with the damage, against real ones. Printed as tables in
Markdown: the kernel distance in percent of its way from undamaged to plain grey, precision, and
coverage. results/reference/visibility.md has what it printed; docs/metrics.md has a part of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from ganbench.core.cache import default_cache_dir
from ganbench.evaluation.fidelity.distances import Pairwise, pairwise
from ganbench.evaluation.fidelity.extractors import EMBEDDED, EXTRACTORS, VISIBLE, load
from ganbench.evaluation.fidelity.weights import places
from ganbench.testing import damage

sys.path.insert(0, str(Path(__file__).parent))
from visibility_pictures import KINDS, Sets, kinds, sets

COUNT = 56
SIZES_PX = (32, 64)
BATCH = 16
BLOCK = 10  # the last whose map has a side of 8, with 112 channels
Found = dict[str, dict[str, Pairwise]]
DAMAGES: Mapping[str, Callable[[Tensor], Tensor]] = {
    "none": lambda images: images,
    "noise of 2/255": partial(damage.noise, sigma=2),
    "JPEG of quality 95": partial(damage.jpeg, quality=95),
    "moved by half a pixel": partial(damage.shift, right_px=0.5),
    "background lighter by 2/255": partial(damage.background, levels=2),
    "noise of 8/255": partial(damage.noise, sigma=8),
    "noise of 32/255": partial(damage.noise, sigma=32),
    "JPEG of quality 30": partial(damage.jpeg, quality=30),
    "JPEG of quality 8": partial(damage.jpeg, quality=8),
    "blur of 0.7 px": partial(damage.blur, sigma_px=0.7),
    "blur of 2 px": partial(damage.blur, sigma_px=2),
    "background lighter by 16/255": partial(damage.background, levels=16),
    "background lighter by 64/255": partial(damage.background, levels=64),
    "upside down": damage.upside_down,
    "half an object": damage.half,
    "a quarter is plain grey": partial(damage.some_grey, share=0.25),
    "half is plain grey": partial(damage.some_grey, share=0.5),
    "8 prototypes": partial(damage.prototypes, count=8),
    "3 prototypes": partial(damage.prototypes, count=3),
    "plain grey": damage.grey,
}
PLAIN = "plain grey"


def pyramid(images: Tensor) -> Tensor:
    """What a Laplacian pyramid has below 16 px: differences at 16 and 8 px, and the rest at 4 px;
    each level with the same weight.
    """
    finer, levels = at(images.float() / 255, 16), []
    for side in (8, 4):
        coarser = at(finer, side)
        levels.append(finer - F.interpolate(coarser, finer.shape[-2:], mode="bilinear"))
        finer = coarser
    return torch.cat([level.flatten(1) * 64 / level.shape[-1] for level in (*levels, finer)], 1)


def at(images: Tensor, side: int) -> Tensor:
    return F.interpolate(images, (side, side), mode="bilinear", antialias=True)


class Reader:
    """Reads each picture once, however often it is among those that are asked for.

    network: features (n, d) of uint8 images, for each of `names`.
    """

    def __init__(self, names: Sequence[str], network: Callable[[Tensor], Sequence[Tensor]]) -> None:
        self.names = names
        self._network = network
        self._known: dict[bytes, list[Tensor]] = {}

    def __call__(self, images: Tensor) -> dict[str, Tensor]:
        keys = [image.numpy().tobytes() for image in images]
        new = list({key: i for i, key in enumerate(keys) if key not in self._known}.values())
        for start in range(0, len(new), BATCH):
            some = new[start : start + BATCH]
            with torch.inference_mode():
                read = zip(*self._network(images[some]), strict=True)
                for i, features in zip(some, read, strict=True):
                    self._known[keys[i]] = list(features)
        columns = zip(*(self._known[key] for key in keys), strict=True)
        return {name: torch.stack(values) for name, values in zip(self.names, columns, strict=True)}


def readers() -> list[Reader]:
    """The embedded networks; an earlier map of the same pass; and one without any network."""
    found = places(default_cache_dir(), None)
    plain, seen = (load(EXTRACTORS[name], found, "cpu").network for name in (EMBEDDED, VISIBLE))
    maps: list[Tensor] = []
    seen.network._blocks[BLOCK].register_forward_hook(lambda *given: maps.append(given[-1]))

    def both(images: Tensor) -> list[Tensor]:
        last = seen(images)[0]
        return [last, maps.pop().mean((2, 3))]

    return [
        Reader([EMBEDDED], plain),
        Reader([VISIBLE, "`visible`, earlier map"], both),
        Reader(["Laplacian pyramid"], lambda images: [pyramid(images)]),
    ]


def damaged(pictures: Sets, something_else: Tensor) -> Iterator[tuple[str, Tensor]]:
    """The other real pictures with each damage, and what is wrong as a whole."""
    for name, harm in DAMAGES.items():
        if name == PLAIN:
            half = partial(damage.some_others, others=something_else, share=0.5)
            yield "half shows something else", half(pictures.others)
            if pictures.one_side is not None:
                yield "views of one side alone", pictures.one_side
        yield name, harm(pictures.others)


def seen_by(read: Reader, pictures: Sets, something_else: Tensor) -> Found:
    """By extractor, how each damage compares with the real pictures."""
    base = read(pictures.real)
    found: Found = {name: {} for name in read.names}
    for what, images in damaged(pictures, something_else):
        for name, features in read(images).items():
            found[name][what] = pairwise(base[name], features)
    return found


def report(kind: str, pictures: Sets, something_else: Tensor) -> None:
    columns: Found = {}
    for read in readers():
        columns.update(seen_by(read, pictures, something_else))
    side = pictures.real.shape[-1]
    print(f"\n## {kind}, {len(pictures.real)} against {len(pictures.others)} of {side} px\n")
    print("| damage | " + " | ".join(columns) + " |")
    print("| --- |" + " ---: |" * len(columns))
    for name in next(iter(columns.values())):
        cells = [cell(found, name) for found in columns.values()]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def cell(found: Mapping[str, Pairwise], name: str) -> str:
    floor, grey, here = found["none"], found[PLAIN], found[name]
    way = (here.kernel_distance - floor.kernel_distance) / (
        grey.kernel_distance - floor.kernel_distance
    )
    return f"{100 * way:.1f} / {here.precision:.2f} / {here.coverage:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fashion-mnist", type=Path, help="the folder of its IDX files")
    parser.add_argument("kinds", nargs="*", help=f"of {', '.join(KINDS)}; all by default")
    given = parser.parse_args()
    torch.set_num_threads(1)
    known = kinds(given.fashion_mnist)
    for kind in given.kinds or known:
        for size in SIZES_PX:
            others = "heads" if kind == "cars" else "cars"
            report(kind, sets(known[kind](size), COUNT), known[others](size).samples)


if __name__ == "__main__":
    main()
