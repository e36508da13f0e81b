"""Which pictures are large, and what a small one is."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.large_pictures import FACTOR, LARGE_PX, enlarged, shrunk, too_small
from ganbench.core.spec import DataSpec

SMALL, LARGE = (3, LARGE_PX - 1, LARGE_PX), (3, LARGE_PX, LARGE_PX)


def test_a_side_tells_which_are_large() -> None:
    assert too_small(DataSpec("image", LARGE, LARGE)) is None
    mixed = DataSpec("image", SMALL, LARGE)
    assert too_small(mixed, "B") is None
    for domains in (("A",), ()):
        reason = too_small(mixed, *domains)
        assert reason == f"it is for pictures of {LARGE_PX} px or more, not {LARGE_PX - 1}"


def test_points_and_words_have_no_detail() -> None:
    assert too_small(DataSpec("points", (2,), (2,))) == "points have no fine detail"
    words = DataSpec(("tokens", "image"), (3, 5), LARGE)
    assert too_small(words) == "tokens have no fine detail"
    assert too_small(words, "B") is None


@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 12, 32]), st.integers(0, 255))
def test_small_ones_have_a_quarter_of_the_side(seed: int, side: int, level: int) -> None:
    noise = torch.randint(256, (2, 3, side, side), generator=torch.Generator().manual_seed(seed))
    small = shrunk(noise.byte())
    assert small.shape == (2, 3, side // FACTOR, side // FACTOR) and small.dtype == torch.uint8
    assert enlarged(small).shape == noise.shape
    flat = torch.full((1, 3, side, side), level, dtype=torch.uint8)
    assert torch.equal(enlarged(shrunk(flat)), flat)


def test_an_enlarged_picture_is_small_again_as_it_was() -> None:
    """What bicubic enlarging adds has no detail, so little of it is lost."""
    wave = torch.sin(torch.arange(32) / 3)
    small = (127 + 90 * torch.outer(wave, wave)).round().byte().expand(1, 3, 32, 32)
    assert (shrunk(enlarged(small)).float() - small.float()).abs().max() <= 4


@pytest.mark.parametrize("resize", [shrunk, enlarged])
def test_overshoots_stay_bytes(resize: object) -> None:
    """Bicubic weights are below 0 in part: next to white, black would be below 0."""
    edge = torch.zeros(1, 3, 16, 16, dtype=torch.uint8)
    edge[..., 8:] = 255
    out = resize(edge)  # type: ignore[operator]
    assert {0, 255} <= {*out.flatten().tolist()}
    assert out[..., : out.shape[-1] // 4].max() == 0
