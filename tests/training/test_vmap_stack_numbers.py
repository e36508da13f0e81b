"""What a stack computes in single precision before rounding grows; faults that must be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from ganbench.contracts.model import Batch
from ganbench.core.spec import DataSpec
from ganbench.training import loop as trainer
from ganbench.training.loop import Plan, batches
from ganbench.training.multi_seed import Join, stacked
from ganbench.training.multi_seed import alone as by_itself
from ganbench.training.optimisers import optimisers_of
from ganbench.training.program import place
from ganbench.training.rng import Draw
from ganbench.training.step import Terms
from ganbench.training.vmap_stack import VmapStack
from tests.broad import some_models
from tests.plugins.test_models import IMAGES, POINTS
from tests.training.test_loop import data
from tests.training.test_vmap_stack import (
    ROUNDING,
    SEEDS,
    alone,
    largest_difference,
    needs_its_operations,
    of_seeds,
    seeded,
    together,
)

pytestmark = pytest.mark.numeric

SINGLE = 1e-5  # of single precision in one pass; it was 5e-7 at most


def first_pass(
    join: Join, name: str, spec: DataSpec, seeds: Sequence[int], phase: str
) -> tuple[Terms, list[Tensor]]:
    """The losses, and the gradients of what the phase trains."""
    models = of_seeds(name, spec, seeds)
    for model in models:
        place(model, "cpu")
    real = batches(data(spec), [Plan(1, batch_size=8, seed=seed) for seed in seeds])(0)
    states = [torch.Generator().manual_seed(seed).get_state() for seed in seeds]
    trained = [(model, optimisers_of(model)) for model in models]
    program = join(trained, states, real, "cpu", "fp32", 10)
    (terms,) = program.phase(phase, real, torch.tensor(0))
    learner = program.learner  # type: ignore[attr-defined]
    part = learner.discriminators if phase == "D" else learner.generators
    return terms, [param.grad for param in part.parameters()]


@pytest.mark.parametrize("phase", ["D", "G"])
@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
@pytest.mark.parametrize("name", some_models())
def test_the_first_losses_and_gradients_are_those_of_each_seed(
    name: str, spec: DataSpec, phase: str
) -> None:
    """None of these activations is as near to 0 as rounding reaches."""
    needs_its_operations(seeded(name, 0, spec), spec)
    terms, gradients = first_pass(stacked, name, spec, SEEDS, phase)
    sizes = []
    for i, seed in enumerate(SEEDS):
        own_terms, own_gradients = first_pass(by_itself, name, spec, (seed,), phase)
        for key, term in own_terms.items():
            assert float(terms[key][i]) == pytest.approx(float(term), rel=SINGLE, abs=SINGLE / 10)
        sizes.append(torch.cat([gradient.flatten() for gradient in own_gradients]).norm())
        for gradient, own in zip(gradients, own_gradients, strict=True):
            assert (gradient[i] - own).norm() <= SINGLE * sizes[-1]
    assert max(sizes) > 1e-3


def exchanged_batches(patch: pytest.MonkeyPatch) -> None:
    """Of the first seed and the second, in a stack alone."""

    def exchanged(split: trainer.Split, plans: Sequence[Plan]) -> Callable[[int], Batch]:
        first, *others = plans
        if others:
            second = replace(others[0], seed=first.seed)
            plans = [replace(first, seed=others[0].seed), second, *others[1:]]
        return batches(split, plans)

    patch.setattr(trainer, "batches", exchanged)


def exchanged_draws(patch: pytest.MonkeyPatch) -> None:
    draw = Draw.of
    patch.setattr(Draw, "of", lambda self, rngs: draw(self, rngs).flip(0))


def common_statistics(patch: pytest.MonkeyPatch) -> None:
    """The running means of batch normalisation are those of all seeds."""
    fakes = VmapStack.fakes

    def mixing(self: VmapStack, real: Batch) -> dict[str, Tensor]:
        found = fakes(self, real)
        for name, value in self.tensors.items():
            if name.endswith("running_mean"):
                value.data.copy_(value.mean(0).expand_as(value))
        return found

    patch.setattr(VmapStack, "fakes", mixing)


def rate_off_by_a_millionth(patch: pytest.MonkeyPatch) -> None:
    join = VmapStack.join

    def faster(self: VmapStack, *given: object) -> object:
        joined = join(self, *given)  # type: ignore[arg-type]
        for optimiser in joined.values():
            optimiser.param_groups[0]["lr"] *= 1 + 1e-6
        return joined

    patch.setattr(VmapStack, "join", faster)


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize(
    ("name", "spec", "plant"),
    [
        ("standard", POINTS, exchanged_batches),
        ("munit", POINTS, exchanged_draws),
        ("standard", IMAGES, common_statistics),
        ("standard", POINTS, rate_off_by_a_millionth),
    ],
    ids=["batches", "draws", "statistics", "rate"],
)
def test_a_fault_is_told_from_rounding(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    spec: DataSpec,
    plant: Callable[[pytest.MonkeyPatch], None],
) -> None:
    """Faults planted in the stack alone."""
    models, own = of_seeds(name, spec), seeded(name, 0, spec)
    alone(own, tmp_path / "alone", 0, spec)
    plant(monkeypatch)
    together(models, tmp_path / "together", spec=spec)
    assert largest_difference(models[0], own) > 2 * ROUNDING
