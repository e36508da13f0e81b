"""StarGAN v2's networks: their published sizes, what a style does, variances."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.blocks import AdaptiveInstanceNorm, Discriminator
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.judging import in_one_pass, in_turn, is_joinable
from ganbench.networks.starganv2 import Residual, StyledResidual, channel_norm, no_norm
from ganbench.networks.styles import started
from tests.networks.test_families import image_builder, images

pytestmark = pytest.mark.numeric

# What the authors' code prints for two domains at 256 px without its filter for faces. Biases
# before instance norms do nothing and are not here: encoder and decoder have 64 to 512 channels
# at their four sizes and twice 512 in the middle.
GENERATOR, MAPPING, STYLES, JUDGE = 33_892_995, 2_438_272, 20_916_928, 20_852_290
DEAD_BIASES = 2 * (64 + 128 + 256 + 512 + 2 * 512)


def count(*networks: nn.Module) -> int:
    """Of weights, each once."""
    return sum(p.numel() for p in nn.ModuleList(networks).parameters())


def maps(n: int, channels: int, side: int = 8) -> Tensor:
    return torch.randn(n, channels, side, side, generator=torch.Generator().manual_seed(1))


def test_there_are_as_many_weights_as_the_authors_code_prints() -> None:
    nets = image_builder(256, width=64, family="starganv2")
    with torch.device("meta"):
        both, mapping = nets.shared_autoencoder(64), nets.mapping(16, 64)
        critics = nets.shared_critics()
    assert count(both.content, both.decode) == GENERATOR - DEAD_BIASES
    assert count(mapping) == MAPPING
    assert count(both.style) == STYLES
    assert count(*critics.values()) == JUDGE


def test_a_norm_of_each_channel_is_an_instance_norm() -> None:
    norm, x = channel_norm(3), maps(2, 3)
    nn.init.normal_(norm.weight), nn.init.normal_(norm.bias)  # type: ignore[arg-type]
    expected = F.instance_norm(x, weight=norm.weight, bias=norm.bias)  # type: ignore[arg-type]
    torch.testing.assert_close(norm(x), expected)


def test_a_block_keeps_the_variance() -> None:
    """A leaky ReLU of slope 0.2 passes 0.52 of a square on, and the first weights are made for one
    of slope 0, by 2: two layers come to 1.04² and the mean of that and of what came in to 1.04.
    """
    torch.manual_seed(0)
    out = started(Residual(64, 64, no_norm, halves=False))(maps(8, 64, 32)[:, :, 2:-2, 2:-2])
    assert out[:, :, 2:-2, 2:-2].var().item() == pytest.approx(1.04, rel=0.05)


def test_a_block_without_its_branch_is_its_shortcut_by_the_root_of_a_half() -> None:
    x, style = maps(2, 4), torch.zeros(2, 3)
    halved = Residual(4, 4, channel_norm, halves=True)
    doubled = StyledResidual(4, 4, 3, doubles=True)
    for block in (halved, doubled):
        nn.init.zeros_(block.second.weight), nn.init.zeros_(block.second.bias)  # type: ignore[arg-type]
    torch.testing.assert_close(halved(x), F.avg_pool2d(x, 2) / 2**0.5)
    torch.testing.assert_close(doubled(x, style), F.interpolate(x, scale_factor=2) / 2**0.5)


def test_a_style_sets_mean_and_deviation_and_nothing_else() -> None:
    """Without what the styles' layers say, all styles give one picture."""
    both = image_builder(16, 4, family="starganv2").shared_autoencoder(5)
    content, styles = both.content(images(16, 1)).expand(2, -1, -1, -1), torch.randn(2, 5)
    assert not torch.allclose(*both.decode(content, styles))
    for module in both.decode.modules():
        if isinstance(module, AdaptiveInstanceNorm):
            nn.init.zeros_(module.affine.weight)
    torch.testing.assert_close(*both.decode(content, styles))


def test_critics_judge_both_kinds_of_samples_in_one_pass() -> None:
    critic = image_builder(32, 4, family="starganv2").critic("B")
    assert isinstance(critic, Discriminator) and is_joinable(critic)
    real, fake = images(32, 2), images(32, 3).flip(0)
    for one, other in zip(
        in_one_pass(critic, real, fake), in_turn(critic, real, fake), strict=True
    ):
        torch.testing.assert_close(one.logits, other.logits)


def test_a_translator_learns_its_one_style() -> None:
    network = image_builder(16, 4, family="starganv2").translator("A", "B")
    network(images(16)).square().sum().backward()
    assert network.style.grad.abs().sum() > 0  # type: ignore[union-attr]
    assert all(p.grad is not None and p.grad.any() for p in network.parameters())


def test_domains_of_two_shapes_have_translators_but_no_network_in_common() -> None:
    spec = DataSpec("image", (1, 16, 16), (3, 16, 16))
    nets = NetworkBuilder(spec, Architecture(4), 0, "starganv2")
    assert nets.translator("A", "B")(torch.rand(2, 1, 16, 16)).shape == (2, 3, 16, 16)
