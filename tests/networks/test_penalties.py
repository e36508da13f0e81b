"""The penalty whose centre can be set, by hand and beside the one of WGAN-GP."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.penalties import centred_penalty, gradient_penalty

pytestmark = pytest.mark.numeric

SLOPE = torch.tensor([2.0, 1.0, -2.0], dtype=torch.double)  # of length 3


def normal(*shape: int, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.double)


def of_patches(weight: Tensor, patches: int, x: Tensor) -> DiscriminatorOutput:
    """Each patch has the same linear logit."""
    logit = x.flatten(1) @ weight
    return DiscriminatorOutput(logit[:, None].expand(-1, patches), ())


@given(st.floats(0, 200), st.integers(1, 30))
def test_of_a_linear_critic_it_is_how_far_the_slope_of_all_logits_is(
    centre: float, patches: int
) -> None:
    found = centred_penalty(
        lambda x: of_patches(SLOPE, patches, x), normal(5, 3), normal(5, 3, seed=2), centre
    )
    assert found.item() == pytest.approx((3 * patches - centre) ** 2)


def test_its_gradient_by_hand() -> None:
    weight = SLOPE.clone().requires_grad_()
    penalty = centred_penalty(lambda x: of_patches(weight, 1, x), normal(5, 3), normal(5, 3), 100)
    (found,) = torch.autograd.grad(penalty, weight)
    torch.testing.assert_close(found, 2 * (3 - 100) * SLOPE / 3)


def curved(x: Tensor) -> DiscriminatorOutput:
    return DiscriminatorOutput(x.pow(3).sum(1), ())


def test_with_a_centre_of_1_and_one_logit_it_is_that_of_wgan_gp() -> None:
    real, fake = normal(6, 3), normal(6, 3, seed=2)
    torch.manual_seed(0)
    known = gradient_penalty(curved, real, fake)
    torch.manual_seed(0)
    torch.testing.assert_close(centred_penalty(curved, real, fake, 1.0), known)


def test_it_can_be_stacked() -> None:
    weights, real, fake = normal(4, 3), normal(5, 3), normal(5, 3, seed=2)
    found = torch.vmap(
        lambda weight: centred_penalty(lambda x: of_patches(weight, 1, x), real, fake, 2.0),
        randomness="different",
    )(weights)
    torch.testing.assert_close(found, (weights.norm(dim=1) - 2).square())


def test_a_flat_critic_has_a_gradient_for_every_centre() -> None:
    for centre in (0.0, 1.0):
        weight = torch.zeros(3, dtype=torch.double, requires_grad=True)
        penalty = centred_penalty(
            lambda x, w=weight: of_patches(w, 1, x), normal(5, 3), normal(5, 3), centre
        )
        (found,) = torch.autograd.grad(penalty, weight)
        assert found.isfinite().all()


@pytest.mark.parametrize("centre", [0.0, 3.0])
def test_slopes_of_a_trained_critic_come_to_the_centre(centre: float) -> None:
    torch.manual_seed(0)
    critic = NetworkBuilder(DataSpec("points", (2,), (2,)), Architecture(16), 0).critic("B")
    optimiser = torch.optim.Adam(critic.parameters(), 1e-2)
    for _ in range(80):
        optimiser.zero_grad()
        centred_penalty(critic, torch.randn(32, 2), torch.randn(32, 2), centre).backward()
        optimiser.step()
    x = torch.randn(200, 2).requires_grad_()
    (slopes,) = torch.autograd.grad(critic(x).logits.sum(), x)
    assert slopes.norm(dim=1).mean().item() == pytest.approx(centre, abs=0.3)
