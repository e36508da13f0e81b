"""Latents that are drawn under a seed, and those that are found for a sample."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from ganbench.contracts.model import Model
from ganbench.core.spec import DataSpec
from ganbench.networks.latents import nearest_latents, seeded_latent
from tests.plugins.test_baselines import made
from tests.plugins.test_models import IMAGES, POINTS, batch

pytestmark = pytest.mark.numeric

CPU = torch.device("cpu")
DIM, STEPS = 8, 200
WIDTHS = {"points": 64, "image": 4}
SPECS = pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])


def cogan(spec: DataSpec, passes: int = 20) -> Model:
    """With the batch norm of some passes, and in doubles, so that no rounding tells how large the
    batch was.
    """
    model = made("cogan", spec, WIDTHS[spec.kind], latent_dim=DIM, inversion_steps=STEPS)
    torch.manual_seed(0)
    for _ in range(passes):
        model.fakes(batch(spec, 64))
    return model.double().eval()


def found(decode: nn.Module, x: Tensor, steps: int = STEPS) -> Tensor:
    return nearest_latents(decode, x, DIM, steps, lr=0.1)


def distances(decode: nn.Module, latents: Tensor, x: Tensor) -> Tensor:
    return (decode(latents) - x).square().flatten(1).mean(1).detach()


def some_latents() -> Tensor:
    generator = torch.Generator().manual_seed(2)
    return torch.randn(5, DIM, generator=generator, dtype=torch.float64)


def samples(decode: nn.Module) -> Tensor:
    return decode(some_latents()).detach()  # type: ignore[no-any-return]


def test_a_seed_draws_one_latent_and_leaves_the_random_state() -> None:
    before = torch.get_rng_state()
    latent = seeded_latent(DIM, 3, CPU)
    assert torch.equal(before, torch.get_rng_state())
    assert latent.shape == (1, DIM)
    assert torch.equal(latent, seeded_latent(DIM, 3, CPU))
    assert not torch.equal(latent, seeded_latent(DIM, 4, CPU))
    assert seeded_latent(10_000, 0, CPU).std().item() == pytest.approx(1, abs=0.05)


def test_the_latent_of_a_linear_decoder_is_the_one_that_was_used() -> None:
    torch.manual_seed(0)
    decode = nn.Linear(DIM, 12, bias=False).double()
    nn.init.orthogonal_(decode.weight)
    latents = some_latents()
    torch.testing.assert_close(found(decode, decode(latents).detach()), latents, atol=1e-2, rtol=0)


@SPECS
def test_a_found_latents_sample_is_far_nearer_than_the_one_of_the_start(
    spec: DataSpec,
) -> None:
    decode = cogan(spec).generators["A"]
    x = samples(decode)
    start = found(decode, x, steps=0)
    assert start.shape == (5, DIM) and (start == start[0]).all()
    after, before = distances(decode, found(decode, x), x), distances(decode, start, x)
    assert (after < before / 1e4).all()


@SPECS
def test_a_found_latent_depends_on_its_own_sample_alone(spec: DataSpec) -> None:
    decode = cogan(spec).generators["A"]
    x = samples(decode)
    whole = found(decode, x)
    torch.testing.assert_close(found(decode, x[3:4]), whole[3:4])
    torch.testing.assert_close(found(decode, x.flip(0)), whole.flip(0))


@SPECS
def test_the_search_leaves_no_gradient_and_works_in_inference_mode(spec: DataSpec) -> None:
    model = cogan(spec)
    decode = model.generators["A"]
    x = samples(decode)
    expected = found(decode, x)
    assert not expected.requires_grad
    with torch.inference_mode():
        again = found(decode, x.clone())
        assert torch.is_inference_mode_enabled()
    assert torch.equal(again, expected)
    assert all(p.grad is None and p.requires_grad for p in model.parameters())


def test_a_translation_is_the_other_picture_of_the_same_latent() -> None:
    model = cogan(IMAGES)
    a, b = (samples(model.generators[name]) for name in "AB")
    with torch.inference_mode():
        translated = model.translate(a, "B")
        back = model.translate(b, "A")
    for ours, right in ((translated, b), (back, a)):
        spread = (right - right.mean(0)).square().mean()
        assert (ours - right).square().mean() < spread / 1e4


def test_the_search_also_moves_where_the_weights_are_the_first_ones() -> None:
    decode, x = cogan(IMAGES, passes=0).generators["A"], batch(IMAGES)["A"].double()
    assert not torch.equal(found(decode, x), found(decode, x, steps=0))
