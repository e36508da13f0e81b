"""What D says of train samples, unseen ones and fakes: planted judges, and no trace in a model."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Batch, Model
from ganbench.contracts.task import Domain, Split
from ganbench.core.spec import Architecture, DataSpec
from ganbench.evaluation.discriminators import logits_in_training, overfit, overfitting, sizes
from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.networks.builder import NetworkBuilder
from tests.broad import few_of, some_models
from tests.networks.test_families import FAMILIES
from tests.plugins.test_models import IMAGES, POINTS, build, supported
from tests.training.test_loop import data, state

FAKE = 9.0  # all coordinates of a planted translation
numbers = st.lists(st.floats(-5, 5), min_size=2, max_size=20)


class KnowsByHeart(nn.Module):
    """Says real of what is one of its samples, and fake of all else."""

    def __init__(self, known: Tensor) -> None:
        super().__init__()
        self.known = known

    def forward(self, x: Tensor) -> DiscriminatorOutput:
        is_known = (x[:, None] == self.known[None]).all(dim=2).any(dim=1)
        return DiscriminatorOutput(torch.where(is_known, 2.0, -2.0), ())


class SeesFakes(nn.Module):
    """Says fake of fakes alone."""

    def forward(self, x: Tensor) -> DiscriminatorOutput:
        return DiscriminatorOutput(torch.where(x[:, 0] == FAKE, -2.0, 2.0), ())


class Planted(Model):
    """Translates A to B, always to one point."""

    def build(self, nets: NetworkBuilder) -> None:
        raise NotImplementedError

    def fakes(self, real: Batch) -> dict[str, Tensor]:
        return {"B": torch.full_like(real["A"], FAKE)}

    def generator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
        raise NotImplementedError


def points(seed: int, n: int = 30) -> Split:
    generator = torch.Generator().manual_seed(seed)
    return Split(*(Domain(torch.randn(n, 2, generator=generator)) for _ in "AB"))


def planted(judge: nn.Module | None) -> dict[str, float | str]:
    model = Planted(HParams(batch_size=8))
    if judge is not None:
        model.discriminators["D_B"] = judge
    return overfitting(model, points(0), points(1), "cpu")


def test_a_judge_that_knows_its_samples_by_heart_memorises() -> None:
    found = planted(KnowsByHeart(points(0).B.samples))
    assert found == {"overfit_D": 1.0, "D_train": 2.0, "D_validation": -2.0, "D_fake": -2.0}


def test_a_judge_of_fakes_alone_does_not_memorise() -> None:
    found = planted(SeesFakes())
    assert found == {"overfit_D": 0.0, "D_train": 2.0, "D_validation": 2.0, "D_fake": -2.0}


def test_one_sample_is_no_batch() -> None:
    """Batch norm cannot take one, and the training never had such a batch."""
    model = build("standard", IMAGES, "paper", batch_size=8)
    found = overfitting(model, data(IMAGES, 20), data(IMAGES, 1), "cpu")
    assert found == {"overfit_D": "undefined: a set has but one sample"}


def test_there_is_a_reason_without_a_judge() -> None:
    assert planted(None) == {"overfit_D": "skipped: the model has no D_B that judges fakes"}


@given(numbers, st.floats(0, 1))
def test_it_is_the_share_of_the_way_from_train_to_fake(values: list[float], share: float) -> None:
    train = torch.tensor(values, dtype=torch.float64)
    fake = train - 100
    between = train - 100 * share
    assert overfit(train, between, fake) == pytest.approx(share, abs=1e-9)


@given(numbers)
def test_judges_that_tell_nothing_apart_have_no_number(values: list[float]) -> None:
    """Neither where the means are alike nor where fakes are scored higher."""
    train = torch.tensor(values, dtype=torch.float64)
    for fake in (train, train.flip(0), train + 1):
        assert str(overfit(train, train - 1, fake)).startswith("undefined: D does not")


def test_outputs_that_are_not_finite_have_no_number() -> None:
    train, fake = torch.ones(4), torch.zeros(4)
    assert "not finite" in str(overfit(train, torch.tensor([1.0, float("inf")]), fake))


def test_each_set_is_normalised_by_its_own_batches(double_precision: None) -> None:
    """As in training: a batch norm ahead of the head leaves no mean, whatever set it is."""
    model = Planted(HParams(batch_size=8))

    class Judge(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.BatchNorm1d(2)

        def forward(self, x: Tensor) -> DiscriminatorOutput:
            return DiscriminatorOutput(self.norm(x)[:, 0], ())

    model.discriminators["D_B"] = Judge()
    shifted = Split(*(Domain(d.samples + 7) for d in (points(1).A, points(1).B)))
    sets = logits_in_training(model.eval(), points(0), shifted, "cpu")["B"]
    for logits in sets.values():
        assert len(logits) == 24
        assert logits.reshape(3, 8).mean(1) == pytest.approx([0, 0, 0], abs=1e-6)


@given(st.integers(1, 600), st.integers(1, 900), st.integers(1, 900))
def test_sets_are_whole_batches_of_what_there_is(batch: int, one: int, other: int) -> None:
    splits = [Split(*(Domain(torch.zeros(n, 1)) for _ in "AB")) for n in (one, other)]
    size, n = sizes(batch, *splits)
    assert 1 <= size <= batch and n % size == 0 and size <= n <= min(one, other, 500)


@pytest.mark.parametrize("family", few_of(FAMILIES, ("plain", "resnet")))
@pytest.mark.parametrize("name", some_models())
def test_judging_leaves_model_and_chance_as_they_are(name: str, family: str) -> None:
    """Batch norm's statistics, pools of images, the vectors of weight norms; twice the same."""
    supported(name, IMAGES, family)
    model = build(name, IMAGES, "paper", batch_size=8)
    if family != "plain":
        model = type(model)(model.hparams)
        model.build(NetworkBuilder(IMAGES, Architecture(4, 6), 0, family))
    train, held_out = data(IMAGES, 20), unseen_images(20)
    model.fit_statistics(train.A.samples, train.B.samples)
    before, drawn = state(model), torch.get_rng_state()
    for mode in (True, False):
        model.train(mode)
        first, again = (overfitting(model, train, held_out, "cpu") for _ in range(2))
        assert first == again and {"D_train", "D_validation", "D_fake"} <= first.keys()
        assert model.training is mode
    assert all(torch.equal(before[key], value) for key, value in state(model).items())
    assert torch.equal(drawn, torch.get_rng_state())
    assert all(p.grad is None for p in model.parameters())


def unseen_images(n: int) -> Split:
    generator = torch.Generator().manual_seed(5)
    shape = (n, *IMAGES.A)
    images = (torch.randint(0, 256, shape, generator=generator) for _ in "AB")
    return Split(*(Domain(image.to(torch.uint8)) for image in images))


def test_points_are_judged_too() -> None:
    spec: DataSpec = POINTS
    found = overfitting(build("discogan", spec, "paper"), points(0), points(1), "cpu")
    assert {"overfit_D", "overfit_D_BA", "D_fake_BA"} <= found.keys()
