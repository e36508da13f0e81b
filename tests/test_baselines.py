"""CycleGAN, LSGAN and DistanceGAN: their terms, the image pool, and what they share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_models import IMAGES, POINTS, batch, build
from test_trainer import data, state

from ganbench.losses import least_squares_discriminator_loss, least_squares_generator_loss
from ganbench.pool import ImagePool
from ganbench.trainer import Interrupted, Plan, train
from ganbench.types import DataSpec

TERMS = {
    "cyclegan": {"adv_A", "adv_B", "cyc_A", "cyc_B", "idt_A", "idt_B"},
    "lsgan": {"adv_B"},
    "distancegan": {"adv_B", "dist_A"},
}
step = torch.tensor(0)


@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
@pytest.mark.parametrize("name", TERMS)
def test_terms_and_trained_parameters(name: str, spec: DataSpec) -> None:
    model, real = build(name, spec, "paper"), batch(spec)
    fake = model.fakes(real)
    terms = model.generator_loss(real, fake, step)
    assert set(terms) == TERMS[name]
    assert all(term.shape == () and term.isfinite() for term in terms.values())
    sum(terms.values()).backward()  # type: ignore[union-attr]
    frozen = {k: v.detach() for k, v in fake.items()}
    sum(model.discriminator_loss(real, frozen, step).values()).backward()  # type: ignore[union-attr]
    dead = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum()]
    assert not dead


def test_least_squares_by_hand() -> None:
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([0.0, 2.0])
    assert least_squares_generator_loss(fake).item() == pytest.approx(0.5 * (1 + 1) / 2)
    assert least_squares_discriminator_loss(real, fake).item() == pytest.approx(0.5 * (2 + 2))


def test_cyclegans_weights() -> None:
    """The paper's 10 on the cycle, and half of it on the identity."""
    real = batch(IMAGES)

    def terms(**changes: float) -> dict[str, float]:
        model = build("cyclegan", IMAGES, "paper", **changes)
        found = model.generator_loss(real, model.fakes(real), step)
        return {name: term.item() for name, term in found.items()}

    whole, half = terms(), terms(lambda_cyc=5.0)
    for name in ("cyc_A", "idt_B"):
        assert whole[name] == pytest.approx(2 * half[name], rel=1e-5)
    assert whole["adv_A"] == pytest.approx(half["adv_A"])
    assert not {"idt_A", "idt_B"} & set(terms(idt_share=0.0))


def test_distances_that_are_kept_cost_nothing() -> None:
    """A generator that changes nothing, between domains that are the same."""
    model = build("distancegan", IMAGES, "paper")
    samples = (batch(IMAGES, 40)["A"] * 255).to(torch.uint8)
    torch.manual_seed(0)
    model.fit_statistics(samples, samples)
    model.mean_B, model.std_B = model.mean_A, model.std_A
    real = {"A": samples[:8].float() / 255, "B": samples[8:16].float() / 255}
    same = model.generator_loss(real, {"B": real["A"]}, step)["dist_A"]
    collapsed = model.generator_loss(real, {"B": real["A"][:1].expand(8, -1, -1, -1)}, step)
    assert same.item() == pytest.approx(0, abs=1e-6)
    assert collapsed["dist_A"].item() > 0.05


def test_distance_statistics_are_those_of_the_data() -> None:
    model = build("distancegan", POINTS, "paper")
    a = torch.randn(2000, 2) * 3
    model.fit_statistics(a, a / 3)
    # The mean absolute difference of two normal numbers of deviation s is 2 s / sqrt(pi).
    assert model.mean_A.item() == pytest.approx(3 * 2 / torch.pi**0.5, rel=0.05)
    assert (model.mean_A / model.mean_B).item() == pytest.approx(3, rel=0.05)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 6), st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_a_pool_gives_back_as_many_and_loses_none(size: int, batches: list[int]) -> None:
    pool, seen = ImagePool(size, (1,)), 0
    for n in batches:
        new = torch.arange(seen, seen + n, dtype=torch.float32)[:, None]
        given_back = pool(new)
        assert given_back.shape == new.shape
        numbers = [int(x) for x in given_back.flatten()]
        assert all(0 <= x < seen + n for x in numbers) and len(set(numbers)) == n
        seen += n
        assert int(pool.count) == min(seen, size) or max(batches) > size
    kept = [int(x) for x in pool.images.flatten()][: int(pool.count)]
    assert len(set(kept)) == len(kept)


def test_a_pool_that_fills_gives_the_new_ones_and_a_full_one_half_of_them() -> None:
    torch.manual_seed(0)
    pool = ImagePool(50, (1,))
    first = torch.arange(50.0)[:, None]
    assert torch.equal(pool(first), first)
    new = 0
    for start in range(50, 1050, 10):
        numbers = pool(torch.arange(start, start + 10.0)[:, None])
        new += int((numbers >= start).sum())
    assert 400 < new < 600


def test_a_pool_passes_no_gradient() -> None:
    fakes = torch.ones(4, 1, requires_grad=True)
    for size in (0, 2, 9):
        assert not ImagePool(size, (1,))(fakes).requires_grad


def test_a_run_that_was_stopped_goes_on_with_its_pool(tmp_path: Path) -> None:
    plan, split = Plan(15, batch_size=4, seed=0), data(POINTS)

    def run(folder: Path, should_stop: Callable[[], bool]) -> dict[str, torch.Tensor]:
        model = build("cyclegan", POINTS, "paper", pool_size=12)
        folder.mkdir(exist_ok=True)
        train(model, split, plan, folder, lambda *_: None, should_stop)
        return state(model)

    straight = run(tmp_path / "straight", lambda: False)
    polls = iter(range(1, 16))
    with pytest.raises(Interrupted):
        run(tmp_path / "stopped", lambda: next(polls) == 7)
    again = run(tmp_path / "stopped", lambda: False)
    assert int(straight["pools.A.count"]) == 12
    assert all(torch.equal(straight[key], again[key]) for key in straight)
