"""The networks of CycleGAN (Zhu et al., 2017), MUNIT (Huang et al., 2018) and UNIT (Liu et al.,
2017), for images.

A translator halves the side twice, has residual blocks, and doubles it twice (Johnson et al.,
2016); discriminators are of patches. MUNIT's encoder of contents is the same without the way up,
and its decoder has blocks that are normalised by the style. UNIT's autoencoders have residual
blocks on either side of the code. Encoders of styles and decoders of
latents are those of `plain`, whose kind their papers have too. It differs from the originals in
MUNIT's styles, which go to each norm through a linear map of its own and not through one network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.core.spec import Architecture
from ganbench.networks import attentive_residual, images
from ganbench.networks.blocks import (
    AdaptiveInstanceNorm,
    Autoencoder,
    Chain,
    Residual,
    Shape,
    Styled,
    mirrored_conv,
    require_power_of_two,
    same_size,
)
from ganbench.networks.norms import InstanceNorm
from ganbench.networks.patches import FromSigned, ToSigned, discriminator, started

LARGE_PX = 256
BLOCKS, BLOCKS_OF_LARGE = 6, 9  # of CycleGAN, by the size of the pictures
BLOCKS_OF_CONTENT = 4  # of MUNIT and UNIT
Norm = Callable[[int], nn.Module]


class StyledResidual(nn.Module):
    """The same, normalised by the style."""

    def __init__(self, channels: int, style_dim: int) -> None:
        super().__init__()
        self.first = nn.Sequential(*mirrored_conv(channels, channels, 3))
        self.first_norm = AdaptiveInstanceNorm(channels, style_dim)
        self.second = nn.Sequential(*mirrored_conv(channels, channels, 3))
        self.second_norm = AdaptiveInstanceNorm(channels, style_dim)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        branch = F.relu(self.first_norm(self.first(x), style))
        out: Tensor = x + self.second_norm(self.second(branch), style)
        return out


def shrinking(channels_in: int, width: int) -> list[nn.Module]:
    """(n, channels_in, h, w) in [0, 1] to (n, 4 width, h/4, w/4): a block a size."""
    first = nn.Sequential(
        ToSigned(), *mirrored_conv(channels_in, width, 7), InstanceNorm(), nn.ReLU()
    )
    return [first, *(halving(channels) for channels in (width, 2 * width))]


def halving(channels: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1, bias=False),
        InstanceNorm(),
        nn.ReLU(),
    )


def growing(width: int) -> list[nn.Module]:
    """(n, 4 width, h/4, w/4) to (n, width, h, w), as in CycleGAN."""
    layers: list[nn.Module] = []
    for channels in (4 * width, 2 * width):
        layers += [
            nn.ConvTranspose2d(channels, channels // 2, 3, 2, 1, output_padding=1, bias=False),
            InstanceNorm(),
            nn.ReLU(),
        ]
    return layers


def enlarging(width: int) -> list[nn.Module]:
    """The same as in MUNIT: pixels doubled, then convolved."""
    layers: list[nn.Module] = []
    for channels in (4 * width, 2 * width):
        layers += [
            nn.Upsample(scale_factor=2),
            *mirrored_conv(channels, channels // 2, 5, bias=True),
            nn.GroupNorm(1, channels // 2),
            nn.ReLU(),
        ]
    return layers


def to_image(width: int, channels: int) -> list[nn.Module]:
    return [*mirrored_conv(width, channels, 7, bias=True), FromSigned()]


def translator(source: Shape, target: Shape, architecture: Architecture) -> nn.Module:
    """Images in [0, 1] to images in [0, 1]; the domains may differ in their channels."""
    size, width = same_size(source, target), architecture.width
    check_size(size, "")
    number = BLOCKS_OF_LARGE if size >= LARGE_PX else BLOCKS
    encoder = [*shrinking(source[0], width), *(Residual(4 * width) for _ in range(number))]
    return started(Chain.of(encoder, [*growing(width), *to_image(width, target[0])]))


def content_encoder(shape: Shape, architecture: Architecture) -> nn.Module:
    """Images to maps (n, c, h/4, w/4)."""
    check_size(shape[-1], "")
    blocks = (Residual(4 * architecture.width) for _ in range(BLOCKS_OF_CONTENT))
    return started(nn.Sequential(*shrinking(shape[0], architecture.width), *blocks))


def styled_decoder(shape: Shape, style_dim: int, architecture: Architecture) -> nn.Module:
    """Maps of `content_encoder` and styles (n, style_dim) to images."""
    width = architecture.width
    blocks: list[nn.Module] = [
        StyledResidual(4 * width, style_dim) for _ in range(BLOCKS_OF_CONTENT)
    ]
    return started(Styled(blocks, nn.Sequential(*enlarging(width), *to_image(width, shape[0]))))


def autoencoder(shape: Shape, architecture: Architecture) -> Autoencoder:
    """Images to maps (n, c, h/4, w/4) and back, with UNIT's four residual blocks on either side."""
    check_size(shape[-1], "")
    width = architecture.width
    before, after = ([Residual(4 * width) for _ in range(BLOCKS_OF_CONTENT)] for _ in range(2))
    encode = [*shrinking(shape[0], width), *before]
    decode = [*after, *growing(width), *to_image(width, shape[0])]
    return started(Autoencoder(encode, decode, BLOCKS_OF_CONTENT))


def check_size(size: int, whose: str) -> None:
    """Raises UserError for a side in pixels that the families of a comparison do not share."""
    require_power_of_two(size, whose, "network 'resnet' halves it twice, and its judges thrice")


FAMILY = replace(
    images.FAMILY,
    check_size=check_size,
    translator=translator,
    discriminator=discriminator,
    critic=discriminator,
    content_encoder=content_encoder,
    styled_decoder=styled_decoder,
    autoencoder=autoencoder,
    attentive_translator=attentive_residual.translator,
    attentive_discriminator=attentive_residual.discriminator,
)
