"""U-GAT-IT: its terms by hand, its recipe, and what it learns of its inputs' domain."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from ganbench.contracts.model import Model
from ganbench.core.errors import UserError
from ganbench.core.spec import DataSpec
from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.registry.registry import discover
from ganbench.training.drawing import Repeated
from ganbench.training.multi_seed import alone
from ganbench.training.program import Seed, place, program
from tests.plugins.test_baselines import made
from tests.plugins.test_models import IMAGES, batch

pytestmark = pytest.mark.numeric
FAMILIES = pytest.mark.parametrize("family", ["plain", "resnet"])
step = torch.tensor(0)


def ugatit(family: str, **changes: float | bool) -> Model:
    torch.manual_seed(0)
    return made("ugatit", IMAGES, 4, family, **changes).eval()  # so that a pass changes nothing


@FAMILIES
def test_generators_learn_the_terms_of_the_paper(family: str) -> None:
    model, real = ugatit(family), batch(IMAGES, 2)
    fake = model.fakes(real)
    terms = model.generator_loss(real, fake, step)
    for domain, other in ("AB", "BA"):
        generator = model.generators[f"G_{other}{domain}"]
        there, back = generator(real[other]), generator(fake[other])
        same = generator(real[domain])
        ones, zeros = torch.ones(2, 2), torch.zeros(2, 2)
        cam = F.binary_cross_entropy_with_logits(there.logits, ones)
        cam = cam + F.binary_cross_entropy_with_logits(same.logits, zeros)
        judged: DiscriminatorOutput = model.discriminators[f"D_{domain}"](there.samples)
        expected = {
            "adv": sum((head - 1).square().mean() for head in judged.heads),
            "cyc": 10 * (back.samples - real[domain]).abs().mean(),
            "idt": 10 * (same.samples - real[domain]).abs().mean(),
            "cam": 1000 * cam,
        }
        for name, value in expected.items():
            torch.testing.assert_close(terms[f"{name}_{domain}"], value, rtol=1e-4, atol=1e-5)


@FAMILIES
def test_discriminators_play_with_patches_and_classifiers_of_both(family: str) -> None:
    model, real = ugatit(family), batch(IMAGES, 2)
    fake = model.judged(model.fakes(real))
    assert fake.keys() == {"A", "B"}
    terms = model.discriminator_loss(real, fake, step)
    for domain in "AB":
        judge = model.discriminators[f"D_{domain}"]
        pairs = list(zip(judge(real[domain]).heads, judge(fake[domain]).heads, strict=True))
        assert len(pairs) == 4
        expected = sum((r - 1).square().mean() + f.square().mean() for r, f in pairs)
        torch.testing.assert_close(terms[f"D_{domain}"], expected)


@FAMILIES
def test_a_translation_is_a_picture_and_goes_there_and_back(family: str) -> None:
    model, x = ugatit(family), batch(IMAGES, 2)["A"]
    there = model.translate(x, "B")
    torch.testing.assert_close(there, model.generators["G_AB"](x).samples)
    back = model.reconstruct(x, "A")
    torch.testing.assert_close(back, model.translate(there, "A"))


def test_it_says_what_it_is_not_for() -> None:
    model_type = discover().load("model", "ugatit")
    assert "points have no places" in model_type.unsupported(DataSpec("points", (2,), (2,)))
    other = DataSpec("image", (1, 16, 16), (3, 16, 16))
    assert "differ in shape" in model_type.unsupported(other)
    assert model_type.unsupported(IMAGES) is None


@pytest.mark.parametrize("name", ["lambda_cyc", "lambda_idt", "lambda_cam"])
def test_a_weight_below_0_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=name):
        ugatit("plain", **{name: -1.0})


def test_the_light_one_has_fewer_weights() -> None:
    whole, light = (
        sum(p.numel() for p in ugatit("resnet", light=light).generators.parameters())
        for light in (False, True)
    )
    channels, places = 16, 16  # at 16 px and width 4
    assert whole - light == 2 * channels * channels * (places - 1)


def test_the_generators_classifiers_learn_the_domains() -> None:
    """Dark pictures and light ones: G_AB's classifiers tell A from B after some updates."""
    model = made("ugatit", IMAGES, 4, "resnet", lr=5e-3, decay=0.0, light=True)
    optimisers = place(model, "cpu")
    real = {"A": 0.3 * batch(IMAGES, 4)["A"], "B": 0.7 + 0.3 * batch(IMAGES, 4)["B"]}
    seed = Seed(model, optimisers, torch.get_rng_state())
    step = program([seed], real, alone, "cpu", "fp32", 16, compiled=False)(Repeated(real))
    terms = [dict(step(number)[1]) for number in range(16)]
    first, last = (float(terms[i]["cam_A"] + terms[i]["cam_B"]) for i in (0, -1))
    assert last < 0.5 * first
    logits = {domain: model.generators["G_AB"](real[domain]).logits.mean() for domain in "AB"}
    assert logits["A"] > logits["B"]
