"""Shapes at every size, the paper's layers at 64 px, and initial weights by role."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ganbench.errors import UserError
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.points import Maxout
from ganbench.types import Architecture, DataSpec


def image_builder(size: int, width: int = 4, bottleneck: int = 10, seed: int = 0) -> NetworkBuilder:
    shape = (3, size, size)
    return NetworkBuilder(DataSpec("image", shape, shape), Architecture(width, bottleneck), seed)


def weights(module: nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in module.parameters()])


@pytest.mark.parametrize("bottleneck", [0, 10])
@pytest.mark.parametrize("size", [16, 32, 64, 128, 256])
def test_translator_keeps_the_size_and_ends_in_unit_range(size: int, bottleneck: int) -> None:
    nets = image_builder(size, width=2, bottleneck=bottleneck)
    out = nets.translator("A", "B")(torch.rand(2, 3, size, size))
    assert out.shape == (2, 3, size, size)
    assert out.min() >= 0 and out.max() <= 1
    judgement = nets.discriminator("B")(out)
    assert judgement.logits.shape == (2,)
    assert len(judgement.features) == {16: 1, 32: 2, 64: 3, 128: 4, 256: 5}[size]


def test_layers_at_64_px_are_the_papers() -> None:
    nets = image_builder(64, width=64, bottleneck=100)
    convolutions = [
        (type(m).__name__, m.in_channels, m.out_channels, m.kernel_size[0], m.stride[0])
        for m in nets.translator("A", "B").modules()
        if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d))
    ]
    down = [("Conv2d", a, b, 4, 2) for a, b in ((3, 64), (64, 128), (128, 256), (256, 512))]
    up = [("ConvTranspose2d", b, a, 4, 2) for a, b in ((256, 512), (128, 256), (64, 128), (3, 64))]
    middle = [("Conv2d", 512, 100, 4, 1), ("ConvTranspose2d", 100, 512, 4, 1)]
    assert convolutions == [*down, *middle, *up]
    assert not any(
        "bias" in n for n, _ in nets.discriminator("A").named_parameters() if "1." not in n
    )


@pytest.mark.parametrize("size", [0, 8, 31, 48, 512])
def test_other_sizes_are_refused_with_the_fix(size: int) -> None:
    with pytest.raises(UserError, match="power of two"):
        image_builder(size).translator("A", "B")


def test_points() -> None:
    nets = NetworkBuilder(DataSpec("points", (2,), (5,)), Architecture(8), seed=0)
    generator, judge = nets.translator("A", "B"), nets.discriminator("B")
    assert generator(torch.randn(7, 2)).shape == (7, 5)
    assert sum(isinstance(m, nn.Linear) for m in generator.modules()) == 3
    assert sum(isinstance(m, nn.Linear) for m in judge.modules()) == 5
    assert judge(torch.randn(7, 5)).logits.shape == (7,)


def test_points_with_the_networks_of_pacgan() -> None:
    architecture = Architecture(
        40,
        generator_layers=5,
        discriminator_layers=4,
        discriminator_width=20,
        generator_norm=True,
        maxout_pieces=5,
        init_std=0.02,
    )
    nets = NetworkBuilder(DataSpec("points", (2,), (2,)), architecture, seed=0)
    generator, judge = nets.translator("A", "B"), nets.discriminator("B")
    linear = [m for m in generator.modules() if isinstance(m, nn.Linear)]
    assert [m.bias is None for m in linear] == [True] * 4 + [False]
    assert sum(isinstance(m, nn.BatchNorm1d) for m in generator.modules()) == 4
    assert linear[1].weight.std().item() == pytest.approx(0.02, rel=0.05)
    sizes = [m.weight.shape for m in judge.modules() if isinstance(m, nn.Linear)]
    assert sizes == [(100, 2), (100, 20), (100, 20), (1, 20)]
    judgement = judge(torch.randn(6, 2))
    assert judgement.logits.shape == (6,) and judgement.features[0].shape == (6, 20)


def test_a_maxout_unit_is_the_largest_of_its_pieces() -> None:
    layer, x = Maxout(3, 4, 5), torch.randn(7, 3)
    pieces = layer.linear(x).view(7, 4, 5)
    assert torch.equal(layer(x), pieces.max(dim=2).values)


def test_a_final_relu_keeps_points_in_the_positive_quadrant() -> None:
    spec = DataSpec("points", (2,), (2,))
    made = [
        NetworkBuilder(spec, Architecture(16, final_relu=ends), 0).translator("A", "B")
        for ends in (False, True)
    ]
    x = 10 * torch.randn(200, 2)
    assert made[0](x).min() < 0
    assert torch.equal(made[1](x), made[0](x).relu())


def test_initial_weights_depend_on_seed_and_role_alone() -> None:
    first, second = image_builder(16), image_builder(16)
    expected = weights(first.translator("A", "B"))
    torch.randn(3)  # neither the global random state
    second.discriminator("A")  # nor what was built before matters
    assert torch.equal(expected, weights(second.translator("A", "B")))
    assert not torch.equal(expected, weights(first.translator("B", "A")))
    assert not torch.equal(expected, weights(image_builder(16, seed=1).translator("A", "B")))


def test_building_leaves_the_global_random_state_alone() -> None:
    before = torch.get_rng_state()
    image_builder(16).translator("A", "B")
    assert torch.equal(before, torch.get_rng_state())
