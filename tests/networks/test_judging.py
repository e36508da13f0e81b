"""Real samples and fakes judged in one pass are those judged in two."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ganbench.core.spec import DataSpec
from ganbench.networks.augmentation import augment_inputs
from ganbench.networks.blocks import Discriminator
from ganbench.networks.blur import blur_inputs
from ganbench.networks.judging import in_one_pass, in_turn, is_joinable, judging_on
from ganbench.registry.registry import discover
from ganbench.running.operators import operators_of
from ganbench.training.activation_checkpointing import checkpointed
from ganbench.training.multi_seed import stacked
from ganbench.training.optimisers import optimisers_of
from ganbench.training.program import place
from ganbench.training.step import Eager
from tests.broad import some_models
from tests.plugins.test_models import IMAGES, POINTS, batch, build
from tests.training.test_loop import state

pytestmark = pytest.mark.numeric


def batches(spec: DataSpec, number: int) -> list[dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(2)
    return [
        {name: torch.rand(8, *spec.shape(name), generator=generator) for name in ("A", "B")}  # type: ignore[arg-type]
        for _ in range(number)
    ]


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
@pytest.mark.parametrize("name", some_models())
def test_twelve_steps_are_the_same(name: str, spec: DataSpec) -> None:
    """Weights, statistics of the batches and counts of them, of every model."""
    recipes = list(discover().load("model", name).recipes(spec))
    trained = []
    for judging in (in_turn, in_one_pass):
        model = build(name, spec, recipes[-1]).double()
        step = Eager(model, place(model, "cpu"), "cpu", "fp32")
        model.judge_both = judging
        torch.manual_seed(0)
        for number, real in enumerate(batches(spec, 12)):
            step(real, number)
        trained.append(state(model))
    one, other = trained
    assert one.keys() == other.keys()
    for key, value in one.items():
        assert torch.allclose(other[key], value, rtol=1e-7, atol=1e-9), key


@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
def test_one_pass_calls_fewer_operators(spec: DataSpec) -> None:
    numbers = []
    for judging in (in_turn, in_one_pass):
        model = build("discogan", spec, "paper")
        step = Eager(model, optimisers_of(model), "cpu", "fp32")
        model.judge_both = judging
        step(batch(spec), 0)
        numbers.append(operators_of(lambda step=step: step(batch(spec), 1)))  # type: ignore[misc]
    assert numbers[1] < 0.95 * numbers[0]


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
def test_stacked_seeds_judge_in_one_pass_too(spec: DataSpec) -> None:
    trained = []
    for judging in (in_turn, in_one_pass):
        models = [build("discogan", spec, "paper").double() for _ in range(2)]
        for model in models:
            model.judge_both = judging
        seeds = [(model, optimisers_of(model)) for model in models]
        reals = [
            {name: torch.stack([values, values.flip(0)]) for name, values in real.items()}
            for real in batches(spec, 6)
        ]
        rngs = [torch.Generator().manual_seed(seed).get_state() for seed in range(2)]
        step = stacked(seeds, rngs, reals[0], "cpu", "fp32", 10)
        for number, real in enumerate(reals):
            step(real, number)
        trained.append(state(models[1]))
    for key, value in trained[0].items():
        assert torch.allclose(trained[1][key], value, rtol=1e-7, atol=1e-9), key


def test_features_are_those_of_each_kind() -> None:
    judge = build("standard", IMAGES, "paper").discriminators["D_B"]
    real, fake = torch.rand(8, 3, 16, 16), torch.rand(5, 3, 16, 16)
    two, one = in_turn(judge, real, fake), in_one_pass(judge, real, fake)
    for expected, found in zip(two, one, strict=True):
        assert len(expected.features) == len(found.features)
        for a, b in zip(
            (expected.logits, *expected.features), (found.logits, *found.features), strict=True
        ):
            assert torch.allclose(a, b, rtol=1e-5, atol=1e-6)


class Counted(Discriminator):
    """Counts its passes, as one that keeps something would."""

    calls = 0

    def forward(self, x: torch.Tensor):  # type: ignore[no-untyped-def]
        self.calls += 1
        return super().forward(x)


def test_what_one_pass_would_change_is_judged_in_turn() -> None:
    """Inputs that are augmented draw; a spectral norm moves on by a pass; a dropout draws; another
    discriminator may do anything.
    """
    width, real, fake = 6, torch.rand(8, 3, 16, 16), torch.rand(8, 3, 16, 16)
    kinds = []
    for i in range(4):
        judge = build("standard", IMAGES, "paper").discriminators["D_B"]
        assert isinstance(judge, Discriminator)
        if i == 0:
            augment_inputs(judge, "colour,noise")
        elif i == 1:
            nn.utils.parametrizations.spectral_norm(judge.blocks[1][0])  # type: ignore[index]
        elif i == 2:
            judge.blocks.append(nn.Dropout())
        else:
            blur_inputs(judge, 0.1)
        kinds.append(judge)
    kinds.append(Counted([nn.Flatten(), nn.Linear(3 * 16 * 16, width)], nn.Linear(width, 1)))
    for judge in kinds:
        logits = []
        start = {name: value.clone() for name, value in judge.state_dict().items()}
        for judging in (in_turn, in_one_pass):
            judge.load_state_dict(start)
            torch.manual_seed(0)
            logits.append([judged.logits for judged in judging(judge, real, fake)])
        assert all(torch.equal(a, b) for a, b in zip(*logits, strict=True))
    assert kinds[-1].calls == 4


def test_the_device_decides() -> None:
    """And plain runs on a CPU keep every digit."""
    assert judging_on("cpu") is in_turn and judging_on("mps") is in_turn
    assert judging_on("cuda") is in_one_pass and judging_on("cuda:1") is in_one_pass
    model = build("standard", POINTS, "paper")
    model.judge_both = in_one_pass
    place(model, "cpu")
    assert model.judge_both is in_turn


def test_one_pass_is_traced_in_one_piece() -> None:
    model, real = build("discogan", IMAGES, "paper"), batch(IMAGES)
    model.judge_both = in_one_pass
    fake, at = model.judged(model.fakes(real)), torch.tensor(0)
    plain = model.discriminator_loss(real, fake, at)
    traced = torch.compile(model.discriminator_loss, backend="eager", fullgraph=True)
    for name, term in traced(real, fake, at).items():
        assert torch.allclose(term, plain[name])


def test_a_discriminator_that_is_checkpointed_is_judged_by_its_own_passes() -> None:
    """One pass calls its blocks, so that nothing would be computed again."""
    judge = build("standard", IMAGES, "paper").discriminators["D_B"]
    assert isinstance(judge, Discriminator) and is_joinable(judge)
    with checkpointed(judge):
        assert not is_joinable(judge)
    assert is_joinable(judge)
