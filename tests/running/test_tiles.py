"""Pictures of any size, whole and by tiles: what no blend may change, and who can take them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from ganbench.core.errors import UserError
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder
from ganbench.running.tiles import (
    MARGIN,
    in_tiles,
    mirrored,
    require_any_size,
    weights,
    whole,
)

SIDE = 32
SIZES = st.integers(3, 4 * SIDE)


def noise(height: int, width: int, seed: int = 0) -> Tensor:
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(seed))


def convolution(radius: int) -> nn.Module:
    """A network that looks `radius` pixels far, and sees black beyond a border."""
    torch.manual_seed(radius)
    return nn.Conv2d(3, 3, 2 * radius + 1, padding=radius).requires_grad_(False)


@given(st.integers(1, 9), st.sampled_from([16, 32, 64, 128]))
def test_what_tiles_count_adds_up_to_one(count: int, side: int) -> None:
    step = side // 2
    total = torch.zeros(side + step * (count - 1))
    for place in range(count):
        each = weights(side, place, count)
        assert len(each) == side and each.min() >= 0
        assert place == 0 or each[: side // MARGIN].max() == 0
        total[step * place : step * place + side] += each
    assert total.numpy() == pytest.approx(np.ones(len(total)), abs=1e-6)


@given(SIZES, SIZES, st.integers(0, 200), st.integers(0, 200))
def test_a_picture_goes_on_as_its_mirror_image(h: int, w: int, down: int, right: int) -> None:
    picture = noise(h, w)
    expected = np.pad(picture.numpy(), ((0, 0), (0, down), (0, right)), mode="symmetric")
    assert np.array_equal(mirrored(picture, h + down, w + right).numpy(), expected)


@given(SIZES, SIZES)
@settings(max_examples=20)
def test_a_change_of_each_pixel_alone_is_the_same_in_tiles(height: int, width: int) -> None:
    picture = noise(height, width)
    for way in (in_tiles, whole):
        made = way(lambda x: 1 - x * x, picture, SIDE)
        assert made.shape == picture.shape
        assert torch.allclose(made, 1 - picture * picture, atol=1e-6)


@pytest.mark.parametrize("size", [(96, 96), (70, 121), (32, 50), (20, 90)])
def test_who_looks_no_further_than_the_margin_sees_no_seam(size: tuple[int, int]) -> None:
    radius = SIDE // MARGIN
    network, picture = convolution(radius), noise(*size)
    tiles, one = (way(network, picture, SIDE) for way in (in_tiles, whole))
    inside = (..., slice(0, max(1, size[0] - radius)), slice(0, max(1, size[1] - radius)))
    assert torch.allclose(tiles[inside], one[inside], atol=1e-5)


def test_who_looks_further_differs_between_tiles_alone() -> None:
    """In the middle of a tile nothing else counts, and its border is out of sight."""
    radius, step, margin = 10, SIDE // 2, SIDE // MARGIN
    network, picture = convolution(radius), noise(4 * SIDE, 4 * SIDE)
    apart = (in_tiles(network, picture, SIDE) - whole(network, picture, SIDE)).abs().amax(0)
    middles = torch.tensor(
        [n % step < margin or n % step >= step - margin for n in range(4 * SIDE)]
    )
    middles &= (torch.arange(4 * SIDE) >= step) & (torch.arange(4 * SIDE) < 4 * SIDE - step)
    assert apart[middles][:, middles].max() < 1e-5
    assert apart.max() > 1e-4


def builder(family: str) -> NetworkBuilder:
    spec = DataSpec("image", (3, SIDE, SIDE), (3, SIDE, SIDE))
    return NetworkBuilder(spec, Architecture(4, bottleneck=8), 0, family)


def frozen(network: nn.Module) -> nn.Module:
    return network.eval().requires_grad_(False)


@pytest.mark.parametrize("family", ["plain", "resnet", "unet", "vit-unet"])
def test_networks_of_convolutions_take_any_size(family: str) -> None:
    network = frozen(builder(family).translator("A", "B"))
    require_any_size(network, 3, SIDE, family)
    picture = noise(2 * SIDE, 3 * SIDE)
    assert torch.equal(whole(network, picture, SIDE), network(picture[None])[0])
    for way in (in_tiles, whole):
        assert way(network, noise(45, 77), SIDE).shape == (3, 45, 77)


def test_others_say_why_they_do_not() -> None:
    """One has noise for each place, the other a weight for each."""
    styled = frozen(builder("stylegan2").translator("A", "B"))
    attentive = frozen(builder("plain").attentive_translator("A", "B"))
    for network in (styled, lambda x: attentive(x).samples):
        with pytest.raises(UserError, match="it takes pictures of 32 px alone") as refused:
            require_any_size(network, 3, SIDE, "it")
        assert refused.value.where == "--own-size" and "resized to 32 px" in refused.value.fix
        assert "\n" not in refused.value.what


def test_another_size_than_asked_is_told() -> None:
    with pytest.raises(UserError, match=r"of 32 x 64 px it makes 16 x 32"):
        require_any_size(lambda x: x[..., ::2, ::2], 3, SIDE, "it")
