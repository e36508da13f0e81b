"""The norms that are fast on a CPU are PyTorch's, with their slopes, and slopes of slopes."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from ganbench.networks.norms import InstanceNorm, Normalised, layer_instance_norm

pytestmark = pytest.mark.numeric


def maps(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.double)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 3), st.integers(1, 5), st.integers(1, 6), st.integers(2, 6), st.integers(0, 99)
)
def test_an_instance_norm_is_pytorchs(n: int, c: int, h: int, w: int, seed: int) -> None:
    x = (3 + 5 * maps(n, c, h, w, seed=seed)).requires_grad_()
    upstream = maps(n, c, h, w, seed=seed + 1)
    ours, theirs = InstanceNorm()(x), F.instance_norm(x)
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)
    slopes = [torch.autograd.grad(y, x, upstream)[0] for y in (ours, theirs)]
    torch.testing.assert_close(*slopes, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_layout_stays(layout: torch.memory_format) -> None:
    x = maps(2, 3, 4, 5).contiguous(memory_format=layout)
    assert InstanceNorm()(x).is_contiguous(memory_format=layout)


def test_a_flat_map_comes_to_nothing() -> None:
    assert not InstanceNorm()(torch.full((1, 2, 3, 3), 7.0)).any()


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_bf16_is_normed_in_single_precision(layout: torch.memory_format) -> None:
    x = (3 + 5 * maps(2, 3, 4, 5)).bfloat16().contiguous(memory_format=layout)
    normed = InstanceNorm()(x)
    assert torch.equal(normed, InstanceNorm()(x.float()))
    assert normed.is_contiguous(memory_format=layout)


def test_slopes_of_slopes_are_right() -> None:
    x = maps(2, 2, 2, 3).requires_grad_()
    assert gradcheck(Normalised.apply, (x,)) and gradgradcheck(Normalised.apply, (x,))


def penalty(x: Tensor) -> Tensor:
    """As R1 has it: of the slope of a function of what is normed."""
    slope = torch.func.grad(lambda x: (InstanceNorm()(x) ** 3).sum())(x)
    return slope.square().sum()


def test_stacked_seeds_have_the_slopes_of_each_alone() -> None:
    stacked = maps(3, 2, 2, 3, 4)
    together = torch.vmap(torch.func.grad(penalty))(stacked)
    torch.testing.assert_close(
        together, torch.stack([torch.func.grad(penalty)(x) for x in stacked])
    )


def test_a_layer_instance_norm_in_bf16_is_that_of_single_precision() -> None:
    x = (5 * maps(1, 4, 8, 8)).bfloat16()
    rho, gamma, beta = (torch.rand(1, 4, 1, 1) for _ in range(3))
    torch.testing.assert_close(
        layer_instance_norm(x, rho, gamma, beta), layer_instance_norm(x.float(), rho, gamma, beta)
    )
