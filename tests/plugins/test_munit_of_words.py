"""MUNIT between phrases and pictures."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch

from ganbench.core.kinds import KINDS
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder
from ganbench.registry.registry import discover

pytestmark = pytest.mark.numeric


def test_only_words_are_without_style_and_its_loss() -> None:
    """MUNIT between words and pictures: several pictures for a phrase, one phrase for a picture."""
    nets = NetworkBuilder(DataSpec(("tokens", "image"), (3, 5), (3, 16, 16)), Architecture(4), 0)
    model_type = discover().load("model", "munit")
    assert model_type.why_not(nets.spec) is None
    model = model_type(model_type.recipes(nets.spec)["paper"])
    model.build_seeded(nets)
    draw = torch.Generator().manual_seed(1)
    real = {
        "A": KINDS["tokens"].noise(6, (3, 5), draw),
        "B": torch.rand(6, 3, 16, 16, generator=draw),
    }
    terms = model.generator_loss(real, model.fakes(real), torch.tensor(0))
    assert {*terms} == {"adv_A", "adv_B", "rec_A", "rec_B", "content_A", "content_B", "style_B"}
    assert all(term.isfinite() and term > 0 for term in terms.values())
    words = nets.spec.kinds["A"].distance
    rec = model.generators["A"].decode(model.generators["A"].content(real["A"]), torch.empty(6, 0))
    torch.testing.assert_close(terms["rec_A"], 10 * words(rec, real["A"]))
    model.eval()
    assert model.has_several("B") and not model.has_several("A")
    with torch.inference_mode():
        pictures = [model.translate(real["A"], "B", seed) for seed in range(3)]
        phrases = [model.translate(real["B"], "A", seed) for seed in range(3)]
    assert all(not torch.equal(a, b) for a, b in combinations(pictures, 2))
    assert all(torch.equal(a, b) for a, b in combinations(phrases, 2))
