"""Features at full size and at a quarter of it: only the former see that a picture was enlarged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from ganbench.core.large_pictures import enlarged, shrunk
from ganbench.evaluation.fidelity.distances import pairwise
from ganbench.evaluation.fidelity.extractors import (
    EXTRACTORS,
    FEATURES,
    VISIBLE,
    VISIBLE_FULL,
    VISIBLE_QUARTER,
    load,
)
from ganbench.evaluation.fidelity.weights import places
from tests.evaluation.test_spectra import pictures

COUNT = 24
Read = Callable[[str, Tensor], Tensor]


@pytest.fixture(scope="module")
def read(cache_dir: Path) -> Read:
    loaded = {
        name: load(EXTRACTORS[name], places(cache_dir, None), "cpu")
        for name in (VISIBLE, VISIBLE_FULL, VISIBLE_QUARTER)
    }
    return lambda name, images: loaded[name].read([images])[FEATURES]


def test_at_128_px_full_size_is_what_visible_sees(read: Read) -> None:
    images = pictures(0, 3)
    assert torch.equal(read(VISIBLE_FULL, images), read(VISIBLE, images))
    larger = images.repeat_interleave(2, -1).repeat_interleave(2, -2)
    assert not torch.allclose(read(VISIBLE_FULL, larger), read(VISIBLE, larger), atol=0.1)


def test_at_a_quarter_they_are_those_of_the_small_pictures(read: Read) -> None:
    images = pictures(0, 3)
    assert torch.equal(read(VISIBLE_QUARTER, images), read(VISIBLE, shrunk(images)))


def test_an_enlarged_picture_wins_at_a_quarter_alone(read: Read) -> None:
    real, other = pictures(0, COUNT), pictures(1, COUNT)

    def distance(name: str, fake: Tensor) -> float:
        return pairwise(read(name, real), read(name, fake)).kernel_distance

    grey = torch.full_like(other, 128)
    for name, least, most in ((VISIBLE_FULL, 0.1, 9.0), (VISIBLE_QUARTER, -9.0, 0.05)):
        whole = distance(name, other)
        way = distance(name, grey) - whole
        assert least * way < distance(name, enlarged(shrunk(other))) - whole < most * way
