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
    "attributes": DataSpec("attributes", (5,), (4,)),
    "attributes to images": DataSpec(("attributes", "image"), (5,), (3, 16, 16)),
    "images to attributes": DataSpec(("image", "attributes"), (3, 16, 16), (5,)),
}
SPECIAL = {name: "attributes" if "attributes" in name else "tokens" for name in SPECS}
ABLE = {"cyclegan", "discogan", "lsgan", "munit", "recon", "standard"}


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
        assert SPECIAL[data] in reason
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


@pytest.mark.parametrize("data", ["phrases", "attributes"])
@pytest.mark.parametrize("name", sorted(REGISTRY.of_kind("metric")))
def test_no_metric_scores_what_it_does_not_know(name: str, data: str) -> None:
    metric = REGISTRY.load("metric", name)()
    reason = metric.why_not(Shown(SPECS[data]))
    known = {"words": "it compares tokens with images"}  # it tells what it knows
    assert reason and (SPECIAL[data] in reason or reason == known.get(name))


@pytest.mark.parametrize("data", ["phrases", "attributes"])
@pytest.mark.parametrize("name", ["visible", "efficientnet_lite0"])
def test_pictures_of_other_kinds_are_scored_as_pictures(name: str, data: str) -> None:
    metric = REGISTRY.load("metric", name)()
    there = metric.why_not(Shown(SPECS[f"images to {data}"]))
    assert there == f"{SPECIAL[data]} have no image features"
    with pytest.raises(AttributeError, match="features"):  # it goes on to ask for weights
        metric.why_not(Shown(SPECS[f"{data} to images"]))
