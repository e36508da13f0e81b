"""The blur of what discriminators see, against SciPy's, and what it must not change."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d

from ganbench.networks.blur import blurred, rows_of_gaussian

SIDE = 24


@pytest.mark.parametrize("std_px", [0.7, 1.5, 3.0])
def test_far_from_the_border_it_is_a_gaussian_filter(std_px: float) -> None:
    x = torch.zeros(2, 3, 2 * SIDE + 1, 2 * SIDE + 1, dtype=torch.float64)
    x[0, 1, SIDE, SIDE], x[1, 2, SIDE - 2, SIDE + 1] = 1.0, -2.0
    wanted = x.numpy()
    for axis in (2, 3):
        wanted = gaussian_filter1d(wanted, std_px, axis=axis, truncate=SIDE / std_px)
    np.testing.assert_allclose(blurred(x, torch.tensor(std_px)).numpy(), wanted, atol=1e-6)


@given(std_px=st.floats(0, 40), side=st.integers(1, 40), level=st.floats(0, 1))
def test_flat_pictures_stay_flat(std_px: float, side: int, level: float) -> None:
    flat = torch.full((1, 3, side, side + 2), level)
    assert torch.allclose(blurred(flat, torch.tensor(std_px)), flat, atol=1e-5)


def test_without_any_left_a_picture_stays_as_it_is() -> None:
    x = torch.rand(2, 3, SIDE, SIDE).to(memory_format=torch.channels_last)
    same = blurred(x, torch.tensor(0.0))
    assert torch.equal(same, x)
    assert same.stride() == x.stride()
    assert torch.equal(rows_of_gaussian(SIDE, torch.tensor(0.0)), torch.eye(SIDE))


def test_it_can_be_mapped_and_has_gradients_of_gradients() -> None:
    x, std_px = torch.rand(3, 2, 1, 6, 6, dtype=torch.float64), torch.tensor([0.0, 1.0, 2.0])
    mapped = torch.vmap(blurred)(x, std_px)
    for one, std, each in zip(x, std_px, mapped, strict=True):
        assert torch.allclose(blurred(one, std), each)
    assert torch.autograd.gradgradcheck(lambda v: blurred(v, std_px[1]) ** 2, x[0].requires_grad_())
