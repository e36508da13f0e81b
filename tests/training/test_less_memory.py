"""Steps that save memory are the steps: to the bit checkpointed, to rounding accumulated."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from ganbench.contracts.model import Batch, Model
from ganbench.core.devices import device_rng, seed_all
from ganbench.core.spec import Architecture, DataSpec, Precision
from ganbench.networks.builder import NetworkBuilder
from ganbench.registry.registry import discover
from ganbench.training.activation_checkpointing import checkpointed
from ganbench.training.drawing import Batches, Repeated
from ganbench.training.micro_batches import micro_batches, samples_in
from ganbench.training.multi_seed import alone
from ganbench.training.program import Seed, place, program
from ganbench.training.step import Step
from ganbench.training.step_memory import LiveBytes, most_bytes, peak_bytes
from tests.broad import some_models
from tests.plugins.test_models import IMAGES, POINTS, supported
from tests.training.listed import Listed

pytestmark = pytest.mark.numeric

BUILT_IN = discover()
BUDGET = 1_000  # steps, in which rates hardly fall
BATCH = 8
KINDS = [(POINTS, "plain"), (IMAGES, "plain"), (IMAGES, "stylegan2")]
EACH = pytest.mark.parametrize(("spec", "family"), KINDS, ids=["points", "images", "stylegan2"])


def model_of(name: str, spec: DataSpec, family: str = "plain", **changes: Any) -> Model:
    model_type = supported(name, spec, family)
    recipes = model_type.recipes(spec)
    own = recipes.get("stable", next(iter(recipes.values())))
    if not hasattr(own, "pool_size"):
        changes.pop("pool_size", None)
    model = model_type(replace(own, batch_size=BATCH, **changes))
    model.build_seeded(NetworkBuilder(spec, Architecture(4), 0, family))
    return model


def batch_of(number: int, spec: DataSpec) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(number)
    real = {d: torch.rand(BATCH, *spec.shape(d), generator=generator) for d in "AB"}  # type: ignore[arg-type]
    return {name: value.to(torch.get_default_dtype()) for name, value in real.items()}


def step_on(
    model: Model, batches: Batches, checkpointed: bool = False, precision: Precision = "fp32"
) -> Step:
    optimisers = place(model, "cpu")
    seed_all(3)
    seed = Seed(model, optimisers, device_rng("cpu").get_state())
    how = alone, "cpu", precision, BUDGET, False, checkpointed
    return program([seed], batches(0), *how)(batches)


def losses(model: Model, spec: DataSpec, steps: int = 3, **how: Any) -> list[dict[str, float]]:
    step = step_on(model, Listed([batch_of(number, spec) for number in range(steps)]), **how)
    terms = [each for number in range(steps) for each in step(number)]
    return [{name: float(term) for name, term in each.items()} for each in terms]


def same(one: Model, other: Model) -> bool:
    theirs = other.state_dict()
    return all(torch.equal(value, theirs[key]) for key, value in one.state_dict().items())


@EACH
@pytest.mark.parametrize("name", some_models())
def test_checkpointed_steps_are_plain_ones_to_the_bit(
    name: str, spec: DataSpec, family: str
) -> None:
    """Losses, weights, averages and running statistics, and all that is drawn."""
    extra = {"r1": 1.0, "r1_every": 2}
    plain, checkpointed = (model_of(name, spec, family, **extra) for _ in range(2))
    assert losses(plain, spec) == losses(checkpointed, spec, checkpointed=True)
    assert same(plain, checkpointed)
    passes = {"forward", "maps", "with_maps"}
    assert not any(passes & set(vars(module)) for module in checkpointed.modules())


@pytest.mark.parametrize("family", ["unet", "vit-unet", "starganv2"])
def test_so_are_passes_that_give_maps(family: str) -> None:
    """Of networks whose passes call one another."""
    plain, checkpointed = (model_of("cut", IMAGES, family) for _ in range(2))
    assert losses(plain, IMAGES) == losses(checkpointed, IMAGES, checkpointed=True)
    assert same(plain, checkpointed)
    needed = [peak_bytes(maker("fastcut", family), IMAGES, "fp32", how) for how in (False, True)]
    assert needed[1] < needed[0]


@pytest.mark.parametrize("name", ["maps", "with_maps"])
def test_a_pass_that_gives_maps_keeps_them_alone(name: str) -> None:
    """Of what is between its input and them, nothing is kept for the way back."""
    network = model_of("cut", IMAGES, "resnet").generators["G_AB"]
    x = batch_of(0, IMAGES)["A"].requires_grad_()
    kept: list[int] = []

    def count(x: Tensor) -> Tensor:
        kept[-1] += 1
        return x

    for saves in (nullcontext, checkpointed):
        kept.append(0)
        with saves(network), torch.autograd.graph.saved_tensors_hooks(count, lambda x: x):
            getattr(network, name)(x)
    assert kept[0] > 50 and kept[1] <= 2  # what it reads; some versions of PyTorch keep one more


@pytest.mark.parametrize("micro_batch", [0, 3])
def test_so_are_those_in_bf16_and_by_micro_batches(micro_batch: int) -> None:
    models = [model_of("recon", IMAGES, micro_batch=micro_batch) for _ in range(2)]
    first = losses(models[0], IMAGES, precision="bf16")
    assert first == losses(models[1], IMAGES, precision="bf16", checkpointed=True)
    assert same(*models)


class Spectral(Model):
    """Its passes depend on buffers that each of them changes, and draw by dropout. It keeps what
    D and G have seen.
    """

    def build(self, nets: NetworkBuilder) -> None:
        hidden = spectral_norm(nn.Linear(2, 8))
        self.generators["G_AB"] = nn.Sequential(hidden, nn.Dropout(0.5), nn.Linear(8, 2))
        self.discriminators["D_B"] = nets.discriminator("B")
        self.seen: dict[str, list[Tensor]] = {"D": [], "G": []}

    def fakes(self, real: Batch) -> dict[str, Tensor]:
        return {"B": self.generators["G_AB"](real["A"])}

    def discriminator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
        self.seen["D"].append(fake["B"])
        return super().discriminator_loss(real, fake, step)

    def generator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
        self.seen["G"].append(fake["B"].detach())
        return self.adversarial_terms("B", real, fake)


def spectral(micro_batch: int = 0) -> Spectral:
    own = next(iter(Spectral.recipes(POINTS).values()))
    model = Spectral(replace(own, batch_size=BATCH, micro_batch=micro_batch))
    model.build_seeded(NetworkBuilder(POINTS, Architecture(4), 0))
    return model


def test_what_a_pass_changes_is_changed_once() -> None:
    plain, checkpointed = spectral(), spectral()
    assert losses(plain, POINTS) == losses(checkpointed, POINTS, checkpointed=True)
    assert same(plain, checkpointed)


@pytest.mark.parametrize("checkpointed", [False, True])
def test_g_learns_from_the_fakes_that_d_saw(checkpointed: bool) -> None:
    model = spectral(micro_batch=3)
    losses(model, POINTS, checkpointed=checkpointed)
    assert len(model.seen["D"]) == len(model.seen["G"]) == 9  # three parts, three steps
    assert all(map(torch.equal, model.seen["D"], model.seen["G"]))


def largest_difference(one: Model, other: Model) -> float:
    theirs = other.state_dict()
    pairs = [(value, theirs[key]) for key, value in one.state_dict().items()]
    return max(float((a - b).abs().max()) for a, b in pairs if a.numel() and a.is_floating_point())


@pytest.mark.parametrize("micro_batch", [3, 4])
@pytest.mark.parametrize("name", ["standard", "recon", "discogan", "lsgan", "cyclegan"])
def test_means_over_samples_are_accumulated_to_rounding(
    double_precision: None, name: str, micro_batch: int
) -> None:
    """Networks of points have no batch norm; R1 is a mean over samples too. Term by term the losses
    are those of the whole batch.
    """
    how = {"r1": 1.0, "r1_every": 2, "pool_size": 0}
    whole, parted = (
        model_of(name, POINTS, **how),
        model_of(name, POINTS, micro_batch=micro_batch, **how),
    )
    for a, b in zip(losses(whole, POINTS, 4), losses(parted, POINTS, 4), strict=True):
        assert a == pytest.approx(b, rel=1e-6)  # terms are summed in fp32, gradients are not
    assert largest_difference(whole, parted) < 1e-12


def test_feature_matching_is_that_of_a_micro_batch(double_precision: None) -> None:
    """Of means over samples, not a mean: by Jensen it is larger over few."""
    how = {"feat_share": 0.5}
    whole = losses(model_of("discogan", POINTS, **how), POINTS, 1)[1]
    parted = losses(model_of("discogan", POINTS, micro_batch=2, **how), POINTS, 1)[1]
    assert parted["feat_A"] > 1.01 * whole["feat_A"]
    assert parted["rec_A"] == pytest.approx(whole["rec_A"], abs=1e-3)


@given(n=st.integers(1, 60), size=st.integers(1, 60))
def test_parts_are_the_batch_and_as_even_as_can_be(n: int, size: int) -> None:
    real = {"A": torch.arange(n), "B": -torch.arange(n)}
    parts = micro_batches(real, size)
    assert all(torch.equal(torch.cat([p[d] for p in parts]), real[d]) for d in real)
    sizes = [samples_in(part) for part in parts]
    assert max(sizes) <= size and max(sizes) - min(sizes) <= 1
    assert len(sizes) == -(-n // size)


def maker(name: str, family: str, **changes: Any) -> Callable[[], Model]:
    return lambda: model_of(name, IMAGES, family, **changes)


@pytest.mark.broad
def test_the_rough_bound_is_above_what_is_counted() -> None:
    """Or a step that does not fit would not be counted at all. This one takes the most."""
    known = peak_bytes(maker("cut", "resnet", micro_batch=4), IMAGES, "fp32", False)
    assert known < most_bytes(IMAGES, 4, 4)


def test_what_is_counted_grows_by_samples_and_falls_by_each_way_to_save() -> None:
    def count(checkpointed: bool, **changes: int) -> int:
        return peak_bytes(maker("standard", "plain", **changes), IMAGES, "fp32", checkpointed)

    plain, once = count(False), count(True)
    parted, both = count(False, micro_batch=2), count(True, micro_batch=2)
    assert plain > once > both and plain > parted > both
    assert peak_bytes(maker("standard", "plain"), IMAGES, "bf16", False) < plain


def test_counting_leaves_random_numbers_as_they_were() -> None:
    before = torch.get_rng_state()
    peak_bytes(maker("munit", "plain"), IMAGES, "fp32", True)
    assert torch.equal(torch.get_rng_state(), before)


def test_what_is_counted_is_what_is_made() -> None:
    """The same step with data: what lives at a time is the same to the byte of its tensors."""
    known = peak_bytes(maker("discogan", "plain"), IMAGES, "fp32", False)
    with LiveBytes() as live:
        model = model_of("discogan", IMAGES)
        step = step_on(model, Repeated(batch_of(0, IMAGES)))
        for number in range(2):
            step(number)
    assert live.peak == pytest.approx(known, rel=0.15)
