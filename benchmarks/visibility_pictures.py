"""Real pictures of every kind of data, two sets of each, for `visibility.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from skimage import data
from torch import Tensor

from ganbench.core.cache import default_cache_dir
from ganbench.core.spec import DomainName
from ganbench.data.decoded import decode
from ganbench.data.readers.fashion_mnist import list_fashion_mnist
from ganbench.registry.registry import discover

FACING_SIDE_DEG = 30.0  # views from here on are of one side alone
TILE_PX = 64  # of a photograph
PHOTOGRAPHS = ("astronaut", "coffee", "cat", "rocket")  # scikit-image has them in its package
SNEAKER, BAG = 7, 8
GARMENTS = 240


@dataclass(frozen=True)
class Pictures:
    """uint8 (n, 3, size, size), in any order. azimuths_deg: (n,) where they are known."""

    samples: Tensor
    azimuths_deg: np.ndarray | None = None


@dataclass(frozen=True)
class Sets:
    """Pictures to compare with; as many others; and those of the others' pool that show one side,
    or none where no azimuth is known.
    """

    real: Tensor
    others: Tensor
    one_side: Tensor | None


def rendered(task: str, domain: DomainName, size: int, options: Mapping[str, int]) -> Pictures:
    """Train pictures of one domain of a task of rendered objects."""
    kind = discover().load("task", task)
    own = {**kind.preset_options.get("quick", {}), **options}
    preset = replace(kind.presets["quick"], size=size)
    made = kind(kind.options_type(**own), preset, next(iter(kind.sources)), {}, cache())
    made.prepare(print)
    found = made.load("train").domain(domain)
    return Pictures(found.samples, found.truth.get("azimuth_deg"))


def photographs(size: int) -> Pictures:
    """Tiles of photographs of a person, a cup, a cat and a rocket, in any order."""
    tiles = [tile for name in PHOTOGRAPHS for tile in tiles_of(getattr(data, name)())]
    order = np.random.default_rng(0).permutation(len(tiles))
    stacked = torch.from_numpy(np.stack(tiles)[order]).permute(0, 3, 1, 2)
    return Pictures(resized(stacked, size))


def tiles_of(photograph: np.ndarray) -> list[np.ndarray]:
    """All of TILE_PX that lie beside each other."""
    height, width = (side // TILE_PX * TILE_PX for side in photograph.shape[:2])
    rows = range(0, height, TILE_PX)
    columns = range(0, width, TILE_PX)
    return [photograph[y : y + TILE_PX, x : x + TILE_PX] for y in rows for x in columns]


def garments(folder: Path, label: int, size: int) -> Pictures:
    """Photographs of Fashion-MNIST, 28 px, grey, enlarged."""
    listing = list_fashion_mnist(folder)
    chosen = listing.take(np.flatnonzero(listing.truth["label"] == label)[:GARMENTS])
    return Pictures(torch.from_numpy(decode(chosen, size)))


def resized(images: Tensor, size: int) -> Tensor:
    sized = torch.nn.functional.interpolate(
        images.float(), (size, size), mode="bilinear", antialias=True
    )
    return sized.round().clamp(0, 255).byte()


def cache() -> Path:
    return default_cache_dir() / "data"


VIEWS = {"identities": 72}
PRODUCTS = {"products": 400}
KINDS: Mapping[str, Callable[[int], Pictures]] = {
    "cars": lambda size: rendered("car2car", "B", size, {"identities": 120}),
    "heads": lambda size: rendered("face2face", "B", size, VIEWS),
    "chairs": lambda size: rendered("chair2chair", "B", size, VIEWS),
    "shoes": lambda size: rendered("handbags2shoes", "B", size, PRODUCTS),
    "handbags": lambda size: rendered("handbags2shoes", "A", size, PRODUCTS),
    "edges": lambda size: rendered("shoes2edges", "B", size, PRODUCTS),
    "photographs": photographs,
}


def kinds(fashion_mnist: Path | None) -> dict[str, Callable[[int], Pictures]]:
    """Pictures of a size, by kind; those of Fashion-MNIST where its folder is given."""
    if fashion_mnist is None:
        return dict(KINDS)
    labels = {"photographs of sneakers": SNEAKER, "photographs of bags": BAG}
    return {
        **KINDS,
        **{name: partial(garments, fashion_mnist, label) for name, label in labels.items()},
    }


def sets(pictures: Pictures, most: int) -> Sets:
    """At most so many a set."""
    samples, azimuths = pictures.samples, pictures.azimuths_deg
    count = min(most, len(samples) // 2)
    real, pool = samples[:count], samples[count:]
    if azimuths is None:
        return Sets(real, pool[:count], None)
    facing = torch.from_numpy(azimuths[count:] >= FACING_SIDE_DEG)
    return Sets(real, pool[:count], pool[facing][:count])
