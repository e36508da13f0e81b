"""UNIT: what is shared and trained once, the terms by hand, and its two recipes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ganbench.contracts.model import Model
from ganbench.core.errors import UserError
from ganbench.core.spec import DataSpec
from ganbench.networks.blocks import Autoencoder
from ganbench.training.optimisers import optimisers_of
from ganbench.training.step import update
from tests.plugins.test_baselines import made
from tests.plugins.test_models import IMAGES, POINTS, batch, build

pytestmark = pytest.mark.numeric

FAMILIES = {"points": 1, "plain": 1, "resnet": 4, "stylegan2": 1, "unet": 1}  # blocks to share
OTHER = DataSpec("image", (1, 16, 16), (3, 16, 16))
step = torch.tensor(0)


class Times(nn.Module):
    """A number times what comes in."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def forward(self, x: Tensor) -> Tensor:
        return self.factor * x


def unit(family: str, shared_blocks: int = 1, **changes: Any) -> Model:
    spec, network = (POINTS, "plain") if family == "points" else (IMAGES, family)
    return made("unit", spec, 4, network, shared_blocks=shared_blocks, **changes)


def scaling(**changes: Any) -> Model:
    """Encoders that double (A) and triple (B), decoders that halve and take a third."""
    model = build("unit", POINTS, "paper", **changes)
    for name, factor in (("A", 2.0), ("B", 3.0)):
        model.generators[name] = Autoencoder([Times(factor)], [Times(1 / factor)], 0)
    return model


@pytest.mark.parametrize("family", FAMILIES)
def test_the_blocks_next_to_the_code_are_one_for_both_domains(family: str) -> None:
    for blocks in {0, 1, FAMILIES[family]}:
        a, b = unit(family, blocks).generators.values()
        encoders = [x is y for x, y in zip(a.encode, b.encode, strict=True)]
        decoders = [x is y for x, y in zip(a.decode, b.decode, strict=True)]
        assert encoders == [False] * (len(encoders) - blocks) + [True] * blocks
        assert decoders == [True] * blocks + [False] * (len(decoders) - blocks)


@pytest.mark.parametrize("family", FAMILIES)
def test_more_blocks_than_there_are_cannot_be_shared(family: str) -> None:
    most = FAMILIES[family]
    with pytest.raises(UserError, match=f"cannot share {most + 1} blocks") as told:
        unit(family, most + 1)
    assert f"set shared_blocks={most} or less" in str(told.value)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_shared_weight_is_trained_once_by_the_slopes_of_both_domains(family: str) -> None:
    """Adam's first update moves a weight by the learning rate, and would move it by two if it
    stood in its list twice.
    """
    torch.manual_seed(0)
    model = unit(family, lr=1e-3)
    optimiser = optimisers_of(model)["G"]
    (params,) = (group["params"] for group in optimiser.param_groups)
    assert len(params) == len({id(param) for param in params})
    shared = next(model.generators["A"].decode[0].parameters())
    assert shared is next(model.generators["B"].decode[0].parameters())
    real = batch(model_spec(family))
    terms = model.generator_loss(real, model.fakes(real), step)
    parts = [
        torch.autograd.grad(terms[f"rec_{name}"], shared, retain_graph=True)[0] for name in "AB"
    ]
    assert all(part.any() for part in parts)
    before = shared.detach().clone()
    update(optimiser, terms)
    assert (shared - before).abs().max().item() == pytest.approx(1e-3, rel=1e-2)


def model_spec(family: str) -> DataSpec:
    return POINTS if family == "points" else IMAGES


@pytest.mark.parametrize("family", ["plain", "resnet", "stylegan2"])
def test_codes_of_either_domain_go_into_both_decoders(family: str) -> None:
    """Also where the domains differ in their channels, which the shared blocks do not see."""
    model = made("unit", OTHER, 4, family).eval()
    a, b = batch(OTHER).values()
    codes = [model.generators[name].encode(x) for name, x in (("A", a), ("B", b))]
    assert codes[0].shape == codes[1].shape
    for code in codes:
        assert model.generators["A"].decode(code).shape == a.shape
        assert model.generators["B"].decode(code).shape == b.shape


def test_terms_by_hand() -> None:
    """With no noise, of what is doubled, halved and so on: A is 1, B is 2 and 4."""
    weights = {"lambda_kl": 1.0, "lambda_kl_cyc": 10.0, "lambda_rec": 3.0, "lambda_cyc": 7.0}
    model = scaling(**weights)
    real = {"A": torch.ones(2, 2), "B": torch.tensor([[2.0, 4.0], [2.0, 4.0]])}
    fake = {
        "mean_A": 2 * real["A"],
        "mean_B": 3 * real["B"],
        "code_A": 2 * real["A"] + 1,
        "code_B": 3 * real["B"],
        "A": torch.full((2, 2), 0.5),
        "B": torch.zeros(2, 2),
    }
    torch.manual_seed(0)
    found = model.generator_loss(real, fake, step)
    assert found["kl_A"].item() == pytest.approx(0.5 * 2**2)
    assert found["kl_B"].item() == pytest.approx(0.5 * (6**2 + 12**2) / 2)
    assert found["kl_cyc_A"].item() == 0  # of the translation of A, which is 0
    assert found["kl_cyc_B"].item() == pytest.approx(10 * 0.5 * 1**2)  # 2 * 0.5
    assert found["rec_A"].item() == pytest.approx(3 * 0.5)  # (2 + 1) / 2 is not 1
    assert found["rec_B"].item() == pytest.approx(0, abs=1e-6)
    torch.manual_seed(0)
    noise_B, noise_A = torch.randn(2, 2), torch.randn(2, 2)
    cycles = {"A": noise_A / 2, "B": (1 + noise_B) / 3}
    for name, cycle in cycles.items():
        expected = 7 * (cycle - real[name]).abs().mean()
        torch.testing.assert_close(found[f"cyc_{name}"], expected)


def test_a_code_is_the_mean_and_noise_of_deviation_1_which_translation_goes_without() -> None:
    model, real = scaling(), {"A": torch.ones(20_000, 2), "B": torch.full((20_000, 2), 5.0)}
    torch.manual_seed(0)
    fake = model.fakes(real)
    torch.testing.assert_close(fake["mean_B"], 3 * real["B"])
    noise = fake["code_B"] - fake["mean_B"]
    assert noise.mean().item() == pytest.approx(0, abs=0.02)
    assert noise.std().item() == pytest.approx(1, abs=0.02)
    torch.testing.assert_close(fake["A"], fake["code_B"] / 2)
    torch.testing.assert_close(fake["B"], fake["code_A"] / 3)
    model.eval()
    torch.testing.assert_close(model.translate(real["A"], "B"), 2 * real["A"] / 3)
    torch.testing.assert_close(model.translate(real["B"], "A"), 3 * real["B"] / 2)
    torch.testing.assert_close(model.reconstruct(real["B"], "B"), real["B"])


def test_the_divergence_is_the_closed_form_of_two_normal_distributions() -> None:
    real = batch(POINTS)
    model = scaling(lambda_kl=1.0)
    fake = model.fakes(real)
    mean = fake["mean_A"].detach()
    ours = model.generator_loss(real, fake, step)["kl_A"]
    one = torch.ones_like(mean)
    theirs = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, one), torch.distributions.Normal(0 * one, one)
    )
    torch.testing.assert_close(ours.detach(), theirs.mean())


def test_recipe_code_counts_divergences_as_its_authors_do() -> None:
    """The mean square, without a half: 0.1 of it for a sample's code and for its translation's.
    The text has λ1 + λ3 = 0.2 of the half for the first, 0.1 for the second.
    """
    real = batch(POINTS)
    for recipe, direct, cycle in (("paper", 0.2 / 2, 0.1 / 2), ("code", 0.1, 0.1)):
        model = build("unit", POINTS, recipe)
        fake = model.fakes(real)
        found = model.generator_loss(real, fake, step)
        square = fake["mean_A"].square().mean()
        torch.testing.assert_close(found["kl_A"], direct * square)
        square = model.generators["B"].encode(fake["B"]).square().mean()
        torch.testing.assert_close(found["kl_cyc_A"], cycle * square)


def test_both_players_have_the_weight_of_the_game() -> None:
    real = batch(IMAGES)
    whole, tenth = (build("unit", IMAGES, "paper", lambda_adv=w, r1=1.0) for w in (10.0, 1.0))
    fake = tenth.fakes(real)
    judged = tenth.judged(fake)
    for of_ten, of_one in (
        (
            whole.discriminator_loss(real, judged, step),
            tenth.discriminator_loss(real, judged, step),
        ),
        (whole.discriminator_penalty(real), tenth.discriminator_penalty(real)),
    ):
        for name, term in of_one.items():
            torch.testing.assert_close(of_ten[name], 10 * term)
    logits = [tenth.discriminators["D_B"](x).logits for x in (real["B"], judged["B"])]
    text = -(logits[0].sigmoid().log().mean() + (1 - logits[1].sigmoid()).log().mean())
    torch.testing.assert_close(tenth.discriminator_loss(real, judged, step)["D_B"], text)


def test_an_autoencoder_learns_to_give_back_what_it_is_given() -> None:
    torch.manual_seed(0)
    model, real = made("unit", POINTS, 32, lr=5e-3), batch(POINTS, 32)
    optimiser, costs = optimisers_of(model)["G"], []
    for _ in range(60):
        terms = model.generator_loss(real, model.fakes(real), step)
        update(optimiser, {name: terms[name] for name in ("rec_A", "rec_B")})
        costs.append(terms["rec_A"].item())
    assert costs[-1] < costs[0] / 3
