"""Contrast between places: the loss by hand, where it is least, and what it leaves alone."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.contracts.contrast import ContrastHParams, ContrastiveModel
from ganbench.contracts.model import Batch
from ganbench.core.errors import UserError
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.contrastive import patch_nce, places_of, statistics_kept
from tests.networks.test_families import FAMILIES, image_builder, images

pytestmark = pytest.mark.numeric


def embeddings(*shape: int, seed: int = 0) -> torch.Tensor:
    drawn = torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.double)
    return F.normalize(drawn, dim=-1)


def test_the_loss_is_the_cross_entropy_of_finding_ones_own_key() -> None:
    queries, keys = embeddings(2, 5, 3), embeddings(2, 5, 3, seed=1)
    by_hand = [
        -math.log(
            math.exp(float(queries[n, p] @ keys[n, p]) / 0.1)
            / sum(math.exp(float(queries[n, p] @ keys[n, other]) / 0.1) for other in range(5))
        )
        for n in range(2)
        for p in range(5)
    ]
    assert patch_nce([queries], [keys], 0.1).item() == pytest.approx(sum(by_hand) / 10, rel=1e-12)


def test_maps_count_alike_however_many_places_they_have() -> None:
    pairs = [(embeddings(2, p, 3), embeddings(2, p, 3, seed=1)) for p in (16, 2)]
    each = [patch_nce([q], [k], 0.07) for q, k in pairs]
    both = patch_nce(*zip(*pairs, strict=True), 0.07)  # type: ignore[arg-type]
    assert both.item() == pytest.approx((each[0] + each[1]).item() / 2)


def test_keys_get_no_gradient() -> None:
    queries, keys = (embeddings(1, 4, 3, seed=s).requires_grad_() for s in (0, 1))
    patch_nce([queries], [keys], 0.07).backward()
    assert queries.grad is not None and queries.grad.any() and keys.grad is None


def test_a_single_place_has_nothing_to_be_told_from() -> None:
    assert patch_nce([embeddings(3, 1, 4)], [embeddings(3, 1, 4, seed=1)], 0.07).item() == 0


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("bottleneck", [0, 6])
def test_every_family_has_maps_of_falling_sizes_and_no_bottleneck_among_them(
    family: str, bottleneck: int
) -> None:
    nets = image_builder(32, 4, bottleneck, family=family)
    network, x = nets.translator("A", "B").eval(), images(32, 3)
    maps = network.maps(x)  # type: ignore[operator]
    sides = [m.shape[-1] for m in maps]
    assert len(maps) >= 3 and sides == sorted(sides, reverse=True)
    lowest = {"resnet": 8, "starganv2": 16, "unet": 1}
    assert min(sides) == lowest.get(family, 4)
    assert all(m.flatten(1).std(0).max() > 0 for m in maps)  # pictures differ in each
    places = places_of(maps, 10)
    assert [len(p) for p in places] == [min(10, side**2) for side in sides]
    projected = nets.projections("A", "B", 7)(maps, places)
    assert [p.shape for p in projected] == [(3, len(at), 7) for at in places]
    assert all(torch.allclose(p.norm(dim=2), torch.ones(())) for p in projected)


def test_maps_of_the_way_there_are_those_that_a_translation_is_made_of() -> None:
    network = image_builder(32, 4).translator("A", "B").eval()
    x = images(32)
    rest = network[len(network.maps(x)) :]  # type: ignore[operator, arg-type, index]
    torch.testing.assert_close(rest(network.maps(x)[-1]), network(x))  # type: ignore[operator]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_translation_and_its_maps_are_had_in_one_pass(family: str) -> None:
    network: Any = image_builder(32, 4, family=family).translator("A", "B").eval()
    x = images(32, 2)
    translation, maps = network.with_maps(x)
    assert torch.equal(translation, network(x))
    assert len(maps) == len(network.maps(x)) and all(map(torch.equal, maps, network.maps(x)))


def test_each_point_of_a_batch_is_a_place() -> None:
    nets = NetworkBuilder(DataSpec("points", (2,), (2,)), Architecture(8), 0)
    maps = nets.translator("A", "B").maps(torch.randn(5, 2))  # type: ignore[operator]
    assert [m.shape for m in maps] == [(5, 8), (5, 8)]
    assert nets.projections("A", "B", 3)(maps, places_of(maps, 4))[0].shape == (1, 4, 3)


def test_a_translator_of_one_layer_has_nothing_to_contrast() -> None:
    architecture = Architecture(8, generator_layers=1)
    nets = NetworkBuilder(DataSpec("points", (2,), (2,)), architecture, 0)
    with pytest.raises(UserError, match="no layer but the last"):
        nets.projections("A", "B", 3)


def test_what_is_only_looked_at_moves_no_statistics_and_still_has_a_gradient() -> None:
    norm = nn.BatchNorm1d(3)
    norm(torch.randn(4, 3))
    before = {name: value.clone() for name, value in norm.named_buffers()}
    own = dict(norm.named_buffers())
    with statistics_kept(norm):
        out = norm(5 + torch.randn(4, 3)).square().sum()
    out.backward()
    assert norm.weight.grad is not None
    for name, value in norm.named_buffers():
        assert value is own[name] and torch.equal(value, before[name])


def test_a_model_may_add_to_what_is_kept_for_its_contrast() -> None:
    class Noted(ContrastiveModel):
        def fakes(self, real: Batch) -> dict[str, Tensor]:
            return {**super().fakes(real), "noted": real["A"].mean()}

        def generator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
            maps = self.maps_in(fake)
            return {"nce": self.contrast(maps, maps)}

    model = Noted(ContrastHParams())
    model.build(image_builder(16, 4))
    real = {domain: images(16, 2) for domain in "AB"}
    translator: Any = model.generators["G_AB"]
    maps = model.maps_in(model.fakes(real))
    assert [m.shape for m in maps] == [m.shape for m in translator.maps(real["A"])]
