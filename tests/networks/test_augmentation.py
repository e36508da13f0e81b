"""Augmentation of what discriminators see."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from ganbench.networks.augmentation import (
    AUGMENTATIONS,
    NOISE_STD,
    augment_inputs,
    augmented,
    cutout,
    translation,
)
from tests.broad import few_of

SIDE = 16


def pictures(n: int = 6, seed: int = 0) -> Tensor:
    return torch.rand(n, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_each_picture_is_changed_in_its_own_way(name: str) -> None:
    torch.manual_seed(1)
    one = pictures(1).expand(6, -1, -1, -1)
    out = augmented(one, name)
    assert out.shape == one.shape
    assert len({tuple(picture.flatten().tolist()) for picture in out}) > 3  # of 25 shifts


@pytest.mark.parametrize("name", few_of(AUGMENTATIONS, ("colour",)))
def test_it_has_gradients_and_gradients_of_these(name: str) -> None:
    x = pictures(2)[..., :8, :8].double().requires_grad_()

    def again(values: Tensor) -> Tensor:
        torch.manual_seed(0)
        return augmented(values, name)

    assert torch.autograd.gradcheck(again, x)
    assert torch.autograd.gradgradcheck(again, x)


@given(seed=st.integers(0, 10_000))
def test_a_shift_moves_the_picture_and_leaves_grey(seed: int) -> None:
    """By whole pixels, at most an eighth of the side, and what comes in is the centre's 0."""
    torch.manual_seed(seed)
    x = 2 * pictures(1, seed) - 1
    moved = translation(x)
    most = SIDE // 8
    padded = nn.functional.pad(x, [most] * 4)
    windows = [
        padded[..., down : down + SIDE, right : right + SIDE]
        for down in range(2 * most + 1)
        for right in range(2 * most + 1)
    ]
    assert any(torch.equal(moved, window) for window in windows)


@given(seed=st.integers(0, 10_000))
def test_a_cut_is_one_rectangle_of_at_most_half_the_side(seed: int) -> None:
    torch.manual_seed(seed)
    gone = cutout(torch.ones(1, 1, SIDE, SIDE))[0, 0] == 0
    rows, columns = gone.any(1), gone.any(0)
    assert torch.equal(gone, rows[:, None] & columns[None, :])
    for line in (rows, columns):
        (places,) = line.nonzero(as_tuple=True)
        assert SIDE // 4 <= len(places) <= SIDE // 2
        assert int(places[-1] - places[0]) == len(places) - 1


def test_noise_is_as_strong_as_it_says() -> None:
    torch.manual_seed(0)
    grey = torch.full((50, 3, SIDE, SIDE), 0.5)
    added = augmented(grey, "noise") - grey
    assert added.mean().abs() < 0.1 * NOISE_STD
    assert added.std().item() == pytest.approx(NOISE_STD, rel=0.02)


def test_colours_keep_a_grey_picture_grey() -> None:
    torch.manual_seed(0)
    grey = pictures()[:, :1].expand(-1, 3, -1, -1)
    out = augmented(grey, "colour")
    assert torch.allclose(out, out[:, :1].expand(-1, 3, -1, -1), atol=1e-6)


def test_a_judge_sees_it_in_training_alone() -> None:
    torch.manual_seed(0)
    judge = nn.Sequential(nn.Identity())
    augment_inputs(judge, "cutout,noise")
    x = pictures()
    assert not torch.equal(judge(x), x)
    assert torch.equal(judge.eval()(x), x)
