"""A step's updates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
import torch
from torch import nn

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Model
from ganbench.core.spec import DataSpec
from ganbench.registry.registry import discover
from ganbench.training.optimisers import optimisers_of
from ganbench.training.program import place
from ganbench.training.step import Eager, update
from tests.broad import some_models
from tests.plugins.test_models import IMAGES, POINTS, build
from tests.training.test_loop import state

pytestmark = pytest.mark.numeric


def test_a_gradient_is_applied_whatever_its_layout() -> None:
    """The gradient of a matrix that is used transposed is transposed in memory."""
    start = torch.randn(3, 5, generator=torch.Generator().manual_seed(0))
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))
    found = []
    for fused in (True, False):
        weight = nn.Parameter(start.clone())
        optimiser = torch.optim.Adam([weight], lr=HParams().lr, fused=fused)
        for _ in range(3):
            loss = (weight.t().contiguous() * x).sum()
            assert torch.autograd.grad(loss, weight, retain_graph=True)[0].stride() != (5, 1)
            update(optimiser, {"loss": loss})
        found.append(weight.detach())
    assert torch.allclose(*found, atol=1e-7)
    assert not torch.allclose(found[0], start)


def test_g_is_judged_by_the_discriminator_that_was_just_updated() -> None:
    """Autocast keeps weights in bf16 from the first use on, here from before D's update."""
    recipe = next(iter(discover().load("model", "standard").recipes(POINTS)))
    together, apart = (build("standard", POINTS, recipe) for _ in range(2))
    real = {name: torch.rand(6, *POINTS.shape(name)) for name in ("A", "B")}  # type: ignore[arg-type]
    at = torch.tensor(0)
    losses = []
    for model, phases in ((together, ["DG"]), (apart, ["D", "G"])):
        optimisers = optimisers_of(model)
        optimisers["D"].param_groups[0]["lr"] = 0.1
        step = Eager(model, optimisers, "cpu", "bf16")
        losses.append([step.phase(phase, real, at) for phase in phases][-1][-1])
    assert losses[0] == losses[1]
    assert all(param.requires_grad for param in together.parameters())


@pytest.fixture
def default_dtype(dtype: torch.dtype) -> Iterator[None]:
    """What models draw in."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    yield
    torch.set_default_dtype(before)


def plain_groups(
    nets: torch.nn.ModuleDict, lr: float, multiples: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Of each network; what several have in common is the first one's."""
    groups, taken = [], set[torch.nn.Parameter]()
    for name, net in nets.items():
        own = [param for param in net.parameters() if param not in taken]
        taken.update(own)
        groups.append({"params": own, "lr": lr * multiples.get(name, 1.0)})
    return groups


def plain_steps(model: Model, reals: Sequence[dict[str, torch.Tensor]]) -> None:
    """As one writes it first: all passes with gradients, `backward`, an Adam parameter by
    parameter, and weights in their plain layout.
    """
    hparams = model.hparams
    adams = {
        letter: torch.optim.Adam(
            plain_groups(nets, hparams.lr, model.learning_rates()),
            betas=(hparams.beta1, hparams.beta2),
            weight_decay=hparams.weight_decay,
            foreach=False,
        )
        for letter, nets in (("D", model.discriminators), ("G", model.generators))
    }
    for number, real in enumerate(reals):
        torch.default_generator.manual_seed(number)
        phase, at = hparams.phases[number % len(hparams.phases)], torch.tensor(number)
        fake = model.fakes(real)
        for letter in "DG":
            if letter not in phase:
                continue
            if letter == "D":
                terms = model.discriminator_loss(real, model.judged(fake), at)
                if "R" in phase:
                    terms |= model.discriminator_penalty(real)
            else:
                terms = model.generator_loss(real, fake, at)
            for optimiser in adams.values():
                optimiser.zero_grad()
            torch.stack(list(terms.values())).sum().backward(retain_graph=True)
            adams[letter].step()


@pytest.mark.usefixtures("default_dtype")
@pytest.mark.parametrize("name", some_models())
@pytest.mark.parametrize(
    ("spec", "dtype", "tolerance", "steps"),
    [(POINTS, torch.float32, 1e-4, 50), (IMAGES, torch.float64, 1e-7, 50)],
    ids=["points", "images"],
)
def test_lean_steps_are_plain_ones(
    name: str, spec: DataSpec, dtype: torch.dtype, tolerance: float, steps: int
) -> None:
    """Of every model, whose rounding batch norm makes grow on images: there in double precision."""
    recipes = list(discover().load("model", name).recipes(spec))
    # The ingredients of the others are not plain.
    recipe = [each for each in recipes if each not in {"stable", "thorough"}][-1]
    lean, plain = (build(name, spec, recipe).to(dtype) for _ in range(2))
    generator = torch.Generator().manual_seed(1)
    shapes = {"A": spec.shape("A"), "B": spec.shape("B")}
    reals = [
        {k: torch.rand(8, *shape, generator=generator, dtype=dtype) for k, shape in shapes.items()}
        for _ in range(steps)
    ]
    plain_steps(plain, reals)
    step = Eager(lean, place(lean, "cpu"), "cpu", "fp32")
    for number, real in enumerate(reals):
        torch.default_generator.manual_seed(number)
        inputs = real
        if spec.kind == "image":
            inputs = {k: v.contiguous(memory_format=torch.channels_last) for k, v in real.items()}
        step(inputs, number)
    weights = state(lean)
    for key, value in state(plain).items():
        scale = max(float(value.double().norm()), 1e-3)
        assert float((weights[key].double() - value.double()).norm()) / scale < tolerance, key
