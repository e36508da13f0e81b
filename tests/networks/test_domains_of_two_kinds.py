"""Networks between domains of different kinds."""

from __future__ import annotations

from itertools import permutations

import pytest
import torch

from ganbench.core.errors import UserError
from ganbench.core.kinds import KINDS, DataKind
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder, check_size

SHAPES: dict[DataKind, tuple[int, ...]] = {
    "image": (3, 16, 16),
    "points": (2,),
    "tokens": (3, 5),
    "attributes": (5,),
}
EACH = [*permutations(SHAPES, 2), ("tokens", "tokens"), ("attributes", "attributes")]
PAIRS = pytest.mark.parametrize("pair", EACH, ids=" to ".join)


def built(pair: tuple[DataKind, DataKind], family: str = "plain", seed: int = 0) -> NetworkBuilder:
    spec = DataSpec(pair, SHAPES[pair[0]], SHAPES[pair[1]])
    return NetworkBuilder(spec, Architecture(4), seed, family)


@PAIRS
def test_a_translator_leads_from_kind_to_kind(pair: tuple[DataKind, DataKind]) -> None:
    nets = built(pair)
    network = nets.translator("A", "B")
    samples = KINDS[pair[0]].noise(6, SHAPES[pair[0]], torch.Generator().manual_seed(1))
    made = network(samples)
    assert made.shape == (6, *SHAPES[pair[1]])
    judged = nets.discriminator("B")(made)
    assert judged.scores.shape == (6,)
    judged.scores.sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
    network.eval()
    assert (network(samples)[0] - network(samples)[1]).abs().max() > 0, "it ignores its input"


@PAIRS
def test_its_start_follows_from_the_seed(pair: tuple[DataKind, DataKind]) -> None:
    first, same, other = (built(pair, seed=s).translator("A", "B") for s in (0, 0, 1))
    weights = [list(network.parameters()) for network in (first, same, other)]
    assert all(torch.equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(weights[0], weights[2], strict=True))


def test_a_family_that_one_of_the_kinds_does_not_have_is_refused() -> None:
    with pytest.raises(UserError, match="unknown network for points 'unet'"):
        built(("points", "image"), "unet")


def test_the_size_is_that_of_the_pictures() -> None:
    spec = DataSpec(("points", "image"), (2,), (3, 16, 16))
    check_size(spec, "plain", 16, "task some")
    with pytest.raises(UserError, match="not a power of two"):
        check_size(spec, "plain", 20, "task some")


@PAIRS
def test_a_content_of_either_kind_becomes_samples_of_both(pair: tuple[DataKind, DataKind]) -> None:
    """Between two kinds words have no style, and all else has one that changes what is made."""
    nets, draw = built(pair), torch.Generator().manual_seed(1)
    own = {"A": nets.style_autoencoder("A", 3).eval(), "B": nets.style_autoencoder("B", 3).eval()}
    given = {name: KINDS[k].noise(6, SHAPES[k], draw) for name, k in zip("AB", pair, strict=True)}
    for (source, to), kind in zip(
        ("AA", "BA", "AB", "BB"), (*pair[:1] * 2, *pair[1:] * 2), strict=True
    ):
        network, content = own[to], own[source].content(given[source])
        assert network.style_dim == (3 if KINDS[kind].is_continuous or len({*pair}) == 1 else 0)
        assert network.style(given[to]).shape == (6, network.style_dim)
        one, other = (
            network.decode(content, torch.randn(6, network.style_dim, generator=draw))
            for _ in range(2)
        )
        assert one.shape == (6, *SHAPES[kind])
        assert torch.equal(one, other) == (network.style_dim == 0)


def test_codes_tell_samples_apart_from_the_start() -> None:
    """As much as a drawn style does; a batch of one is taken too."""
    nets, draw = built(("tokens", "image")), torch.Generator().manual_seed(1)
    for name, kind in nets.spec.kinds.items():
        content = nets.style_autoencoder(name, 3).train().content
        some = kind.noise(32, nets.spec.shape(name), draw)
        if kind.has_pixels:  # brighter and darker ones, for a mean over noise is always the same
            some = some * torch.rand(32, 1, 1, 1, generator=draw)
        assert content[0](some).var(0).mean() < 0.1, "codes vary without their norm"
        assert content(some).var(0).mean() > 0.5
        assert content(some[:1]).isfinite().all()
