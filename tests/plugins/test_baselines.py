"""The models beside the paper's own: their terms and games, the image pool, what they share."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from ganbench.contracts.model import Model
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.image_pool import ImagePool
from ganbench.networks.losses import (
    least_squares_discriminator_loss,
    least_squares_generator_loss,
)
from ganbench.networks.penalties import gradient_penalty
from ganbench.registry.registry import discover
from ganbench.training.loop import Interrupted, Plan, train
from ganbench.training.optimisers import optimisers_of
from ganbench.training.step import update
from tests.networks.test_families import FAMILIES
from tests.plugins.test_models import IMAGES, NAMES, POINTS, batch, build, supported
from tests.training.test_loop import data, run, state

pytestmark = pytest.mark.numeric

UNIT_TERMS = ("adv", "kl", "rec", "kl_cyc", "cyc")
TERMS = {
    "cogan": {"adv_A", "adv_B"},
    "cut": {"adv_B", "nce_A", "nce_B"},
    "cyclegan": {"adv_A", "adv_B", "cyc_A", "cyc_B", "idt_A", "idt_B"},
    "distancegan": {"adv_B", "dist_A"},
    "fastcut": {"adv_B", "nce_A"},
    "gcgan": {"adv_B", "adv_turned_B", "geo_B"},
    "lsgan": {"adv_B"},
    "munit": {
        *("adv_A", "adv_B", "rec_A", "rec_B"),
        *("content_A", "content_B", "style_A", "style_B"),
    },
    "unit": {f"{name}_{domain}" for name in UNIT_TERMS for domain in "AB"},
    "starganv2": {f"{term}_{domain}" for term in ("adv", "style", "div", "cyc") for domain in "AB"},
    "uvcgan": {"adv_A", "adv_B", "cyc_A", "cyc_B", "idt_A", "idt_B"},
    "ugatit": {
        *("adv_A", "adv_B", "cyc_A", "cyc_B"),
        *("idt_A", "idt_B", "cam_A", "cam_B"),
    },
    "wgan_gp": {"adv_B"},
}
OTHER_SHAPES = (
    DataSpec("points", (2,), (3,)),
    DataSpec("image", (1, 16, 16), (3, 16, 16)),
)
step = torch.tensor(0)


def made(name: str, spec: DataSpec, width: int, family: str = "plain", **changes: Any) -> Model:
    """With networks of another width or family than `build` takes."""
    model_type = supported(name, spec, family)
    model: Model = model_type(replace(model_type.recipes(spec)["paper"], **changes))
    model.build(NetworkBuilder(spec, Architecture(width), 0, family))
    return model


def dead_parameters(model: Model, real: dict[str, Tensor]) -> list[str]:
    """Those that get no gradient from the terms of both sides."""
    fake = model.fakes(real)
    both = {
        **model.generator_loss(real, fake, step),
        **model.discriminator_loss(real, model.judged(fake), step),
    }
    assert all(term.shape == () and term.isfinite() for term in both.values())
    torch.stack(list(both.values())).sum().backward()
    return [n for n, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum()]


@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
@pytest.mark.parametrize("name", TERMS)
def test_terms_and_trained_parameters(name: str, spec: DataSpec) -> None:
    torch.manual_seed(0)
    model, real = build(name, spec, "paper"), batch(spec)
    assert set(model.generator_loss(real, model.fakes(real), step)) == TERMS[name]
    assert not dead_parameters(model, real)


@pytest.mark.parametrize("name", [*NAMES, *TERMS])
def test_every_model_trains_all_of_the_style_based_networks(name: str) -> None:
    torch.manual_seed(0)
    model = made(name, IMAGES, width=4, family="stylegan2")
    assert any(key.endswith("noise.strength") for key, _ in model.named_parameters())
    assert not dead_parameters(model, batch(IMAGES))


def package_imports(file: Path) -> Iterator[str]:
    """Modules of ganbench that a file imports, at any depth of its code."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "")]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] in ("ganbench", ""))


@pytest.mark.parametrize("name", [*NAMES, *TERMS])
def test_a_model_is_a_short_file_that_knows_the_api_alone(name: str) -> None:
    file = discover().of_kind("model")[name].path
    assert lines_of(file) <= 80
    assert set(package_imports(file)) == {"ganbench.api"}


def lines_of(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def test_models_are_short_on_the_whole() -> None:
    assert mean(lines_of(one.path) for one in discover().of_kind("model").values()) <= 50


def test_no_model_goes_without_these_tests() -> None:
    assert set(discover().of_kind("model")) == {*NAMES, *TERMS}


def test_least_squares_by_hand() -> None:
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([0.0, 2.0])
    assert least_squares_generator_loss(fake).item() == pytest.approx(0.5 * (1 + 1) / 2)
    assert least_squares_discriminator_loss(real, fake).item() == pytest.approx(0.5 * (2 + 2))


def test_the_best_scores_for_least_squares_are_the_share_of_the_data() -> None:
    """D*(x) = p_data(x) / (p_data(x) + p_g(x)), with 0 for fakes and 1 for data (Mao et al., 2017,
    equation 5), of a free score for each of five points.
    """
    drawn_real = torch.tensor([0, 0, 0, 0, 1, 1, 1, 2, 2, 3])
    drawn_fake = torch.tensor([0, 1, 1, 1, 2, 2, 2, 4, 4, 4])
    score = torch.zeros(5, requires_grad=True)
    optimiser = torch.optim.SGD([score], lr=1.0)
    for _ in range(200):
        loss = least_squares_discriminator_loss(score[drawn_real], score[drawn_fake])
        (score.grad,) = torch.autograd.grad(loss, score)
        optimiser.step()
    p_data = drawn_real.bincount(minlength=5) / 10
    p_g = drawn_fake.bincount(minlength=5) / 10
    assert p_data.tolist() != p_g.tolist()
    torch.testing.assert_close(score.detach(), p_data / (p_data + p_g), atol=0.02, rtol=0)


def linear(weight: Tensor) -> Callable[[Tensor], DiscriminatorOutput]:
    return lambda x: DiscriminatorOutput(x.flatten(1) @ weight, ())


def normal(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(3,), (3, 1, 1)], ids=["points", "images"])
def test_the_penalty_of_a_linear_critic_is_how_far_its_slope_is_from_1(
    shape: tuple[int, ...],
) -> None:
    weight = torch.tensor([2.0, 1.0, -2.0], requires_grad=True)
    penalty = gradient_penalty(linear(weight), normal(5, *shape), normal(5, *shape, seed=2))
    assert penalty.item() == pytest.approx((3 - 1) ** 2)
    (found,) = torch.autograd.grad(penalty, weight)
    torch.testing.assert_close(found, 2 * (3 - 1) * weight.detach() / 3)
    even = gradient_penalty(linear(weight / 3), normal(5, *shape), normal(5, *shape, seed=2))
    assert even.item() == pytest.approx(0, abs=1e-10)


def test_a_penalty_is_taken_at_a_place_of_its_own_for_each_pair() -> None:
    """The slope of |x|^2 / 2 is x: from a real 0 to a fake of length 1, how far the place is."""
    fake = torch.nn.functional.normalize(normal(6, 3))
    torch.manual_seed(0)
    penalty = gradient_penalty(
        lambda x: DiscriminatorOutput(x.square().sum(1) / 2, ()), torch.zeros(6, 3), fake
    )
    torch.manual_seed(0)
    shares = torch.rand(6, 1)
    assert shares.unique().numel() == 6
    assert penalty.item() == pytest.approx((shares - 1).square().mean().item())


def test_penalties_of_many_critics_can_be_stacked() -> None:
    weights, real, fake = normal(4, 3), normal(5, 3), normal(5, 3, seed=2)
    penalties = torch.vmap(
        lambda weight: gradient_penalty(linear(weight), real, fake), randomness="different"
    )(weights.requires_grad_())
    torch.testing.assert_close(penalties, (weights.norm(dim=1) - 1).square())
    (found,) = torch.autograd.grad(penalties.sum(), weights)
    norms = weights.detach().norm(dim=1, keepdim=True)
    torch.testing.assert_close(found, 2 * (norms - 1) * weights.detach() / norms)


def test_a_critic_has_five_updates_for_one_of_its_generator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, calls = build("wgan_gp", POINTS, "paper"), []
    before = state(model)
    for letter, name in (("D", "discriminator_loss"), ("G", "generator_loss")):
        loss = getattr(model, name)

        def spy(*args: Any, letter: str = letter, loss: Any = loss) -> Any:
            calls.append(letter)
            return loss(*args)

        monkeypatch.setattr(model, name, spy)
    run(model, tmp_path / "four", 4)
    after = state(model)
    moved = {key.split(".")[0] for key in before if not torch.equal(before[key], after[key])}
    assert ("".join(calls), moved) == ("DDDD", {"discriminators"})
    calls.clear()
    run(model, tmp_path / "ten", 10)
    assert "".join(calls) == "DDDDDG" * 2


def test_a_trained_critics_slope_between_data_and_fakes_is_1() -> None:
    """Almost everywhere, says the paper (proposition 1, section 4)."""
    torch.manual_seed(0)
    model = made("wgan_gp", POINTS, width=32, lr=2e-3)  # the paper's lr is for more steps
    critic, optimiser = model.discriminators["D_B"], optimisers_of(model)["D"]

    def pair() -> tuple[Tensor, Tensor]:
        return torch.randn(64, 2) + torch.tensor([2.0, 0.0]), 0.5 * torch.randn(64, 2)

    def slopes() -> Tensor:
        real, fake = pair()
        between = torch.lerp(real, fake, torch.rand(64, 1)).requires_grad_()
        (found,) = torch.autograd.grad(critic(between).logits.sum(), between)
        return found.norm(dim=1)

    assert slopes().mean() < 0.5
    for _ in range(400):
        real, fake = pair()
        update(optimiser, model.discriminator_loss({"B": real}, {"B": fake}, step))
    assert slopes().mean().item() == pytest.approx(1, abs=0.2)
    assert slopes().sub(1).abs().mean() < 0.2
    real, fake = pair()
    assert critic(real).logits.mean() > critic(fake).logits.mean() + 1


@pytest.mark.parametrize("family", [*FAMILIES, "points"])
def test_coupled_gans_share_all_but_the_layers_next_to_the_samples(family: str) -> None:
    if family == "points":
        model = made("cogan", POINTS, width=8)
    else:
        model = made("cogan", IMAGES, width=4, family=family)
    first, second = (model.generators[name] for name in "AB")
    same = [a is b for a, b in zip(first, second, strict=True)]
    assert same == [True] * (len(first) - 1) + [False]
    first, second = (model.discriminators[f"D_{name}"] for name in "AB")
    same = [a is b for a, b in zip(first.blocks, second.blocks, strict=True)]
    assert len(same) > 1
    assert same == [False] + [True] * (len(same) - 1)
    assert first.head is second.head


@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
def test_coupled_gans_make_two_pictures_of_one_latent(spec: DataSpec) -> None:
    """With one last layer as well the two are the same."""
    model, real = made("cogan", spec, width=8), batch(spec)
    fake = model.fakes(real)
    assert not torch.equal(fake["A"], fake["B"])
    model.generators["B"][-1].load_state_dict(model.generators["A"][-1].state_dict())
    fake = model.fakes(real)
    torch.testing.assert_close(fake["A"], fake["B"])
    assert not torch.equal(fake["A"][0], fake["A"][1])
    assert not torch.equal(fake["A"], model.fakes(real)["A"])


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


@pytest.mark.parametrize("spec", OTHER_SHAPES, ids=["points", "images"])
def test_a_cycle_between_domains_of_other_shapes_has_no_identity(spec: DataSpec) -> None:
    model, real = build("cyclegan", spec, "paper"), batch(spec)
    terms = model.generator_loss(real, model.fakes(real), step)
    assert set(terms) == TERMS["cyclegan"] - {"idt_A", "idt_B"}


class Watched(nn.Module):
    """Keeps what a discriminator judges."""

    def __init__(self, judge: nn.Module) -> None:
        super().__init__()
        self.judge = judge
        self.seen: list[Tensor] = []

    def forward(self, x: Tensor) -> DiscriminatorOutput:
        self.seen.append(x.detach().clone())
        judgement: DiscriminatorOutput = self.judge(x)
        return judgement


def test_the_pool_feeds_the_discriminators_alone() -> None:
    torch.manual_seed(0)
    model, real = build("cyclegan", POINTS, "paper", pool_size=8), batch(POINTS)
    old = {name: torch.full((8, 2), 100.0) for name in "AB"}
    model.discriminator_loss(real, old, step)  # fills the pools
    for name in "AB":
        model.discriminators[f"D_{name}"] = Watched(model.discriminators[f"D_{name}"])
    fake, pools = model.fakes(real), model.pools.state_dict()
    pools = {key: value.clone() for key, value in pools.items()}
    model.generator_loss(real, fake, step)
    for name in "AB":
        (judged,) = model.discriminators[f"D_{name}"].seen
        assert torch.equal(judged, fake[name])
    assert all(torch.equal(value, pools[key]) for key, value in model.pools.state_dict().items())
    model.discriminator_loss(real, model.judged(fake), step)
    for name in "AB":
        _, first, second = model.discriminators[f"D_{name}"].seen
        assert torch.equal(first, real[name])
        kept = (second == 100).all(dim=1)
        assert 0 < kept.sum() < 8
        assert torch.equal(second[~kept], fake[name][~kept])


@pytest.mark.parametrize("family", [*FAMILIES, "points"])
def test_one_content_has_as_many_translations_as_there_are_seeds(family: str) -> None:
    spec = POINTS if family == "points" else IMAGES
    model = made("munit", spec, 8, "plain" if family == "points" else family).eval()
    assert model.several_outputs
    x = batch(spec)["A"]
    with torch.inference_mode():
        found = [model.translate(x, "B", seed) for seed in range(4)]
        assert torch.equal(model.translate(x, "B", 3), found[3])
        assert torch.equal(model.translate(x, "B"), found[0])
        torch.testing.assert_close(model.translate(x[2:3], "B", 3), found[3][2:3])
    for i in range(4):
        for other in found[:i]:
            assert ((found[i] - other).abs().flatten(1).amax(1) > 1e-4).all()


def test_the_same_style_is_drawn_for_every_sample_of_a_seed() -> None:
    model = made("munit", POINTS, 8).eval()
    x = batch(POINTS)["A"][:1].expand(5, -1)
    translated = model.translate(x, "B", seed=1)
    torch.testing.assert_close(translated, translated[:1].expand(5, -1))


def test_styles_are_found_again_after_some_updates() -> None:
    """An absolute normal number is 0.8 in the mean, which is what no knowledge of a style costs."""
    torch.manual_seed(0)
    model = made("munit", POINTS, width=64, style_dim=1, lr=5e-3)
    optimiser, real = optimisers_of(model)["G"], batch(POINTS, 64)
    losses = []
    for _ in range(100):
        terms = model.generator_loss(real, model.fakes(real), step)
        update(optimiser, terms)
        losses.append({name: term.item() for name, term in terms.items()})
    for name in ("style_A", "style_B"):
        first, last = (mean(some[name] for some in part) for part in (losses[:10], losses[-10:]))
        assert first == pytest.approx(0.8, abs=0.15)
        assert last < 0.3


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


@pytest.mark.parametrize("bytes_of_images", [False, True])
def test_distance_statistics_by_hand(bytes_of_images: bool) -> None:
    """Over random pairs of two samples."""
    spec = DataSpec("image", (1, 16, 16), (1, 16, 16)) if bytes_of_images else POINTS
    model = build("distancegan", spec, "paper")
    if bytes_of_images:
        levels = torch.tensor([0, 51, 255], dtype=torch.uint8)
        a = levels[:, None, None, None].expand(3, *spec.A)
        between = {(0, 1): 0.2, (0, 2): 1.0, (1, 2): 0.8}
    else:
        a = torch.tensor([[0.0, 0.0], [0.0, 4.0], [5.0, 1.0]])
        between = {(0, 1): 2.0, (0, 2): 3.0, (1, 2): 4.0}
    torch.manual_seed(3)
    model.fit_statistics(a, a)
    torch.manual_seed(3)
    for found in ((model.mean_A, model.std_A), (model.mean_B, model.std_B)):
        first, ahead = (torch.randint(low, 3, (2_000,)).tolist() for low in (0, 1))
        pairs = [tuple(sorted((i, (i + k) % 3))) for i, k in zip(first, ahead, strict=True)]
        values = [between[pair] for pair in pairs]  # type: ignore[index]
        assert {*values} == {*between.values()}
        assert [x.item() for x in found] == pytest.approx([mean(values), stdev(values)], rel=1e-5)


def test_distances_of_a_batch_are_those_of_all_its_pairs() -> None:
    model = build("distancegan", POINTS, "paper")
    model.mean_A.fill_(1.0)
    model.std_A.fill_(2.0)
    points = torch.tensor([[0.0, 0.0], [0.0, 4.0], [5.0, 1.0], [1.0, 1.0]])
    before = [2.0, 3.0, 1.0, 4.0, 2.0, 2.0]
    fakes = torch.tensor([[0.0, 0.0], [2.0, 0.0], [0.0, 0.0], [0.0, 6.0]])
    after = [1.0, 0.0, 3.0, 1.0, 4.0, 3.0]
    expected = mean(abs((x - 1) / 2 - y) for x, y in zip(before, after, strict=True))
    term = model.generator_loss({"A": points, "B": points}, {"B": fakes}, step)["dist_A"]
    assert term.item() == pytest.approx(0.05 * expected)
    alone = model.generator_loss({"A": points[:1], "B": points[:1]}, {"B": fakes[:1]}, step)
    assert alone["dist_A"].item() == 0


def test_weights_of_realism_and_distances_change_after_the_warm_up() -> None:
    model = build("distancegan", IMAGES, "code")
    real = batch(IMAGES)
    fake = model.fakes(real)
    early, late = (model.generator_loss(real, fake, torch.tensor(at)) for at in (9_999, 10_000))
    ratios = {name: (late[name] / early[name]).item() for name in early}
    expected = {"adv_B": 0.5 / 0.99, "feat_B": 0.5 / 0.99, "dist_A": 0.5 / 0.01}
    assert ratios == pytest.approx(expected, rel=1e-4)


def test_a_generator_that_scales_keeps_the_normalised_distances() -> None:
    model, real = build("distancegan", POINTS, "paper"), batch(POINTS)
    model.fit_statistics(real["A"], real["B"])
    model.mean_B, model.std_B = model.mean_A / 3, model.std_A / 3
    model.generators["G_AB"] = scaled = nn.Linear(2, 2, bias=False)
    nn.init.eye_(scaled.weight).data.div_(3)
    kept = model.generator_loss(real, model.fakes(real), step)["dist_A"]
    assert kept.item() == pytest.approx(0, abs=1e-6)
    nn.init.eye_(scaled.weight)
    assert model.generator_loss(real, model.fakes(real), step)["dist_A"].item() > 0.01


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


@pytest.mark.parametrize("name", ["cyclegan", "munit"])
def test_squares_of_both_sides_by_hand(name: str) -> None:
    """As in their authors' code: G's have no half; D's have one in CycleGAN and none in MUNIT."""
    model, real = build(name, IMAGES, "paper"), batch(IMAGES)
    fake = model.fakes(real)
    judge, half = model.discriminators["D_B"], 0.5 if name == "cyclegan" else 1.0
    of_real, of_fake = judge(real["B"]).logits, judge(fake["B"].detach()).logits
    of_d = model.discriminator_loss(real, model.judged(fake), step)["D_B"]
    by_hand = half * ((of_real - 1).square().mean() + of_fake.square().mean())
    assert of_d.item() == pytest.approx(by_hand.item(), rel=1e-5)
    of_g = model.generator_loss(real, fake, step)["adv_B"]
    assert of_g.item() == pytest.approx((of_fake - 1).square().mean().item(), rel=1e-5)
