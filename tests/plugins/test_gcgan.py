"""GcGAN: what a turn costs, what is judged as real, and its two recipes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from ganbench.contracts.model import Model
from ganbench.core.spec import DataSpec
from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.networks.turns import TURNS
from ganbench.training.optimisers import optimisers_of
from ganbench.training.step import update
from tests.plugins.test_baselines import Watched, made
from tests.plugins.test_models import BUILT_IN, IMAGES, POINTS, batch, build

pytestmark = pytest.mark.numeric

GEOMETRIES = ("rot90", "vflip")
step = torch.tensor(0)


class Negative(nn.Module):
    """Changes each pixel by itself, so it commutes with every turn."""

    def forward(self, x: Tensor) -> Tensor:
        return 1 - x


class Lowered(nn.Module):
    """Moves a picture down by one pixel, which after a turn is another way."""

    def forward(self, x: Tensor) -> Tensor:
        return x.roll(1, 2)


def gcgan(translator: nn.Module | None = None, spec: DataSpec = IMAGES, **changes: Any) -> Model:
    model = build("gcgan", spec, "paper", **changes)
    if translator is not None:
        model.generators["G_AB"] = translator
    return model


def terms(model: Model, real: dict[str, Tensor]) -> dict[str, Tensor]:
    return model.generator_loss(real, model.fakes(real), step)


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_a_translator_that_commutes_with_the_turn_costs_nothing(geometry: str) -> None:
    assert terms(gcgan(Negative(), geometry=geometry), batch(IMAGES))["geo_B"] == 0


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_the_cost_of_a_translator_that_does_not_is_the_sum_of_both_norms(geometry: str) -> None:
    """Of G(x) and of the turned-back translation of the turned x, and the same after a turn."""

    def there(x: Tensor) -> Tensor:
        return torch.rot90(x, -1, (2, 3)) if geometry == "rot90" else x.flip(2)

    def back(x: Tensor) -> Tensor:
        return torch.rot90(x, 1, (2, 3)) if geometry == "rot90" else x.flip(2)

    real, translate = batch(IMAGES), Lowered()
    x = real["A"]
    first = (translate(x) - back(translate(there(x)))).abs().mean()
    second = (translate(there(x)) - there(translate(x))).abs().mean()
    assert first > 0.1
    found = terms(gcgan(translate, geometry=geometry), real)["geo_B"]
    torch.testing.assert_close(found, 20 * (first + second))


def test_a_quarter_turn_is_clockwise_and_the_flip_is_upside_down() -> None:
    picture, points = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), torch.tensor([[3.0, 1.0]])
    turned = gcgan(geometry="rot90").turned
    assert turned(picture)[0, 0].tolist() == [[3, 1], [4, 2]]
    assert turned(points).tolist() == [[1, -3]]
    turned = gcgan(geometry="vflip").turned
    assert turned(picture)[0, 0].tolist() == [[3, 4], [1, 2]]
    assert turned(points).tolist() == [[3, -1]]


@given(st.integers(1, 5), st.booleans(), st.integers(0, 2**16))
def test_four_quarter_turns_or_two_flips_are_none(size: int, is_picture: bool, seed: int) -> None:
    """And a turned picture has the pixels that it had, as a turned point its distance from 0."""
    shape = (2, 3, size, size) if is_picture else (2, 2)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    for turn, times in ((TURNS["rot90"], 4), (TURNS["vflip"], 2)):
        y = x
        for _ in range(times):
            y = turn(y)
            assert torch.equal(y.abs().flatten(1).sort(1)[0], x.abs().flatten(1).sort(1)[0])
        assert torch.equal(y, x)


def test_each_discriminator_sees_samples_that_stand_as_its_own_do() -> None:
    """D_turned_B has turned samples of B for real and translations of turned samples of A for
    fakes, through a pool of its own.
    """
    model, real = gcgan(pool_size=0), batch(IMAGES)
    for name in model.discriminators:
        model.discriminators[name] = Watched(model.discriminators[name])
    fake = model.fakes(real)
    torch.testing.assert_close(
        fake["turned_B"], model.generators["G_AB"](model.turned(real["A"])), rtol=0, atol=0
    )
    model.discriminator_loss(real, model.judged(fake), step)
    upright, turned = (model.discriminators[f"D_{n}"].seen for n in ("B", "turned_B"))
    assert torch.equal(upright[0], real["B"]) and torch.equal(upright[1], fake["B"])
    assert torch.equal(turned[0], model.turned(real["B"]))
    assert torch.equal(turned[1], fake["turned_B"])


def test_both_discriminators_are_penalised_at_their_own_real_samples() -> None:
    class Summing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.rand(16, generator=torch.Generator().manual_seed(0)))

        def forward(self, x: Tensor) -> DiscriminatorOutput:
            return DiscriminatorOutput((x.square() * self.weight[:, None]).sum((1, 2, 3)) / 2, ())

    model, real = gcgan(r1=2.0, r1_every=1), batch(IMAGES)
    weight = Summing().weight[:, None]
    for name in model.discriminators:
        model.discriminators[name] = Summing()
    found = model.discriminator_penalty(real)
    for judged, x in (("B", real["B"]), ("turned_B", model.turned(real["B"]))):
        torch.testing.assert_close(
            found[f"r1_{judged}"], (weight * x).square().sum((1, 2, 3)).mean()
        )
    assert found["r1_B"] != found["r1_turned_B"]


def test_the_two_discriminators_start_apart() -> None:
    first, second = (p.state_dict() for p in gcgan().discriminators.values())
    assert not any(torch.equal(first[key], second[key]) for key in first if "0.weight" in key)
    standard = build("standard", IMAGES, "paper").discriminators["D_B"].state_dict()
    assert all(torch.equal(first[key], standard[key]) for key in first)


def test_turned_samples_do_not_move_the_statistics_that_scoring_uses() -> None:
    """They are those of a model that sees upright samples alone, in its fakes and its losses."""
    plain, ours, real = build("standard", IMAGES, "paper"), gcgan(lambda_idt=1.0), batch(IMAGES)
    plain.fakes(real)
    terms(ours, real)
    buffers = dict(ours.generators.named_buffers())
    assert any("running_mean" in name for name in buffers)
    for name, value in plain.generators.named_buffers():
        torch.testing.assert_close(buffers[name], value, rtol=0, atol=0)


def test_the_slope_of_recipe_code_is_that_of_norms_that_move_one_side_each() -> None:
    """The authors cut the gradient of the second argument of each norm off, of pictures that go
    from -1 to 1 and so are twice as far apart.
    """
    model, real = build("gcgan", IMAGES, "code"), batch(IMAGES)
    fake = model.fakes(real)
    upright, turned = fake["B"], fake["turned_B"]
    ours = model.generator_loss(real, fake, step)["geo_B"]
    goal, turned_goal = torch.rot90(turned, 1, (2, 3)).detach(), model.turned(upright).detach()
    theirs = 20 * 2 * ((upright - goal).abs().mean() + (turned - turned_goal).abs().mean())
    assert ours.item() == pytest.approx(theirs.item() / 2)
    params = list(model.generators.parameters())
    slopes = [torch.autograd.grad(loss, params, retain_graph=True) for loss in (ours, theirs)]
    for a, b in zip(*slopes, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-7)


def test_the_identity_is_of_the_code_and_of_domains_of_one_shape() -> None:
    other = DataSpec("image", (1, 16, 16), (3, 16, 16))
    identity = {"idt_B", "idt_turned_B"}
    without = {"adv_B", "adv_turned_B", "geo_B"}
    for recipe, spec, expected in (
        ("paper", IMAGES, without),
        ("code", IMAGES, without | identity),
        ("code", other, without),
    ):
        model, real = build("gcgan", spec, recipe), batch(spec)
        assert set(terms(model, real)) == expected
    model, real = build("gcgan", IMAGES, "code"), batch(IMAGES)
    model.generators["G_AB"] = Negative()
    same = 0.5 * 10 * 2 * (1 - 2 * real["B"]).abs().mean()
    found = terms(model, real)
    torch.testing.assert_close(found["idt_B"], same)
    torch.testing.assert_close(found["idt_turned_B"], same)


def test_points_are_turned_in_a_plane_alone() -> None:
    unsupported = BUILT_IN.load("model", "gcgan").unsupported
    assert unsupported(POINTS) is None and unsupported(IMAGES) is None
    for other in (DataSpec("points", (3,), (3,)), DataSpec("points", (2,), (3,))):
        assert "points in a plane" in unsupported(other)


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_updates_bring_a_translation_of_the_turned_input_nearer(geometry: str) -> None:
    model, real = made("gcgan", IMAGES, 2, "resnet", geometry=geometry, lr=1e-2), batch(IMAGES, 2)
    optimiser, costs = optimisers_of(model)["G"], []
    for _ in range(10):
        cost = terms(model, real)["geo_B"]
        update(optimiser, {"geo_B": cost})
        costs.append(cost.item())
    assert costs[-1] < costs[0] / 2
