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


def test_pictures_have_words_of_all_kinds_from_the_start() -> None:
    """No word has most of the pictures, and none has no chance at all."""
    spec = DataSpec(("image", "tokens"), (3, 16, 16), (2, 5))
    network = NetworkBuilder(spec, Architecture(4), 0).translator("A", "B")
    pictures = torch.rand(200, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    shares = KINDS["tokens"].to_stored(network(pictures)).float().mean(0)
    assert shares.max() < 0.6 and shares.min() > 0


def test_a_batch_of_one_is_taken_in_training() -> None:
    network = builder().translator("A", "B").train()
    network(chances(6))
    made = network(chances(1))
    torch.testing.assert_close(made, network.eval()(chances(1)))


def test_a_word_adds_a_vector_whatever_the_others_are() -> None:
    read = builder().style_autoencoder("A", 3).style
    phrases = KINDS["tokens"].noise(4, SPEC.A, torch.Generator().manual_seed(0))
    phrases[:] = 0
    for i, (first, second) in enumerate([(0, 0), (0, 1), (3, 0), (3, 1)]):
        phrases[i, 0, first] = phrases[i, 1, second] = 1
    codes = read(phrases)
    torch.testing.assert_close(codes[0] - codes[1], codes[2] - codes[3])
