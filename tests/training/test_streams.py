"""Seeds side by side compute exactly what they compute alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from ganbench.contracts.model import Model
from ganbench.core.devices import device_rng, drawing_from, rng_at
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder
from ganbench.registry.registry import discover
from ganbench.training import loop as trainer
from ganbench.training.cuda_graphs import Graph, Work
from ganbench.training.loop import CHECKPOINT, LOSS_LOG, Interrupted, Plan, Run, train_together
from ganbench.training.multi_seed import how_to_join, on_streams, stacked
from ganbench.training.optimisers import optimisers_of
from ganbench.training.step import CallByCall, Program
from tests.broad import some_models
from tests.plugins.test_models import IMAGES, POINTS
from tests.training.listed import Listed
from tests.training.test_cuda_graphs import OnCPU, as_on_a_gpu
from tests.training.test_loop import data, state
from tests.training.test_vmap_stack import SEEDS, STEPS, Dropping, alone, of_seeds, seeded

pytestmark = pytest.mark.numeric

MODELS = sorted(discover().of_kind("model"))
BOTH = pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
on_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def runs_of(models: Sequence[Model], root: Path, device: str = "cpu") -> list[Run]:
    runs = []
    for seed, model in zip(SEEDS, models, strict=True):
        folder = root / str(seed)
        folder.mkdir(parents=True, exist_ok=True)
        plan = Plan(STEPS, batch_size=8, seed=seed, device=device)
        runs.append(Run(model, plan, folder, lambda *_: None))
    return runs


def same(one: Model, other: Model) -> bool:
    theirs = other.state_dict()
    return all(torch.equal(value, theirs[key]) for key, value in one.state_dict().items())


@BOTH
@pytest.mark.parametrize("name", some_models())
def test_seeds_beside_others_are_seeds_alone(tmp_path: Path, name: str, spec: DataSpec) -> None:
    models = of_seeds(name, spec)
    train_together(runs_of(models, tmp_path / "beside"), data(spec), lambda: False, on_streams)
    for seed, model in zip(SEEDS, models, strict=True):
        own = seeded(name, seed, spec)
        alone(own, tmp_path / "alone" / str(seed), seed, spec)
        assert same(model, own)
        logs = [(tmp_path / at / str(seed) / LOSS_LOG).read_text() for at in ("beside", "alone")]
        assert logs[0] == logs[1]
    assert not same(models[0], models[1])


@pytest.mark.parametrize("name", ["recon", "munit"])
def test_stopped_and_continued_is_the_same_as_never_stopped(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a model that draws in training too: a checkpoint has its own seed's random state."""
    monkeypatch.setattr(trainer, "LOG_EVERY_STEPS", 5)
    straight, resumed = of_seeds(name), of_seeds(name)
    train_together(
        runs_of(straight, tmp_path / "straight"), data(POINTS), lambda: False, on_streams
    )
    polls = itertools.count(1)
    broken = runs_of(of_seeds(name), tmp_path / "broken")
    with pytest.raises(Interrupted):
        train_together(broken, data(POINTS), lambda: next(polls) == 7, on_streams)
    train_together(runs_of(resumed, tmp_path / "broken"), data(POINTS), lambda: False, on_streams)
    for seed, a, b in zip(SEEDS, straight, resumed, strict=True):
        assert same(a, b)
        logs = [(tmp_path / at / str(seed) / LOSS_LOG).read_text() for at in ("straight", "broken")]
        assert logs[0] == logs[1] and logs[0].count("\n") == 4


def test_a_seed_that_diverges_does_not_hurt_the_others(tmp_path: Path) -> None:
    models, others = of_seeds("recon"), of_seeds("recon")
    with torch.no_grad():
        next(models[1].generators.parameters()).fill_(torch.nan)
    outcomes = train_together(
        runs_of(models, tmp_path / "a"), data(POINTS), lambda: False, on_streams
    )
    train_together(runs_of(others, tmp_path / "b"), data(POINTS), lambda: False, on_streams)
    assert [bool(outcome.diverged) for outcome in outcomes] == [False, True, False]
    assert not (tmp_path / "a/1" / CHECKPOINT).exists()
    assert same(models[0], others[0]) and same(models[2], others[2])


def dropping(seed: int) -> Model:
    model = Dropping(Dropping.recipes(POINTS)["paper"])
    model.build(NetworkBuilder(POINTS, Architecture(4, 6), seed))
    return model


def test_a_model_that_draws_by_any_function_trains_beside_itself(tmp_path: Path) -> None:
    models = [dropping(seed) for seed in SEEDS]
    train_together(runs_of(models, tmp_path / "beside"), data(POINTS), lambda: False, on_streams)
    for seed, model in zip(SEEDS, models, strict=True):
        own = dropping(seed)
        alone(own, tmp_path / "alone" / str(seed), seed)
        assert same(model, own)


def test_how_seeds_join() -> None:
    """Points are stacked where that can be; a GPU takes all others side by side."""
    points = {"A": torch.randn(2, 2), "B": torch.randn(2, 2)}
    images = {"A": torch.rand(2, *IMAGES.shape("A")), "B": torch.rand(2, *IMAGES.shape("B"))}  # type: ignore[arg-type]
    for device, of_images, of_unmapped in (
        ("cpu", stacked, None),
        ("cuda", on_streams, on_streams),
    ):
        assert how_to_join(seeded("munit", 0), points, POINTS, device, "fp32") is stacked
        assert how_to_join(seeded("munit", 0, IMAGES), images, IMAGES, device, "fp32") is of_images
        assert how_to_join(dropping(0), points, POINTS, device, "fp32") is of_unmapped


def steps_of(models: Sequence[Model], device: str) -> Program:
    states = []
    for seed in SEEDS:
        torch.manual_seed(seed)
        states.append(device_rng(device).get_state())
    seeds = [(model, optimisers_of(model)) for model in models]
    return on_streams(seeds, states, {}, device, "fp32", 10)


def batch_of_step(number: int, spec: DataSpec, device: str) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(number)
    shapes = {"A": spec.shape("A"), "B": spec.shape("B")}
    return {
        name: torch.rand(len(SEEDS), 6, *shape, generator=generator).to(device)
        for name, shape in shapes.items()
    }


@BOTH
@pytest.mark.parametrize("name", ["discogan", "munit"])
def test_captured_as_one_they_are_the_same(name: str, spec: DataSpec) -> None:
    drawn: list[Sequence[torch.Generator]] = []

    def capture(work: Work, rngs: Sequence[torch.Generator]) -> Graph:
        drawn.append(rngs)
        return OnCPU(work)

    found = []
    batches = Listed([batch_of_step(number, spec, "cpu") for number in range(STEPS)])
    for wrap in (CallByCall, as_on_a_gpu(capture)):
        models = of_seeds(name, spec)
        program = steps_of(models, "cpu")
        step = wrap(program, batches)
        for number in range(STEPS):
            losses = step(number)
        assert all(term.shape == (len(SEEDS),) for terms in losses for term in terms.values())
        found.append(models)
    assert all(same(a, b) for a, b in zip(*found, strict=True))
    assert drawn and all(rngs is program.rngs for rngs in drawn)


def test_what_is_drawn_from_a_seed_is_its_own() -> None:
    rngs = [rng_at("cpu", torch.Generator().manual_seed(seed).get_state()) for seed in SEEDS]
    torch.manual_seed(99)
    before = torch.get_rng_state()
    turns = []
    for _ in range(2):
        for rng in rngs:
            with drawing_from(rng):
                turns.append(torch.rand(3))
    assert torch.equal(torch.get_rng_state(), before)
    for i, seed in enumerate(SEEDS):
        torch.manual_seed(seed)
        assert torch.equal(torch.cat([turns[i], turns[i + len(SEEDS)]]), torch.rand(6))


@on_cuda
@BOTH
@pytest.mark.parametrize("name", MODELS)
def test_on_cuda_they_are_seeds_alone(tmp_path: Path, name: str, spec: DataSpec) -> None:
    """Captured, with random numbers of each seed's own."""
    models = of_seeds(name, spec)
    split = data(spec)
    train_together(runs_of(models, tmp_path / "beside", "cuda"), split, lambda: False, on_streams)
    owns = of_seeds(name, spec)
    for own, run in zip(owns, runs_of(owns, tmp_path / "alone", "cuda"), strict=True):
        train_together([run], split, lambda: False)
        assert own is run.model
    for model, own in zip(models, owns, strict=True):
        for key, value in state(own).items():
            assert torch.allclose(state(model)[key], value, rtol=1e-3, atol=1e-4), key
