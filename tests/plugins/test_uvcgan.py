"""UVCGAN: CycleGAN's terms and a penalty with a centre, on pooled fakes; its published networks."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ganbench.contracts.model import Model
from ganbench.training.optimisers import optimisers_of
from ganbench.training.step import update
from tests.plugins.test_baselines import dead_parameters, made
from tests.plugins.test_models import IMAGES, POINTS, batch, build

pytestmark = pytest.mark.numeric

step = torch.tensor(0)


def losses(model: Model, real: dict[str, Tensor]) -> dict[str, Tensor]:
    fake = model.fakes(real)
    of_d = model.discriminator_loss(real, model.judged(fake), step)
    return {**of_d, **model.generator_loss(real, fake, step)}


@pytest.mark.parametrize("family", ["resnet", "vit-unet"])
def test_without_the_penalty_it_is_cyclegan(family: str) -> None:
    real = batch(IMAGES)
    found = losses(made("uvcgan", IMAGES, 4, family, lambda_cyc=10.0), real)
    penalties = {name: found.pop(name) for name in ("gp_A", "gp_B")}
    known = losses(made("cyclegan", IMAGES, 4, family), real)
    assert known.keys() == found.keys() and all(p > 0 for p in penalties.values())
    for name, term in known.items():
        assert torch.equal(term, found[name]), name


def test_the_values_of_the_authors_script() -> None:
    h = build("uvcgan", IMAGES, "paper").hparams
    assert (h.lr, h.beta1, h.beta2, h.weight_decay) == (1e-4, 0.5, 0.99, 0)
    assert (h.batch_size, h.decay, h.pool_size) == (1, 0.5, 50)
    assert (h.lambda_cyc, h.idt_share, h.gp_centre) == (5, 0.5, 100)
    assert h.lambda_gp == pytest.approx(0.1 / 100**2)


def test_the_penalty_is_taken_on_the_fakes_that_the_critics_judge() -> None:
    """Those of a pool, where there is one."""
    real, old = batch(POINTS), {name: torch.full((8, 2), 100.0) for name in "AB"}

    def penalty(pool_size: int) -> float:
        model = build("uvcgan", POINTS, "paper", pool_size=pool_size, gp_centre=0.0, lambda_gp=1.0)
        model.discriminator_loss(real, old, step)  # fills the pool
        torch.manual_seed(0)
        found = model.discriminator_loss(real, model.judged(model.fakes(real)), step)
        return found["gp_A"].item()

    assert penalty(8) != pytest.approx(penalty(0), rel=0.01)


def test_all_of_its_own_network_learns_after_the_first_update() -> None:
    torch.manual_seed(0)
    model, real = made("uvcgan", IMAGES, 4, "vit-unet"), batch(IMAGES, 2)
    asleep = {name for name in dead_parameters(model, real) if ".blocks." in name}
    assert asleep
    update(optimisers_of(model)["G"], model.generator_loss(real, model.fakes(real), step))
    model.zero_grad()
    assert not dead_parameters(model, real)
