"""Parameters with bounds: clipped after each update, alone, stacked and by micro-batches."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import ClassVar

import pytest
import torch
from torch import Tensor, nn

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Batch, Model
from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.networks.bounds import bounds_of
from ganbench.networks.builder import NetworkBuilder
from ganbench.training.multi_seed import alone, stacked
from ganbench.training.program import Seed, place, program
from tests.networks.test_families import image_builder
from tests.training.listed import Listed

pytestmark = pytest.mark.numeric
LR, STEPS = 0.3, 6


class Scale(nn.Module):
    """x times a factor that stays between a half and one."""

    bounds: ClassVar[Mapping[str, tuple[float, float]]] = {"factor": (0.5, 1.0)}

    def __init__(self, start: float) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor([start]))
        self.free = nn.Parameter(torch.tensor([start]))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor * self.free


class Judge(Scale):
    def forward(self, x: Tensor) -> DiscriminatorOutput:  # type: ignore[override]
        return DiscriminatorOutput(super().forward(x).mean(1), ())


class Bounded(Model):
    def build(self, nets: NetworkBuilder) -> None:
        self.generators["G_AB"] = Scale(0.75)
        self.discriminators["D_B"] = Judge(0.6)

    def fakes(self, real: Batch) -> dict[str, Tensor]:
        return {"B": self.generators["G_AB"](real["A"])}

    def generator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
        return self.adversarial_terms("B", real, fake)


def made(schedule: str, micro_batch: int = 0) -> Bounded:
    hparams = HParams(lr=LR, schedule=schedule, micro_batch=micro_batch, weight_decay=0.0)
    model = Bounded(hparams)
    model.build(NetworkBuilder.__new__(NetworkBuilder))
    return model


def batch(step: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(step)
    return {name: torch.randn(4, 3, generator=generator) + 1 for name in "AB"}


def trained(models: list[Bounded]) -> list[Bounded]:
    seeds = [Seed(model, place(model, "cpu"), torch.get_rng_state()) for model in models]
    several = len(models) > 1

    def real(step: int) -> dict[str, Tensor]:
        one = batch(step)
        return {k: torch.stack([v] * len(models)) for k, v in one.items()} if several else one

    batches = Listed([real(number) for number in range(STEPS)])
    join = stacked if several else alone
    step = program(seeds, real(0), join, "cpu", "fp32", STEPS, compiled=False)(batches)
    for number in range(STEPS):
        step(number)
    return models


def by_hand(model: Bounded) -> Bounded:
    """Adam, and a clip after each of its updates."""
    h = model.hparams
    optimisers = {
        letter: torch.optim.Adam(part.parameters(), h.lr, (h.beta1, h.beta2))
        for letter, part in (("D", model.discriminators), ("G", model.generators))
    }

    def update(letter: str, terms: dict[str, Tensor]) -> None:
        optimisers[letter].zero_grad()
        sum(terms.values()).backward()  # type: ignore[union-attr]
        optimisers[letter].step()
        with torch.no_grad():
            for network in (model.generators["G_AB"], model.discriminators["D_B"]):
                network.factor.clamp_(0.5, 1.0)  # type: ignore[union-attr, operator]

    for step in range(STEPS):
        real, at = batch(step), torch.tensor(step)
        for letter in h.phases[step % len(h.phases)]:
            fake = model.fakes(real)
            if letter == "D":
                update("D", model.discriminator_loss(real, model.judged(fake), at))
            else:
                update("G", model.generator_loss(real, fake, at))
    return model


@pytest.mark.parametrize("schedule", ["DG", "D,G,G"])
@pytest.mark.parametrize("micro_batch", [0, 2])
def test_training_is_adam_with_a_clip_after_each_update(schedule: str, micro_batch: int) -> None:
    (found,), expected = trained([made(schedule, micro_batch)]), by_hand(made(schedule))
    for name, value in expected.named_parameters():
        torch.testing.assert_close(found.get_parameter(name), value, rtol=1e-5, atol=1e-6)
    ends = [p.item() for name, p in found.named_parameters() if name.endswith("factor")]
    free = [p.item() for name, p in found.named_parameters() if name.endswith("free")]
    assert any(end in (0.5, 1.0) for end in ends)
    assert any(not 0.5 <= value <= 1.0 for value in free)


def test_stacked_seeds_are_clipped_like_one() -> None:
    (one,), several = trained([made("DG")]), trained([made("DG"), made("DG")])
    for model in several:
        for name, value in one.named_parameters():
            torch.testing.assert_close(model.get_parameter(name), value)


def test_bounds_are_found_by_name_and_tied_ones_once() -> None:
    first = Scale(0.75)
    model = nn.ModuleDict({"a": first, "b": deepcopy(first), "c": first})
    assert bounds_of(model) == {"a.factor": (0.5, 1.0), "b.factor": (0.5, 1.0)}


def test_the_shares_of_attentive_networks_have_bounds() -> None:
    net = image_builder(16, 2, family="resnet").attentive_translator("A", "B")
    shares = {name for name, _ in net.named_parameters() if name.endswith("rho")}
    assert len(shares) == 10
    assert bounds_of(net) == dict.fromkeys(shares, (0.0, 1.0))
