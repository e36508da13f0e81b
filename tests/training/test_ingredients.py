"""What a recipe can add to any model: augmented inputs of D, R1, averages of G, a rate for D."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench.contracts.discogan import ReconstructionHParams
from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Model
from ganbench.core.errors import UserError
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.averages import averaged, named_tensors, take_averages
from ganbench.networks.blur import LEFT
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.losses import squared_slopes
from ganbench.registry.registry import discover
from ganbench.training import checkpoint
from ganbench.training.averaging import RAMP, averaging
from ganbench.training.cuda_graphs import Graph, Work
from ganbench.training.drawing import Repeated
from ganbench.training.fading import fading
from ganbench.training.loop import CHECKPOINT, LOSS_LOG, Interrupted
from ganbench.training.multi_seed import alone
from ganbench.training.optimisers import optimisers_of
from ganbench.training.program import place
from ganbench.training.step import CallByCall
from tests.broad import some_models
from tests.plugins.test_models import IMAGES, POINTS
from tests.training.test_cuda_graphs import OnCPU, as_on_a_gpu
from tests.training.test_loop import run, state

BUILT_IN = discover()
ALL = {
    "augment": "colour,translation,cutout,noise",
    "r1": 0.1,
    "r1_every": 2,
    "ema_kimg": 1.0,
    "lr_d": 1e-3,
    "blur": 0.1,
    "blur_kimg": 0.03,
    "same_start": True,
    "decay": 0.5,
    "halvings": 1,
    "clip_norm": 1.0,
    "batch_size": 8,
}
NAMES = sorted(BUILT_IN.of_kind("model"))


def with_all(name: str, seed: int = 0, **changes: Any) -> Model:
    model_type = BUILT_IN.load("model", name)
    hparams = replace(next(iter(model_type.recipes(IMAGES).values())), **(ALL | changes))
    model: Model = model_type(hparams)
    model.build_seeded(NetworkBuilder(IMAGES, Architecture(4, 6), seed))
    return model


@pytest.mark.parametrize("name", some_models())
def test_interrupted_and_resumed_equals_a_straight_run(tmp_path: Path, name: str) -> None:
    straight, broken, resumed = (with_all(name) for _ in range(3))
    run(straight, tmp_path / "straight", 7, IMAGES)
    with pytest.raises(Interrupted):
        run(broken, tmp_path / "broken", 7, IMAGES, stop_at=3)
    run(resumed, tmp_path / "broken", 7, IMAGES)
    assert all(torch.equal(value, state(resumed)[key]) for key, value in state(straight).items())
    logs = [(tmp_path / at / LOSS_LOG).read_text() for at in ("straight", "broken")]
    assert logs[0] == logs[1]
    assert "r1_" in logs[0]


def test_captured_steps_are_the_steps() -> None:
    """Each phase is captured apart, those with R1 too, and the averages move in the replays."""
    made: list[OnCPU] = []

    def capture(work: Work, rngs: Sequence[torch.Generator]) -> Graph:
        made.append(OnCPU(work))
        return made[-1]

    states = []
    for steps in (CallByCall, as_on_a_gpu(capture)):
        model = with_all("discogan", schedule="D,G,G")
        generator = torch.Generator().manual_seed(0)
        real = {name: torch.rand(6, *IMAGES.A, generator=generator) for name in "AB"}
        optimisers = optimisers_of(model)
        torch.manual_seed(0)
        rng = torch.default_generator.get_state()
        program = alone([(model, optimisers)], [rng], real, "cpu", "fp32", 10)
        step = steps(program, Repeated(real))
        for number in range(5 * len(model.hparams.phases)):
            step(number)
        states.append(state(model))
    assert all(torch.equal(value, states[1][key]) for key, value in states[0].items())
    assert len(made) == len({"RD", "D", "G"})


@given(
    schedule=st.lists(st.sampled_from(["D", "G", "DG"]), min_size=1, max_size=4),
    every=st.integers(1, 9),
)
def test_the_penalty_comes_at_every_nth_update_of_d(schedule: list[str], every: int) -> None:
    hparams = HParams(schedule=",".join(schedule), r1=1.0, r1_every=every)
    phases = list(itertools.islice(itertools.cycle(hparams.phases), 200))
    assert [phase.removeprefix("R") for phase in phases] == list(
        itertools.islice(itertools.cycle(schedule), 200)
    )
    of_d = [phase for phase in phases if "D" in phase]
    assert [phase.startswith("R") for phase in of_d] == [i % every == 0 for i in range(len(of_d))]


def test_the_penalty_is_the_gradients_square() -> None:
    """Against autograd, sample by sample, in a judge that looks at each sample alone; its buffers
    stay.
    """
    model = with_all("wgan_gp", augment="", ema_kimg=0.0).double()
    judge = model.discriminators["D_B"]
    real = torch.rand(5, *IMAGES.B, dtype=torch.float64)
    leaf = real.clone().requires_grad_()
    (slopes,) = torch.autograd.grad(judge(leaf).logits.sum(), leaf)
    wanted = slopes.flatten(1).square().sum(1).mean()
    assert torch.allclose(squared_slopes(judge, real), wanted, rtol=1e-12)
    (term,) = model.discriminator_penalty({"A": real, "B": real}).values()
    assert torch.allclose(term, 0.1 / 2 * 2 * wanted, rtol=1e-12)


def test_the_penalty_leaves_running_statistics_alone() -> None:
    model = with_all("discogan")
    before = state(model)
    model.discriminator_penalty({"A": torch.rand(5, *IMAGES.A), "B": torch.rand(5, *IMAGES.B)})
    assert all(torch.equal(value, state(model)[key]) for key, value in before.items())


def test_averages_are_those_of_all_weights_so_far() -> None:
    """By the definition: after each update the distance shrinks by 2 ** (-samples / half-life),
    where the half-life is at most a part of what was seen.
    """
    model = with_all("standard", schedule="D,G,G", batch_size=8, ema_kimg=0.004)
    moves = averaging(named_tensors(model), model.hparams)
    weights = model.generators["G_AB"][0][0].weight
    expected = weights.detach().double().clone()
    for number in range(20):
        with torch.no_grad():
            weights += 1.0
        moves.update(torch.tensor(number))
        half_life = min(4.0, RAMP * 8 * (number + 1))
        share = 1 - 0.5 ** (8 * 3 / 2 / half_life)
        expected += share * (weights.detach().double() - expected)
    average = named_tensors(model)["averages.G_AB/0/0/weight"]
    assert torch.allclose(average.double(), expected, rtol=1e-5)


def test_a_model_is_scored_with_its_averages_and_trained_without(tmp_path: Path) -> None:
    model = with_all("discogan", ema_kimg=20.0)
    run(model, tmp_path, 5, IMAGES)
    x = torch.rand(4, *IMAGES.A)
    model.eval()
    before, last = state(model), model.translate(x, "B")
    with averaged(model):
        smooth = model.translate(x, "B")
        for name, value in model.generators.named_parameters():
            assert torch.equal(value, before[f"averages.{name.replace('.', '/')}"])
    assert not torch.equal(last, smooth)
    assert torch.equal(model.translate(x, "B"), last)
    assert all(torch.equal(value, state(model)[key]) for key, value in before.items())


def test_what_is_applied_later_has_the_averages_for_good() -> None:
    model = with_all("discogan")
    with torch.no_grad():
        for name, value in named_tensors(model).items():
            if name.startswith("averages."):
                value.add_(0.01)
    x = torch.rand(4, *IMAGES.A)
    with averaged(model):
        smooth = model.eval().translate(x, "B")
    assert not torch.equal(model.translate(x, "B"), smooth)
    take_averages(model)
    assert torch.equal(model.translate(x, "B"), smooth)


@pytest.mark.parametrize("seeds", [1, 3])
def test_the_blur_fades_over_the_samples(seeds: int) -> None:
    """Alone and stacked; after the last of them there is none."""
    left = [torch.ones(()) if seeds == 1 else torch.ones(seeds) for _ in "AB"]
    tensors = {f"discriminators.D_{name}.{LEFT}": left[i] for i, name in enumerate("AB")}
    moves = fading(tensors, HParams(batch_size=8, blur=0.1, blur_kimg=0.032))
    for step, share in enumerate([1.0, 0.75, 0.5, 0.25, 0.0, 0.0]):
        moves.update(torch.tensor(step))
        assert all(torch.equal(each, torch.full_like(each, share)) for each in left)


def test_a_discriminator_sees_the_blur_while_it_trains_alone() -> None:
    model = with_all("wgan_gp", augment="", blur=0.2)
    judge, x = model.discriminators["D_B"], torch.rand(4, *IMAGES.B)
    x = x.to(memory_format=torch.channels_last)
    plain = with_all("wgan_gp", augment="", blur=0.0).discriminators["D_B"]
    assert not torch.equal(judge(x).logits, plain(x).logits)
    assert torch.equal(judge.eval()(x).logits, plain.eval()(x).logits)
    judge.train()
    judge.get_buffer(LEFT).zero_()
    assert torch.equal(judge(x).logits, plain.train()(x).logits)


def test_tied_weights_have_one_average() -> None:
    names = [name for name in named_tensors(with_all("cogan")) if name.startswith("averages.")]
    generators = with_all("cogan").generators
    floats = [b for _, b in generators.named_buffers() if b.is_floating_point()]
    assert len(names) == len(list(generators.named_parameters())) + len(floats)


@pytest.mark.parametrize("name", NAMES)
def test_translators_of_both_directions_start_from_the_same_weights(name: str) -> None:
    """Those of A to B, which stay what they are; all else of the model starts as it did."""
    alike, apart = state(with_all(name)), state(with_all(name, same_start=False))
    for key, value in alike.items():
        assert torch.equal(value, apart[key.replace("G_BA", "G_AB")]), key
    differ = [key for key, value in alike.items() if not torch.equal(value, apart[key])]
    assert all("G_BA" in key for key in differ)
    assert bool(differ) == ("G_BA" in with_all(name).generators)


def test_translators_of_different_shapes_cannot_start_alike() -> None:
    model = BUILT_IN.load("model", "discogan")(ReconstructionHParams(same_start=True))
    shapes = DataSpec("image", (3, 16, 16), (1, 16, 16))
    with pytest.raises(UserError, match="cannot start from the same weights"):
        model.build_seeded(NetworkBuilder(shapes, Architecture(4, 6), 0))


def test_d_learns_at_its_own_rate() -> None:
    optimisers = place(with_all("discogan"), "cpu")
    assert optimisers["D"].param_groups[0]["lr"] == 1e-3
    assert optimisers["G"].param_groups[0]["lr"] == with_all("discogan").hparams.lr


def test_a_checkpoint_has_the_averages(tmp_path: Path) -> None:
    run(with_all("standard"), tmp_path, 3, IMAGES)
    stored = checkpoint.read(tmp_path / CHECKPOINT)
    assert stored is not None
    assert any(name.startswith("model/averages.") for name in stored[0])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"augment": "colour,flip"}, "unknown augmentation 'flip'"),
        ({"r1": -1.0}, "r1=-1.0 is out of range"),
        ({"r1_every": 0}, "r1_every=0 is out of range"),
        ({"ema_kimg": -0.1}, "ema_kimg=-0.1 is out of range"),
        ({"lr_d": -1e-3}, "lr_d=-0.001 is out of range"),
        ({"blur": -0.1}, "blur=-0.1 is out of range"),
        ({"blur_kimg": 0.0}, "blur_kimg=0.0 is out of range"),
        ({"ema_kimg": math.nan}, "ema_kimg=nan is out of range"),
    ],
)
def test_what_is_out_of_range_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=says):
        HParams(**changes)


def test_a_model_without_weights_has_no_average() -> None:
    class Weightless(BUILT_IN.load("model", "standard")):  # type: ignore[misc]
        def build(self, nets: NetworkBuilder) -> None:
            self.generators["G_AB"] = torch.nn.Identity()

    model = Weightless(HParams(ema_kimg=1.0))
    with pytest.raises(UserError, match="no generator weights to average"):
        model.build_seeded(NetworkBuilder(IMAGES, Architecture(4, 6), 0))


def test_points_are_not_blurred() -> None:
    with pytest.raises(UserError, match="points cannot be blurred"):
        HParams(blur=0.1).require_supported(POINTS)
    HParams(blur=0.1).require_supported(IMAGES)


def test_points_are_not_augmented() -> None:
    with pytest.raises(UserError, match="points cannot be augmented"):
        HParams(augment="noise").require_supported(POINTS)
    HParams(augment="noise").require_supported(IMAGES)


def test_an_ingredient_that_is_off_changes_no_record() -> None:
    """So that a new one changes the identity of no cell that goes without it."""
    assert HParams().record().keys() == {
        *("lr", "beta1", "beta2", "weight_decay", "batch_size", "schedule"),
    }
    full = HParams(**{key: value for key, value in ALL.items() if key != "batch_size"})
    assert HParams(**full.record()) == full
    assert full.record().items() <= asdict(full).items()


def recipes_of_all() -> Iterator[tuple[str, str, HParams]]:
    for name, spec in itertools.product(NAMES, (POINTS, IMAGES)):
        for recipe, hparams in BUILT_IN.load("model", name).recipes(spec).items():
            yield name, recipe, hparams


def test_a_cell_trains_by_what_its_recipe_says() -> None:
    """Where rates fall by default too, and a recipe or a user keeps them constant."""
    for name, recipe, hparams in recipes_of_all():
        for changed in (hparams, replace(hparams, decay=0.0, halvings=0), replace(hparams, r1=2.0)):
            assert type(hparams)(**changed.record()) == changed, (name, recipe)
