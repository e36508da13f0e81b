"""StarGAN v2: its losses by hand in the authors' scale, styles, diversity, what domains share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from ganbench.contracts.model import Model
from ganbench.networks.styles import half_drawn
from ganbench.training.optimisers import groups_in, optimisers_of
from ganbench.training.step import update
from tests.plugins.test_baselines import OTHER_SHAPES, made
from tests.plugins.test_models import BUILT_IN, IMAGES, POINTS, batch, build
from tests.training.test_loop import run

pytestmark = pytest.mark.numeric

step = torch.tensor(0)
Batch = dict[str, Tensor]


def doubled(spec: Any, n: int) -> Batch:
    """Each sample twice: once for a drawn style and once for that of a sample."""
    return {name: torch.cat([x, x]) for name, x in batch(spec, n).items()}


def of_code(**changes: Any) -> Model:
    return build("starganv2", IMAGES, "code", **changes)


def cross_entropy(logits: Tensor, target: float) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def critic_loss_of_the_authors(model: Model, real: Batch, fake: Batch, kind: slice) -> Tensor:
    """Of pictures in [-1, 1] of both domains in one batch, with fakes of one kind of styles: both
    log losses, and half of the mean squared slope.
    """
    seen, logits, of_fakes = [], [], []
    for name in "AB":
        judge = model.discriminators[f"D_{name}"]
        picture = (2 * real[name][kind] - 1).requires_grad_()
        seen.append(picture)
        logits.append(judge((picture + 1) / 2).logits)
        of_fakes.append(judge(fake[name][kind]).logits)
    slopes = torch.autograd.grad(torch.cat(logits).sum(), seen, create_graph=True)
    squares = torch.cat(slopes).flatten(1).square().sum(1)
    entropy = cross_entropy(torch.cat(logits), 1) + cross_entropy(torch.cat(of_fakes), 0)
    return entropy + 0.5 * squares.mean()


@pytest.mark.usefixtures("double_precision")
def test_what_critics_learn_is_the_mean_of_the_authors_two_losses() -> None:
    model, real = of_code(), doubled(IMAGES, 2)
    torch.manual_seed(0)
    fake = {k: v.detach() for k, v in model.fakes(real).items()}
    terms = model.discriminator_loss(real, model.judged(fake), step)
    terms |= model.discriminator_penalty(real)
    kinds = slice(0, 2), slice(2, 4)
    theirs = [critic_loss_of_the_authors(model, real, fake, kind) for kind in kinds]
    torch.testing.assert_close(sum(terms.values()), sum(theirs) / 2)


def generator_loss_of_the_authors(model: Model, real: Batch, fake: Batch, kind: slice) -> Tensor:
    """Of pictures in [-1, 1], L1 weights of 1, and second styles as the model draws them."""
    G, mapping = model.generators["G"], model.generators["F"]
    torch.manual_seed(1)
    second = {to: half_drawn(mapping, G.style, real[to].flip(0), to) for to in "AB"}  # type: ignore[arg-type]
    parts = []
    for to, source in ("AB", "BA"):
        x, translated, style = real[source][kind], fake[to][kind], fake[f"style_{to}"][kind]
        other = G.decode(G.content(x), second[to][kind]).detach()
        back = G.decode(G.content(translated), G.style(x, source))
        logits = model.discriminators[f"D_{to}"](translated).logits
        parts.append(
            cross_entropy(logits, 1)
            + (G.style(translated, to) - style).abs().mean()
            - 2 * (translated - other).abs().mean()
            + 2 * (back - x).abs().mean()
        )
    return torch.stack(parts).mean()


@pytest.mark.usefixtures("double_precision")
def test_what_generators_learn_is_the_mean_of_the_authors_two_losses() -> None:
    """With fixed statistics, for batch norm sees what is in a batch."""
    model, real = of_code().eval(), doubled(IMAGES, 2)
    torch.manual_seed(0)
    fake = model.fakes(real)
    torch.manual_seed(1)
    total = sum(model.generator_loss(real, fake, step).values())
    kinds = slice(0, 2), slice(2, 4)
    theirs = sum(generator_loss_of_the_authors(model, real, fake, kind) for kind in kinds) / 2
    torch.testing.assert_close(total, theirs)
    params = list(model.generators.parameters())
    for ours, other in zip(
        torch.autograd.grad(total, params, retain_graph=True),  # type: ignore[arg-type]
        torch.autograd.grad(theirs, params),  # type: ignore[arg-type]
        strict=True,
    ):
        torch.testing.assert_close(ours, other)


def test_the_paper_counts_in_our_pictures_what_the_code_counts_in_its_own() -> None:
    recipes = BUILT_IN.load("model", "starganv2").recipes(IMAGES)
    paper, code = recipes["paper"], recipes["code"]
    assert (paper.lambda_style, paper.lambda_div, paper.lambda_cyc, paper.r1) == (1, 1, 1, 0.5)
    assert (code.lambda_div, code.lambda_cyc) == (2 * paper.lambda_div, 2 * paper.lambda_cyc)
    assert code.r1 == paper.r1 / 4
    # An average that keeps 0.999 in an update has lost half after 693 of them.
    assert 1000 * paper.ema_kimg / paper.batch_size == pytest.approx(692.8, abs=0.5)


def test_the_mapping_network_learns_at_a_hundredth_of_the_rate() -> None:
    model = build("starganv2", IMAGES, "paper")
    rates = {
        id(p): group["lr"] for group in groups_in(optimisers_of(model)) for p in group["params"]
    }
    found = {
        name: {round(rates[id(p)], 12) for p in network.parameters()}
        for name, network in [*model.generators.items(), *model.discriminators.items()]
    }
    assert found == {"G": {1e-4}, "F": {1e-6}, "D_A": {1e-4}, "D_B": {1e-4}}


def diversity(model: Model, at: int) -> float:
    real = batch(IMAGES)
    torch.manual_seed(0)
    terms = model.generator_loss(real, model.fakes(real), torch.tensor(at))
    return terms["div_B"].item()


def test_the_weight_of_diversity_falls_to_nothing_over_its_share_of_the_budget() -> None:
    model = build("starganv2", IMAGES, "paper", div_share=0.5).eval()
    assert diversity(model, 0) == diversity(model, 10**6) < 0  # of a training without an end
    model.budget_steps = 1000
    whole = diversity(model, 0)
    assert diversity(model, 125) == pytest.approx(0.75 * whole)
    assert diversity(model, 250) == pytest.approx(0.5 * whole)
    assert diversity(model, 500) == diversity(model, 999) == 0


def test_a_training_tells_the_model_its_budget(tmp_path: Path) -> None:
    model = build("starganv2", POINTS, "paper")
    run(model, tmp_path, 4)
    assert model.budget_steps == 4


def test_the_style_alone_tells_the_domain() -> None:
    """One generator for both: with the same style a sample becomes the same."""
    model, x = build("starganv2", IMAGES, "paper").eval(), batch(IMAGES)["A"]
    with torch.inference_mode():
        to_a, to_b = model.translate(x, "A", 1), model.translate(x, "B", 1)
        assert not torch.allclose(to_a, to_b)
        model.generators["F"].own["A"] = model.generators["F"].own["B"]
        assert torch.equal(model.translate(x, "A", 1), to_b)


@pytest.mark.parametrize("spec", OTHER_SHAPES, ids=["points", "images"])
def test_domains_of_other_shapes_are_refused_with_a_reason(spec: Any) -> None:
    reason = BUILT_IN.load("model", "starganv2").unsupported(spec)
    assert reason and "one shape" in reason


def updated_by(term: str, updates: int) -> Model:
    """On points, by one of the generators' terms alone."""
    torch.manual_seed(0)
    model = made("starganv2", POINTS, 16, lr=5e-3)
    optimiser, real = optimisers_of(model)["G"], batch(POINTS, 32)
    for _ in range(updates):
        terms = model.generator_loss(real, model.fakes(real), step)
        update(optimiser, {name: terms[name] for name in (f"{term}_A", f"{term}_B")})
    return model.eval()


def variety(model: Model) -> float:
    x = batch(POINTS, 32)["A"]
    with torch.inference_mode():
        outputs = torch.stack([model.translate(x, "B", seed) for seed in range(8)])
    return outputs.std(0).mean().item()


def test_the_term_of_diversity_makes_outputs_differ() -> None:
    assert variety(updated_by("div", 20)) > 2 * variety(updated_by("div", 0))


@torch.no_grad()
def missed(model: Model) -> float:
    """How far styles of translations are from those that they were made with, by the latter's own
    deviation.
    """
    torch.manual_seed(1)
    fake = model.fakes(batch(POINTS, 32))
    off = model.generators["G"].style(fake["B"], "B") - fake["style_B"]
    return (off.abs().mean() / fake["style_B"].std(0).mean()).item()


def test_the_term_of_styles_makes_them_be_read_again_from_translations() -> None:
    assert missed(updated_by("style", 60)) < 0.5 * missed(updated_by("style", 0))
