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
