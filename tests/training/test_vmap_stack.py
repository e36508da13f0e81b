"""Seeds that train together are the seeds that train alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch._C._functorch import is_batchedtensor
from torch.torch_version import TorchVersion

from ganbench.contracts.model import Batch, Model
from ganbench.contracts.task import Domain, Split
from ganbench.core.spec import PLAIN, Architecture, DataSpec, Precision, Preset
from ganbench.evaluation.fidelity.weights import Places
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.inputs import as_input
from ganbench.registry.registry import Registry, discover
from ganbench.results.records import Cell
from ganbench.running.context import Context
from ganbench.running.job import Job, SourceFiles
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from ganbench.running.seed_groups import default_together, seed_groups
from ganbench.training import checkpoint
from ganbench.training import loop as trainer
from ganbench.training.loop import (
    CHECKPOINT,
    LOSS_LOG,
    Interrupted,
    Outcome,
    Plan,
    Run,
    train,
    train_together,
)
from ganbench.training.program import place
from ganbench.training.vmap_stack import can_stack
from tests.broad import broad, some_models
from tests.plugins.test_models import IMAGES, POINTS, supported
from tests.training.test_loop import data, state

SEEDS = (0, 1, 2)
STEPS = 12
ROUNDING = 1e-10  # of double precision, grown over the steps; it was 2e-14 at most
BUILT_IN = discover()
Standard: type[Model] = BUILT_IN.load("model", "standard")


def split_of(spec: DataSpec) -> Split:
    """In double precision images are floats, which the trainer takes as they are."""
    split = data(spec)
    if spec.kind == "points" or torch.get_default_dtype() == torch.float32:
        return split
    return Split(*(Domain(side.samples.double() / 255) for side in (split.A, split.B)))


def maps_group_norm() -> bool:
    """Of images, channels last, which PyTorch 2.11 does not."""
    maps = torch.zeros(2, 8, 4, 4, 4).permute(0, 1, 4, 2, 3)
    try:
        torch.vmap(lambda x: torch.nn.functional.group_norm(x, 1))(maps)
    except RuntimeError:
        assert TorchVersion(torch.__version__) < "2.15"
        return False
    return True


def needs_its_operations(model: Model, spec: DataSpec) -> None:
    """Skips what cannot be stacked by an older PyTorch."""
    has_group_norm = any(isinstance(module, nn.GroupNorm) for module in model.modules())
    if spec == IMAGES and has_group_norm and not maps_group_norm():
        pytest.skip("this PyTorch maps no group normalisation of images")


def together(
    models: Sequence[Model],
    root: Path,
    seeds: Sequence[int] = SEEDS,
    spec: DataSpec = POINTS,
    stop_at: int | None = None,
) -> list[Outcome]:
    runs = []
    for seed, model in zip(seeds, models, strict=True):
        folder = root / str(seed)
        folder.mkdir(parents=True, exist_ok=True)
        runs.append(Run(model, Plan(STEPS, batch_size=8, seed=seed), folder, lambda *_: None))
    polls = itertools.count(1)
    return train_together(runs, split_of(spec), lambda: next(polls) == stop_at)


def alone(model: Model, folder: Path, seed: int, spec: DataSpec = POINTS) -> Outcome:
    folder.mkdir(parents=True)
    plan = Plan(STEPS, batch_size=8, seed=seed)
    return train(model, split_of(spec), plan, folder, lambda *_: None, lambda: False)


def seeded(name: str, seed: int, spec: DataSpec = POINTS, family: str = PLAIN) -> Model:
    model_type = supported(name, spec)
    model: Model = model_type(model_type.recipes(spec)["paper"])
    model.build(NetworkBuilder(spec, Architecture(4, 6), seed, family))
    return model


def of_seeds(name: str, spec: DataSpec = POINTS, seeds: Sequence[int] = SEEDS) -> list[Model]:
    return [seeded(name, seed, spec) for seed in seeds]


def largest_difference(one: Model, other: Model) -> float:
    pairs = zip(state(one).values(), state(other).values(), strict=True)
    return max(float((a.double() - b.double()).norm() / (b.double().norm() + 1)) for a, b in pairs)


@pytest.mark.numeric
@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("standard", "resnet"),
        broad("standard", "vit-unet"),
        broad("standard", "starganv2"),
        broad("wgan_gp", "unet"),
    ],
)
def test_seeds_of_published_networks_together_are_seeds_alone(
    tmp_path: Path, name: str, family: str
) -> None:
    """What their paddings, instance norms and patches come to is the same for each seed."""
    models = [seeded(name, seed, IMAGES, family) for seed in SEEDS]
    needs_its_operations(models[0], IMAGES)
    together(models, tmp_path / "together", spec=IMAGES)
    for seed, model in zip(SEEDS, models, strict=True):
        own = seeded(name, seed, IMAGES, family)
        alone(own, tmp_path / "alone" / str(seed), seed, IMAGES)
        assert largest_difference(model, own) < ROUNDING


@pytest.mark.numeric
@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
@pytest.mark.parametrize("name", some_models())
def test_seeds_together_are_seeds_alone(tmp_path: Path, name: str, spec: DataSpec) -> None:
    """In double precision, for in single precision rounding grows: where an activation or a
    difference of pixels is within rounding of 0, its slope is another in each order of summation;
    and Adam divides a gradient by its own size, however small.
    """
    models = of_seeds(name, spec)
    needs_its_operations(models[0], spec)
    together(models, tmp_path / "together", spec=spec)
    for seed, model in zip(SEEDS, models, strict=True):
        own = seeded(name, seed, spec)
        alone(own, tmp_path / "alone" / str(seed), seed, spec)
        assert largest_difference(model, own) < ROUNDING
        logs = [(tmp_path / at / str(seed) / LOSS_LOG).read_text() for at in ("together", "alone")]
        (head, *mine), (same_head, *theirs) = (log.split() for log in logs)
        assert head == same_head
        for a, b in zip(mine, theirs, strict=True):  # whose numbers are in single precision
            assert [*map(float, a.split(","))] == pytest.approx([*map(float, b.split(","))], 1e-6)
    assert largest_difference(models[0], models[1]) > 1e-2


@pytest.mark.numeric
@pytest.mark.numeric
@pytest.mark.usefixtures("double_precision")
def test_a_seed_that_diverges_does_not_hurt_the_others(tmp_path: Path) -> None:
    """Its weights are not finite from the start; the others' are what they are without it."""
    models, others = of_seeds("recon"), of_seeds("recon", seeds=(0, 2))
    with torch.no_grad():
        next(models[1].generators.parameters()).fill_(torch.nan)
    outcomes = together(models, tmp_path / "three")
    together(others, tmp_path / "two", seeds=(0, 2))
    assert [bool(outcome.diverged) for outcome in outcomes] == [False, True, False]
    assert "not finite by step 12" in outcomes[1].diverged
    assert not (tmp_path / "three/1" / CHECKPOINT).exists()
    assert largest_difference(models[0], others[0]) < ROUNDING
    assert largest_difference(models[2], others[1]) < ROUNDING


def test_stopped_and_continued_is_the_same_as_never_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "LOG_EVERY_STEPS", 5)
    straight, resumed = of_seeds("discogan"), of_seeds("discogan")
    together(straight, tmp_path / "straight")
    with pytest.raises(Interrupted):
        together(of_seeds("discogan"), tmp_path / "broken", stop_at=7)
    outcomes = together(resumed, tmp_path / "broken")
    assert {outcome.position.step for outcome in outcomes} == {STEPS}
    assert {outcome.position.together for outcome in outcomes} == {3}
    for seed, a, b in zip(SEEDS, straight, resumed, strict=True):
        assert all(torch.equal(value, b.state_dict()[key]) for key, value in a.state_dict().items())
        logs = [(tmp_path / at / str(seed) / LOSS_LOG).read_text() for at in ("straight", "broken")]
        assert logs[0] == logs[1] and logs[0].count("\n") == 4


@pytest.mark.numeric
@pytest.mark.usefixtures("double_precision")
def test_seeds_at_different_steps_are_trained_to_the_same_end(tmp_path: Path) -> None:
    """As a kill between the checkpoints of two seeds leaves them."""
    with pytest.raises(Interrupted):
        together(of_seeds("recon"), tmp_path / "mixed", stop_at=4)
    (tmp_path / "mixed/1" / CHECKPOINT).unlink()
    mixed, straight = of_seeds("recon"), of_seeds("recon")
    together(mixed, tmp_path / "mixed")
    together(straight, tmp_path / "straight")
    for a, b in zip(mixed, straight, strict=True):
        assert largest_difference(a, b) < ROUNDING


@pytest.mark.numeric
@pytest.mark.usefixtures("double_precision")
def test_a_seed_goes_on_alone_from_a_stack(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        together(of_seeds("recon"), tmp_path / "stack", stop_at=6)
    model, own = (seeded("recon", 2) for _ in range(2))
    kept = checkpoint.read(tmp_path / "stack/2" / CHECKPOINT)
    assert kept is not None and kept[1].step == 6
    plan = Plan(STEPS, batch_size=8, seed=2)
    train(model, split_of(POINTS), plan, tmp_path / "stack/2", lambda *_: None, lambda: False)
    alone(own, tmp_path / "alone", 2)
    assert largest_difference(model, own) < ROUNDING


@pytest.mark.numeric
@pytest.mark.usefixtures("double_precision")
def test_a_model_in_a_stack_has_its_present_weights(tmp_path: Path) -> None:
    """Which is what a snapshot scores."""
    models = of_seeds("standard")
    seen: list[dict[str, torch.Tensor]] = []
    runs = []
    for seed, model in zip(SEEDS, models, strict=True):
        (tmp_path / str(seed)).mkdir()
        plan = Plan(4, batch_size=8, seed=seed, snapshots=frozenset({2}))

        def look(step: int, model: Model = model) -> None:
            seen.append(state(model))

        runs.append(Run(model, plan, tmp_path / str(seed), lambda *_: None, look))
    train_together(runs, split_of(POINTS), lambda: False)
    for seed, at_two in zip(SEEDS, seen, strict=True):
        own = seeded("standard", seed)
        run_plan = Plan(2, batch_size=8, seed=seed)
        (tmp_path / f"own{seed}").mkdir()
        train(
            own, split_of(POINTS), run_plan, tmp_path / f"own{seed}", lambda *_: None, lambda: False
        )
        for key, value in own.state_dict().items():
            assert torch.allclose(value, at_two[key], rtol=0, atol=ROUNDING), key


@pytest.mark.numeric
@pytest.mark.parametrize("name", some_models())
def test_to_try_whether_a_model_stacks_leaves_it_as_it_is(name: str) -> None:
    model, few = seeded(name, 0), {"A": torch.randn(4, 2), "B": torch.randn(4, 2)}
    before, random_state = state(model), torch.get_rng_state()
    assert can_stack(model, few, "fp32")
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert not any(is_batchedtensor(p) for p in model.parameters())
    assert torch.equal(torch.get_rng_state(), random_state)


@pytest.mark.numeric
@pytest.mark.numeric
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
def test_what_can_be_stacked_trains_and_nothing_else(
    tmp_path: Path, spec: DataSpec, precision: Precision
) -> None:
    """In bf16, PyTorch maps no normalisation of images on a CPU."""
    runs = []
    for seed, model in zip(SEEDS, of_seeds("recon", spec), strict=True):
        (tmp_path / str(seed)).mkdir()
        plan = Plan(4, batch_size=8, seed=seed, precision=precision)
        runs.append(Run(model, plan, tmp_path / str(seed), lambda *_: None))
    split = data(spec)
    few = {"A": as_input(split.A.samples[:2], "cpu"), "B": as_input(split.B.samples[:2], "cpu")}
    if can_stack(seeded("recon", 0, spec), few, precision):
        assert not any(outcome.diverged for outcome in train_together(runs, split, lambda: False))
    else:
        assert (spec, precision) == (IMAGES, "bf16")
        with pytest.raises(RuntimeError):
            train_together(runs, split, lambda: False)


def test_normalisation_that_pytorch_does_not_map_is_not_stacked() -> None:
    """Of WGAN-GP's critic of images; its seeds then train one by one."""
    split, model = data(IMAGES), seeded("wgan_gp", 0, IMAGES)
    place(model, "cpu")
    few = {"A": as_input(split.A.samples[:2], "cpu"), "B": as_input(split.B.samples[:2], "cpu")}
    assert can_stack(model, few, "fp32") == maps_group_norm()


class Dropping(Standard):
    """Draws by a function whose numbers cannot be handed to a seed."""

    def fakes(self, real: Batch) -> dict[str, torch.Tensor]:
        return {k: torch.nn.functional.dropout(v) for k, v in super().fakes(real).items()}


def test_a_model_that_draws_by_other_functions_is_not_stacked() -> None:
    model = Dropping(Standard.recipes(POINTS)["paper"])
    model.build(NetworkBuilder(POINTS, Architecture(4, 6), 0))
    assert not can_stack(model, {"A": torch.randn(4, 2), "B": torch.randn(4, 2)}, "fp32")


@pytest.mark.numeric
@pytest.mark.usefixtures("double_precision")
def test_parameters_that_are_tied_stay_tied(tmp_path: Path) -> None:
    """In one module at two places, as CoGAN has them, and as one parameter of two modules."""

    class Tied(Standard):
        def build(self, nets: NetworkBuilder) -> None:
            super().build(nets)
            first = next(m for m in self.generators.modules() if isinstance(m, torch.nn.Linear))
            self.generators["extra"] = torch.nn.Linear(first.in_features, first.out_features)
            self.generators["extra"].weight = first.weight
            torch.nn.init.zeros_(self.generators["extra"].bias)

        def generator_loss(self, real: Batch, fake: Batch, step: torch.Tensor) -> Any:
            terms = super().generator_loss(real, fake, step)
            return terms | {"tie": self.generators["extra"](real["A"]).square().mean()}

    def models() -> list[Model]:
        found: list[Model] = []
        for seed in SEEDS:
            found.append(Tied(Standard.recipes(POINTS)["paper"]))
            found[-1].build(NetworkBuilder(POINTS, Architecture(4, 6, generator_layers=2), seed))
        return found

    stack = models()
    together(stack, tmp_path / "together")
    for seed, model, own in zip(SEEDS, stack, models(), strict=True):
        alone(own, tmp_path / "alone" / str(seed), seed)
        assert largest_difference(model, own) < ROUNDING


def job(model: str, seed: int, together: int, width: int = 8) -> Job:
    cell = Cell(
        *(model, "toy", "mixture", "hash", Preset("smoke", 10, width), "paper", {}, {}),
        *("fp32", "cpu", 1, "test", seed, "code", "torch"),
    )
    context = Context(Registry(()), {}, Path(), Places((), Path()))
    return Job(cell, context, (), None, "hash", SourceFiles({}, {}), together=together)


@given(seeds=st.integers(1, 12), together=st.integers(1, 8), workers=st.integers(1, 4))
def test_every_cell_is_in_one_stack_of_its_like(seeds: int, together: int, workers: int) -> None:
    kinds = (("standard", 8), ("standard", 16), ("recon", 8))
    jobs = [job(model, seed, together, width) for seed in range(seeds) for model, width in kinds]
    parts = seed_groups(jobs, workers)
    assert sorted(j.cell.id for part in parts for j in part) == sorted(j.cell.id for j in jobs)
    for part in parts:
        assert len({(j.cell.model, j.cell.preset.width) for j in part}) == 1
        assert len(part) <= together
    if together >= seeds >= workers:
        assert len(parts) >= workers


PICKY = """
from ganbench.api import Model


class Picky(Model):
    @classmethod
    def unsupported(cls, spec):
        return "it takes images alone" if spec.kind == "points" else None

    def build(self, nets):
        raise NotImplementedError

    def fakes(self, real):
        raise NotImplementedError

    def generator_loss(self, real, fake, step):
        raise NotImplementedError
"""


def test_what_is_not_trained_is_not_stacked(cache_dir: Path, tmp_path: Path) -> None:
    """References, and a model that does not take such data."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models/picky.py").write_text(PICKY)
    models, tasks, seeds = ("standard", "picky"), ("toy",), (0, 1)
    request = Request(models, tasks, seeds, cache_dir, preset="smoke", device="cpu", together=2)
    jobs = resolve(request, discover([tmp_path])).jobs
    assert {j.cell.model for j in jobs if j.together > 1} == {"standard"}
    assert {"picky", "real", "oracle"} <= {j.cell.model for j in jobs if j.together == 1}


def test_seeds_train_together_where_that_pays() -> None:
    points, images = Preset("smoke", 10, 8), Preset("smoke", 10, 8, size=16)
    of = {
        (preset.size, device, precision): default_together(
            replace(job("recon", 0, 1).cell, preset=preset, device=device, precision=precision)
        )
        for preset in (points, images)
        for device in ("cpu", "cuda")
        for precision in ("fp32", "bf16")
    }
    assert {key for key, together in of.items() if together > 1} == {
        *((0, "cuda", "fp32"), (0, "cuda", "bf16"), (0, "cpu", "bf16")),
    }
