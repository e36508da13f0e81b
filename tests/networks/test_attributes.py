"""Networks of attributes read what is there and what is not, and make probabilities."""

from __future__ import annotations

import pytest
import torch

from ganbench.core.errors import UserError
from ganbench.core.kinds import KINDS
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.attributes import AsWords
from ganbench.networks.builder import NetworkBuilder, check_size
from ganbench.networks.tokens import WholeWords

SPEC = DataSpec("attributes", (5,), (4,))


def builder(seed: int = 0) -> NetworkBuilder:
    return NetworkBuilder(SPEC, Architecture(4), seed)


def chances(n: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(n, *SPEC.A, generator=torch.Generator().manual_seed(seed))


def test_a_translator_makes_probabilities() -> None:
    made = builder().translator("A", "B")(chances(6))
    assert made.shape == (6, 4) and (made >= 0).all() and (made <= 1).all()
    assert made.std() > 0.1


def test_softness_is_not_seen() -> None:
    soft = chances(6)
    whole = KINDS["attributes"].to_stored(soft).float()
    nets = builder()
    for network in (nets.translator("A", "B"), nets.style_autoencoder("A", 3).style):
        assert torch.equal(network(soft), network(whole))
    judge = nets.discriminator("A")
    assert torch.equal(judge(soft).logits, judge(whole).logits)


def test_gradients_pass_straight_through() -> None:
    """Of a presence that counts by its weight, and of an absence that counts by none."""
    soft = chances(4).requires_grad_()
    weights = torch.randn(4, 5, generator=torch.Generator().manual_seed(1))
    read = WholeWords()(AsWords()(soft)).view(4, 5, 2)
    (read[..., 1] * weights).sum().backward()
    assert torch.equal(soft.grad, weights)


def test_seeds_can_be_stacked() -> None:
    network, some = builder().translator("A", "B").eval(), chances(6).view(2, 3, 5)
    torch.testing.assert_close(torch.func.vmap(network)(some), torch.stack([*map(network, some)]))


def test_attributes_are_learnt_back() -> None:
    """From five attributes to four others and back, by the distance of the kind: four bits carry
    most of what five attributes of two levels say.
    """
    nets, distance = builder(), KINDS["attributes"].distance
    assert distance is not None
    there, back = nets.translator("A", "B"), nets.translator("B", "A")
    optimiser = torch.optim.Adam([*there.parameters(), *back.parameters()], lr=1e-2)
    real = KINDS["attributes"].noise(64, SPEC.A, torch.Generator().manual_seed(2))
    for _ in range(200):
        optimiser.zero_grad()
        distance(back(there(real)), real).backward()
        optimiser.step()
    right = ((back(there(real)) > 0.5) == (real > 0.5)).float().mean()
    assert right > 0.75, f"{right:.2f} of the attributes come back; by chance 0.5 would"


def test_attributes_have_no_side_in_pixels() -> None:
    check_size(SPEC, "plain", 0, "task some")
    with pytest.raises(UserError, match="task some has attributes, not images"):
        check_size(SPEC, "plain", 16, "task some")


def test_pictures_have_some_and_lack_some_from_the_start() -> None:
    spec = DataSpec(("image", "attributes"), (3, 16, 16), (5,))
    network = NetworkBuilder(spec, Architecture(4), 0).translator("A", "B")
    pictures = torch.rand(200, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    shares = KINDS["attributes"].to_stored(network(pictures)).float().mean(0)
    assert shares.max() < 0.9 and shares.min() > 0.1


def test_a_batch_of_one_is_taken_in_training() -> None:
    network = builder().translator("A", "B").train()
    network(chances(6))
    made = network(chances(1))
    torch.testing.assert_close(made, network.eval()(chances(1)))


def test_two_domains_share_their_code() -> None:
    """Codes of either are decoded by the other, through the blocks that they have in common."""
    made = builder().autoencoders(1)
    code = made["A"].encode(chances(6))
    assert made["B"].decode(code).shape == (6, 4)
    assert made["A"].encode[-1] is made["B"].encode[-1]
