"""The U-Net around a transformer: its published size, attention, places, what starts asleep."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from ganbench.core.spec import Architecture
from ganbench.networks.vit_unet import (
    BLOCKS,
    Attention,
    Block,
    PixelTransformer,
    heads_of,
    translator,
)
from tests.networks.test_families import image_builder, images

pytestmark = pytest.mark.numeric

# What the authors' code counts for `vit-unet-12` at 256 px, and the biases before instance norms
# among them, which do nothing: of three halvings and of four doublings.
PUBLISHED = 31_360_239
DEAD_BIASES = 48 + 96 + 192 + 48 + 96 + 192 + 384


def made(size: int, width: int) -> nn.Module:
    shape = (3, size, size)
    return translator(shape, shape, Architecture(width))


def tokens(n: int, number: int, units: int) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(n, number, units, generator=generator, dtype=torch.double)


def test_there_are_as_many_weights_as_the_authors_code_counts() -> None:
    with torch.device("meta"):
        network = made(256, 48)
    assert sum(p.numel() for p in network.parameters()) == PUBLISHED - DEAD_BIASES
    attentions = [m for m in network.modules() if isinstance(m, Attention)]
    assert len(attentions) == BLOCKS and {a.heads for a in attentions} == {6}


def test_attention_is_torchs() -> None:
    own, theirs = Attention(12, 3).double(), nn.MultiheadAttention(12, 3, batch_first=True).double()
    theirs.in_proj_weight, theirs.in_proj_bias = own.to_heads.weight, own.to_heads.bias
    theirs.out_proj = own.from_heads  # type: ignore[assignment]
    x = tokens(2, 5, 12)
    torch.testing.assert_close(own(x), theirs(x, x, x)[0])


def test_a_block_whose_gain_is_1_is_torchs_and_one_of_0_is_none() -> None:
    own = Block(12).double()
    x = tokens(2, 5, 12)
    assert torch.equal(own(x), x)
    theirs = nn.TransformerEncoderLayer(
        12, heads_of(12), 48, 0.0, "gelu", batch_first=True, norm_first=True, dtype=torch.double
    )
    attention: Attention = own.attention[1]  # type: ignore[assignment]
    theirs.norm1, theirs.norm2 = own.attention[0], own.layers[0]  # type: ignore[assignment]
    theirs.linear1, theirs.linear2 = own.layers[1], own.layers[3]  # type: ignore[assignment]
    theirs.self_attn.in_proj_weight = attention.to_heads.weight
    theirs.self_attn.in_proj_bias = attention.to_heads.bias
    theirs.self_attn.out_proj = attention.from_heads  # type: ignore[assignment]
    nn.init.ones_(own.gain)
    torch.testing.assert_close(own(x), theirs(x))


@pytest.mark.parametrize("units", [16, 48, 64, 96, 224, 384, 512])
def test_heads_divide_the_units(units: int) -> None:
    assert units % heads_of(units) == 0
    assert heads_of(384) == 6 and heads_of(512) == 8 and heads_of(16) == 1


def seen_by_the_first_pixel(network: PixelTransformer) -> Tensor:
    """How many pixels its output has a slope in."""
    x = tokens(1, 4, 16).view(1, 4, 4, 4).requires_grad_()
    (slope,) = torch.autograd.grad(network(x)[0, :, 0, 0].sum(), x)
    return slope.abs().sum((0, 1)).count_nonzero()


def test_pixels_look_at_each_other_once_a_gain_has_moved() -> None:
    network = PixelTransformer(4, 8).double()
    assert seen_by_the_first_pixel(network) == 1
    nn.init.ones_(network.blocks[0].gain)  # type: ignore[arg-type]
    assert seen_by_the_first_pixel(network) == 16


def test_equal_pixels_are_told_apart_by_their_places() -> None:
    network = PixelTransformer(3, 8)
    out = network(torch.ones(1, 3, 4, 4)).flatten(2)[0].T
    assert torch.pdist(out).min() > 1e-4
    shifted = network(torch.ones(1, 3, 4, 4).flip(2)).flatten(2)[0].T
    assert torch.equal(out, shifted)


@pytest.mark.parametrize(("size", "side"), [(16, 4), (32, 4), (64, 4), (128, 8), (256, 16)])
def test_tokens_are_left_at_every_size(size: int, side: int) -> None:
    network, seen = made(size, 2), []
    network.bottom.register_forward_hook(lambda _, inputs, __: seen.append(inputs[0].shape[-1]))  # type: ignore[union-attr]
    network(images(size, 1))
    assert seen == [side]


def test_every_weight_learns_after_the_first_update() -> None:
    """At first the gains alone keep the blocks' own weights from learning."""
    torch.manual_seed(0)
    network = image_builder(16, 8, family="vit-unet").translator("A", "B")
    goal = images(16, 4)

    def dead() -> set[str]:
        network.zero_grad()
        (network(goal.flip(0)) - goal).square().mean().backward()
        return {n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()}

    asleep = dead()
    assert asleep and all(
        name.startswith("bottom.blocks.") and not name.endswith("gain") for name in asleep
    )
    torch.optim.Adam(network.parameters(), 1e-3).step()
    # A key's bias moves all of a query's products alike, so it has no slope but that of rounding.
    assert not dead()


def test_the_way_up_sees_the_way_down() -> None:
    """With a bottom that says nothing, two pictures still differ in the output."""
    network = made(32, 4)
    network.bottom = nn.Module()
    network.bottom.forward = torch.zeros_like  # type: ignore[union-attr, method-assign]
    one, other = network(images(32, 2))
    assert not torch.allclose(one, other)


def test_initial_weights_are_those_of_the_authors_code() -> None:
    network = made(64, 16)
    for name, layer in network.named_modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            assert layer.bias is None or not layer.bias.any()
            if layer.weight.numel() > 2000 and not name.endswith("to_heads"):
                assert layer.weight.std().item() == pytest.approx(0.02, rel=0.05)
    units = 16 * 8
    queries = network.bottom.blocks[0].attention[1].to_heads.weight  # type: ignore[union-attr, index]
    # Xavier's uniform start over (units, 3 units): a variance of 2 / (4 units).
    assert queries.std().item() == pytest.approx((2 / (4 * units)) ** 0.5, rel=0.05)
