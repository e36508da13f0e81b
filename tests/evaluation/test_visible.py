"""What nobody sees moves no column of `visible`; what everybody sees does, the more the worse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from ganbench.evaluation.fidelity import distances
from ganbench.evaluation.fidelity.extractors import EXTRACTORS, FEATURES, VISIBLE, load
from ganbench.evaluation.fidelity.visible import blur, visible
from ganbench.evaluation.fidelity.weights import places
from ganbench.testing import damage
from tests.plugins.planted import make_task

MOST_OF_THE_WAY = 0.05  # from real pictures to plain grey, for what nobody sees
LEAST_PRECISION = 0.8
COUNT = 48
UNSEEN: Mapping[str, Callable[[Tensor], Tensor]] = {
    "noise of 2": partial(damage.noise, sigma=2),
    "JPEG": partial(damage.jpeg, quality=95),
    "half a pixel": partial(damage.shift, right_px=0.5),
}
# From little to much.
SEEN: Mapping[str, tuple[Callable[[Tensor], Tensor], ...]] = {
    "noise": tuple(partial(damage.noise, sigma=s) for s in (12, 32)),
    "blur": tuple(partial(damage.blur, sigma_px=s) for s in (0.8, 2)),
    "prototypes": tuple(partial(damage.prototypes, count=n) for n in (8, 3)),
    "half a car": (damage.half,),
}


@given(st.integers(0, 2**32 - 1), st.permutations(range(5)))
def test_each_image_is_seen_on_its_own(seed: int, order: list[int]) -> None:
    """Whatever lies beside it, and the same again; so copies stay copies."""
    rng = np.random.default_rng(seed)
    images = torch.from_numpy(rng.integers(256, size=(5, 3, 8, 9), dtype=np.uint8))
    seen = visible(images)
    assert seen.dtype == torch.float32 and seen.shape == images.shape
    assert seen.min() >= 0 and seen.max() <= 255
    assert torch.equal(visible(images[order]), seen[order])
    assert torch.equal(visible(images[:1])[0], seen[0])


def test_it_blurs_by_a_pixel_and_lays_a_floor() -> None:
    dot = torch.zeros(1, 3, 15, 15)
    dot[..., 7, 7] = 1
    spread = blur(dot)[0, 0].double()
    steps = torch.arange(15).double() - 7
    assert spread.sum().item() == pytest.approx(1)
    assert (spread.sum(0) * steps**2).sum().item() == pytest.approx(1, abs=0.02)  # its variance
    flat = torch.full((1, 3, 64, 64), 128, dtype=torch.uint8)
    assert visible(flat).std().item() == pytest.approx(8, rel=0.05)


@dataclass(frozen=True)
class Cars:
    """Cars that may be damaged, and how they compare with other real ones as they are."""

    pictures: Tensor
    seen: Callable[[Tensor], distances.Pairwise]
    whole: distances.Pairwise
    grey: distances.Pairwise


@pytest.fixture(scope="module")
def cars(cache_dir: Path) -> Cars:
    pictures = make_task("car2car", 32, cache_dir, identities=90).load("train").B.samples
    loaded = load(EXTRACTORS[VISIBLE], places(cache_dir, None), "cpu")
    real = loaded.read([pictures[:COUNT]])[FEATURES]

    def seen(images: Tensor) -> distances.Pairwise:
        return distances.pairwise(real, loaded.read([images])[FEATURES])

    other = pictures[COUNT : 2 * COUNT]
    return Cars(other, seen, seen(other), seen(damage.grey(other)))


@pytest.mark.parametrize("kind", UNSEEN)
def test_what_nobody_sees_moves_no_column(cars: Cars, kind: str) -> None:
    pairs = cars.seen(UNSEEN[kind](cars.pictures))
    way = cars.grey.kernel_distance - cars.whole.kernel_distance
    moved = pairs.kernel_distance - cars.whole.kernel_distance
    assert abs(moved) <= MOST_OF_THE_WAY * way
    assert pairs.precision >= LEAST_PRECISION


@pytest.mark.parametrize("kind", SEEN)
def test_what_is_seen_moves_them_in_order(cars: Cars, kind: str) -> None:
    found = [cars.whole, *(cars.seen(harm(cars.pictures)) for harm in SEEN[kind])]
    for less, more in pairwise(found):
        assert more.kernel_distance > less.kernel_distance
    assert found[-1].coverage < 0.7 * cars.whole.coverage
