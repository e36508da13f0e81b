"""Networks of phrases read whole words, make probabilities, and learn through both."""

from __future__ import annotations

import pytest
import torch

from ganbench.core.errors import UserError
from ganbench.core.kinds import KINDS
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder, check_size
from ganbench.networks.tokens import WholeWords

SPEC = DataSpec("tokens", (2, 5), (3, 4))


def builder(seed: int = 0) -> NetworkBuilder:
    return NetworkBuilder(SPEC, Architecture(4), seed)


def chances(n: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, *SPEC.A, generator=generator).softmax(-1)


def test_a_translator_makes_probabilities() -> None:
    made = builder().translator("A", "B")(chances(6))
    assert made.shape == (6, 3, 4) and (made >= 0).all()
    torch.testing.assert_close(made.sum(-1), torch.ones(6, 3))


def test_softness_is_not_seen() -> None:
    soft = chances(6)
    whole = KINDS["tokens"].to_stored(soft).float()
    nets = builder()
    for network in (nets.translator("A", "B"), nets.style_autoencoder("A", 3).style):
        assert torch.equal(network(soft), network(whole))
    judge = nets.discriminator("A")
    assert torch.equal(judge(soft).logits, judge(whole).logits)


def test_gradients_pass_straight_through() -> None:
    soft = chances(4).requires_grad_()
    weights = torch.randn(4, 10, generator=torch.Generator().manual_seed(1))
    (WholeWords()(soft) * weights).sum().backward()
    assert torch.equal(soft.grad, weights.view(4, 2, 5))


def test_seeds_can_be_stacked() -> None:
    network, some = builder().translator("A", "B").eval(), chances(6).view(2, 3, 2, 5)
    torch.testing.assert_close(torch.func.vmap(network)(some), torch.stack([*map(network, some)]))


def test_a_phrase_is_learnt_back() -> None:
    """From words to words of another vocabulary and back, by the distance of the kind."""
    nets, distance = builder(), KINDS["tokens"].distance
    assert distance is not None
    there, back = nets.translator("A", "B"), nets.translator("B", "A")
    optimiser = torch.optim.Adam([*there.parameters(), *back.parameters()], lr=1e-2)
    real = KINDS["tokens"].noise(64, SPEC.A, torch.Generator().manual_seed(2))
    for _ in range(200):
        optimiser.zero_grad()
        distance(back(there(real)), real).backward()
        optimiser.step()
    right = (back(there(real)).argmax(-1) == real.argmax(-1)).float().mean()
    assert right > 0.8, f"{right:.2f} of the words come back; by chance 0.2 would"


def test_phrases_have_no_side_in_pixels() -> None:
    check_size(SPEC, "plain", 0, "task some")
    with pytest.raises(UserError, match="task some has tokens, not images"):
        check_size(SPEC, "plain", 16, "task some")
