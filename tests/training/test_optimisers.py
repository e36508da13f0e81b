"""Which optimisers there are, how their rates fall, and gradients that are kept short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Model
from ganbench.contracts.recipes import stabilised
from ganbench.core.errors import UserError
from ganbench.core.spec import Architecture
from ganbench.networks.builder import NetworkBuilder
from ganbench.registry.registry import discover
from ganbench.training.clipping import Clipping
from ganbench.training.multi_seed import alone, stacked
from ganbench.training.optimisers import OPTIMISERS, groups_in, optimisers_of
from ganbench.training.rates import rates_of
from tests.plugins.test_models import POINTS
from tests.training.test_loop import state

STEPS = 6
Change = Mapping[str, Any]
CHANGES: list[Change] = [
    *({"optimiser": name} for name in OPTIMISERS),
    {"decay": 0.5},
    {"halvings": 2},
    {"clip_norm": 0.05},
    {"optimiser": "rmsprop", "decay": 1.0, "halvings": 1, "clip_norm": 0.1, "lr_d": 1e-3},
]
STANDARD: type[Model] = discover().load("model", "standard")


def built(seed: int, model_type: type[Model] = STANDARD, **changes: Any) -> Model:
    model = model_type(model_type.recipes(POINTS)["paper"].__class__(**changes))
    model.build_seeded(NetworkBuilder(POINTS, Architecture(8), seed))
    return model


def batch_of(seed: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.randn(5, 2, generator=generator) for name in "AB"}


def trained(models: list[Model]) -> list[dict[str, Tensor]]:
    """The states after some steps, as one program."""
    seeds = [(model, optimisers_of(model)) for model in models]
    rng = torch.default_generator.get_state()
    join = alone if len(models) == 1 else stacked
    batches = [batch_of(seed) for seed in range(STEPS)]
    several = [{k: torch.stack([v] * len(models)) for k, v in real.items()} for real in batches]
    reals = batches if len(models) == 1 else several
    program = join(seeds, [rng] * len(models), reals[0], "cpu", "fp32", STEPS)
    for step, real in enumerate(reals):
        program(real, step)
    return [state(model) for model in models]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_seeds_together_are_seeds_alone(change: Change) -> None:
    single = [trained([built(seed, **change)])[0] for seed in range(2)]
    both = trained([built(seed, **change) for seed in range(2)])
    for own, joined in zip(single, both, strict=True):
        for name, value in own.items():
            torch.testing.assert_close(joined[name], value, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("change", CHANGES[1:], ids=str)
def test_each_changes_what_is_trained(change: Change) -> None:
    plain, changed = trained([built(0)])[0], trained([built(0, **change)])[0]
    assert any(not torch.equal(value, changed[name]) for name, value in plain.items())


OWN = {
    "adam": lambda params: torch.optim.Adam(params, 1e-3, (0.4, 0.8), weight_decay=0.1),
    "adamw": lambda params: torch.optim.AdamW(params, 1e-3, (0.4, 0.8), weight_decay=0.1),
    "rmsprop": lambda params: torch.optim.RMSprop(
        params, 1e-3, alpha=0.8, momentum=0.4, weight_decay=0.1
    ),
    "sgd": lambda params: torch.optim.SGD(params, 1e-3, momentum=0.4, weight_decay=0.1),
}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_an_optimiser_is_torchs_of_that_name(name: str) -> None:
    """With the momentum beta1 and the memory beta2."""
    how = {"lr": 1e-3, "beta1": 0.4, "beta2": 0.8, "weight_decay": 0.1}
    ours, theirs = (built(0, optimiser=name, **how) for _ in range(2))
    ones = optimisers_of(ours)["G"], OWN[name](theirs.generators.parameters())
    for seed in range(4):
        for model, optimiser in zip((ours, theirs), ones, strict=True):
            optimiser.zero_grad()
            model.translate(batch_of(seed)["A"], "B").square().sum().backward()
            optimiser.step()
    for mine, own in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, own)


@given(steps=st.integers(1, 1000), decay=st.floats(0.01, 1), halvings=st.integers(0, 9))
def test_rates_fall_to_nothing_and_by_halves(steps: int, decay: float, halvings: int) -> None:
    """In a straight line over the last share of the steps; nothing is reached after the last one,
    which still trains.
    """
    model = built(0, lr=0.5, lr_d=0.25, decay=decay, halvings=halvings)
    optimisers = optimisers_of(model)
    rates = rates_of(optimisers, model.hparams, steps)
    for at in sorted({0, steps // 3, steps // 2, steps - 1}):
        rates.update(torch.tensor(at))
        falling = min(1.0, (steps - at) / steps / decay)
        half = 0.5 ** ((at * (halvings + 1)) // steps)
        got = {name: optimiser.param_groups[0]["lr"] for name, optimiser in optimisers.items()}
        edge = abs(at * (halvings + 1) / steps % 1 - 0.5) > 0.49  # of a halving: float32 may differ
        if not edge or at == 0:
            assert float(got["G"]) == pytest.approx(0.5 * falling * half, rel=1e-4)
        assert float(got["D"]) == pytest.approx(0.5 * float(got["G"]))
        assert float(got["D"]) > 0


def test_rates_that_stay_are_plain_numbers() -> None:
    optimisers = optimisers_of(built(0))
    assert not rates_of(optimisers, HParams(), 10).rates
    assert all(isinstance(group["lr"], float) for group in groups_in(optimisers))


class Slower(STANDARD):  # type: ignore[misc,valid-type]
    """Half of the networks learn at a hundredth of the rate, under plain gradient descent."""

    def learning_rates(self) -> Mapping[str, float]:
        return {"G_AB": 0.01}


class Misnamed(STANDARD):  # type: ignore[misc,valid-type]
    def learning_rates(self) -> Mapping[str, float]:
        return {"G_BA": 0.01}


def test_a_network_has_its_own_multiple_of_the_rate() -> None:
    plain, slow = (built(0, kind, lr=0.1, decay=0.5) for kind in (STANDARD, Slower))
    rates = []
    for model in (plain, slow):
        optimisers = optimisers_of(model)
        rates_of(optimisers, model.hparams, 10).update(torch.tensor(9))
        rates.append({name: float(one.param_groups[0]["lr"]) for name, one in optimisers.items()})
    assert rates[0] == pytest.approx({"D": 0.02, "G": 0.02})
    assert rates[1] == pytest.approx({"D": 0.02, "G": 0.0002})


def test_a_rate_for_a_network_that_is_not_there_is_refused() -> None:
    with pytest.raises(UserError, match=r"(?s)unknown network 'G_BA'.*'G_AB'"):
        optimisers_of(built(0, Misnamed))


@pytest.mark.parametrize("longest", [0.01, 1.0, 1e6])
def test_gradients_are_as_short_as_torch_makes_them(longest: float) -> None:
    """Of several seeds, each by its own norm."""
    generator = torch.Generator().manual_seed(0)
    shapes = [(3, 4), (5,), (2, 2, 2)]
    scales = (1.0, 20.0)
    params = [
        [torch.nn.Parameter(torch.zeros(shape)) for shape in shapes] for _ in range(len(scales))
    ]
    for own, scale in zip(params, scales, strict=True):
        for param in own:
            param.grad = scale * torch.randn(param.shape, generator=generator)
    together = [torch.nn.Parameter(torch.zeros(2, *shape)) for shape in shapes]
    for param, *own in zip(together, *params, strict=True):
        param.grad = torch.stack([one.grad for one in own])
    Clipping(longest, stacked=True)(together)
    copies = [[param.grad.clone() for param in own] for own in params]
    for i, own in enumerate(params):
        Clipping(longest, stacked=False)(own)
        mine = [param.grad.clone() for param in own]
        for param, gradient in zip(own, copies[i], strict=True):
            param.grad = gradient
        torch.nn.utils.clip_grad_norm_(own, longest)
        for param, one, joined in zip(own, mine, together, strict=True):
            torch.testing.assert_close(one, param.grad)
            torch.testing.assert_close(joined.grad[i], param.grad)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"decay": 1.5}, "decay"),
        ({"halvings": -1}, "halvings"),
        ({"clip_norm": -1.0}, "clip_norm"),
    ],
)
def test_values_out_of_range_are_refused(values: Change, message: str) -> None:
    with pytest.raises(UserError, match=message):
        HParams(**values)


@dataclass(frozen=True)
class Falling(HParams):
    """Rates that fall by default, as CycleGAN's do."""

    decay: float = 0.5


def test_recipe_stable_has_constant_rates_and_says_so_where_they_fall_by_default() -> None:
    """Or a cell, which is built from its record, would have the default."""
    stable = stabilised(Falling(halvings=3))
    assert (stable.decay, stable.halvings) == (0.0, 0)
    assert stable.record()["decay"] == 0.0 and Falling(**stable.record()) == stable
    assert not {"halvings", "optimiser", "clip_norm"} & set(stable.record())
    assert not {"decay", "halvings"} & set(stabilised(HParams(decay=0.5)).record())
    assert Falling().record()["decay"] == 0.5
