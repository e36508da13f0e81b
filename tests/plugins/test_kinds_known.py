"""Every model and metric knows a kind of data or says why not, before anything is trained."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch

from ganbench.contracts.model import Model
from ganbench.core.spec import DataSpec
from ganbench.registry.registry import discover
from ganbench.testing.subjects import batch, build, step_tensor, total

REGISTRY = discover()
SPECS = {
    "phrases": DataSpec("tokens", (2, 5), (3, 4)),
    "phrases to images": DataSpec(("tokens", "image"), (3, 5), (3, 16, 16)),
    "images to phrases": DataSpec(("image", "tokens"), (3, 16, 16), (3, 5)),
}
ABLE = {"cyclegan", "discogan", "lsgan", "recon", "standard"}


@dataclass(frozen=True)
class Shown:
    """What a metric that refuses kinds may look at."""

    spec: DataSpec
    source: str = "A"
    target: str = "B"


@pytest.mark.parametrize("data", SPECS)
@pytest.mark.parametrize("name", sorted(REGISTRY.of_kind("model")))
def test_a_model_learns_words_or_says_why_not(name: str, data: str) -> None:
    model_type: type[Model] = REGISTRY.load("model", name)
    spec = SPECS[data]
    reason = model_type.why_not(spec)
    assert (reason is None) == (name in ABLE)
    if reason:
        assert "tokens" in reason
        return
    model, real = build(model_type, spec), batch(spec)
    fake = model.fakes(real)
    total(model.generator_loss(real, fake, step_tensor())).backward()
    for network in model.generators.values():
        slopes = [p.grad for p in network.parameters()]
        assert all(slope is not None and slope.isfinite().all() for slope in slopes)
        assert any(slope.abs().max() > 0 for slope in slopes)
    model.eval()
    made, alone = model.translate(real["A"], "B"), model.translate(real["A"][:1], "B")
    torch.testing.assert_close(made[:1], alone)


@pytest.mark.parametrize("name", sorted(REGISTRY.of_kind("metric")))
def test_no_metric_scores_phrases_that_it_does_not_know(name: str) -> None:
    metric = REGISTRY.load("metric", name)()
    reason = metric.why_not(Shown(SPECS["phrases"]))
    assert reason and "tokens" in reason


@pytest.mark.parametrize("name", ["visible", "efficientnet_lite0"])
def test_pictures_of_phrases_are_scored_as_pictures(name: str) -> None:
    metric = REGISTRY.load("metric", name)()
    there = metric.why_not(Shown(SPECS["images to phrases"]))
    assert there == "tokens have no image features"
    with pytest.raises(AttributeError, match="features"):  # it goes on to ask for weights
        metric.why_not(Shown(SPECS["phrases to images"]))
