"""A side whose pictures are all one is told, and no other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.data.sameness import AT_ONCE, sameness


@pytest.mark.parametrize("n", [2, AT_ONCE, AT_ONCE + 1])
@given(value=st.integers(0, 255))
def test_one_picture_that_differs_is_enough(n: int, value: int) -> None:
    images = np.full((n, 3, 4, 4), value, np.uint8)
    assert sameness(images).startswith(
        f"all {n} pictures are the same, of the one colour ({value}, {value}, {value})"
    )
    images[-1, 1, 2, 3] ^= 1
    assert sameness(images) == ""


def test_copies_and_plain_pictures() -> None:
    rng = np.random.default_rng(0)
    copies = np.repeat(rng.integers(0, 256, (1, 3, 4, 4), np.uint8), 5, 0)
    assert sameness(copies) == "all 5 pictures are the same"
    plain = np.broadcast_to(np.arange(15, dtype=np.uint8).reshape(5, 3, 1, 1), (5, 3, 4, 4))
    assert sameness(plain) == "each of the 5 pictures is of one colour"
    assert sameness(copies[:1]) == sameness(copies[:0]) == ""
