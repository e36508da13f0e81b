"""The networks of U-GAT-IT (Kim et al., 2020), for images.

A translator halves the side twice, has residual blocks, attention, residual blocks that are
normalised by what it attends to, and doubles the side twice. Two discriminators of patches judge a
picture, a local and a global one, which halve it thrice and five times, fewer times where it is
small; each has attention, and a spectral norm in all layers but the one that joins what is attended
to. Of the authors' two codes the networks are those of the one in PyTorch.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.core.spec import Architecture
from ganbench.networks.attention import (
    AdaptiveLayerInstanceNorm,
    AttentiveDiscriminator,
    AttentiveTranslator,
    ClassActivation,
    LayerInstanceNorm,
    style_of_maps,
)
from ganbench.networks.blocks import (
    LATENT_PX,
    Judges,
    Residual,
    Shape,
    Styled,
    mirrored_conv,
    require_power_of_two,
    same_size,
)
from ganbench.networks.norms import InstanceNorm
from ganbench.networks.patches import FromSigned, ToSigned, started
from ganbench.networks.spectral import SpectralConv, spectral_norm

BLOCKS = 4  # residual ones, and as many after the attention
SHRUNK = 4  # the side, times that of the maps between
KERNEL = 4  # of discriminators
MOST_HALVINGS = 5  # of the global discriminator
FEWER_HALVINGS = 2  # has the local one


class AdaptiveResidual(nn.Module):
    """(n, c, h, w), and the scale and shift (n, 2 c) of both norms."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Sequential(*mirrored_conv(channels, channels, 3))
        self.first_norm = AdaptiveLayerInstanceNorm(channels)
        self.second = nn.Sequential(*mirrored_conv(channels, channels, 3))
        self.second_norm = AdaptiveLayerInstanceNorm(channels)

    def forward(self, x: Tensor, scale_and_shift: Tensor) -> Tensor:
        branch = F.relu(self.first_norm(self.first(x), scale_and_shift))
        out: Tensor = x + self.second_norm(self.second(branch), scale_and_shift)
        return out


def encoder(channels_in: int, width: int) -> nn.Module:
    """(n, channels_in, h, w) in [0, 1] to (n, 4 width, h/4, w/4)."""
    layers: list[nn.Module] = [ToSigned()]
    channels = channels_in, width, 2 * width, 4 * width
    for i, (a, b) in enumerate(pairwise(channels)):
        kernel, stride = (3, 2) if i else (7, 1)
        layers += [*mirrored_conv(a, b, kernel, stride), InstanceNorm(), nn.ReLU()]
    return nn.Sequential(*layers, *(Residual(4 * width) for _ in range(BLOCKS)))


def decoder(channels_out: int, width: int) -> Styled:
    """(n, 4 width, h/4, w/4) and their scales and shifts to images in [0, 1]."""
    layers: list[nn.Module] = []
    for channels in (4 * width, 2 * width):
        half = channels // 2
        layers += [
            nn.Upsample(scale_factor=2),
            *mirrored_conv(channels, half, 3),
            LayerInstanceNorm(half),
            nn.ReLU(),
        ]
    last = nn.Sequential(*layers, *mirrored_conv(width, channels_out, 7), FromSigned())
    return Styled([AdaptiveResidual(4 * width) for _ in range(BLOCKS)], last)


def translator(
    source: Shape, target: Shape, architecture: Architecture, light: bool
) -> AttentiveTranslator:
    """Images in [0, 1] to images in [0, 1]; the domains may differ in their channels."""
    size, width = same_size(source, target), architecture.width
    require_power_of_two(
        size, "", "network 'resnet' halves it twice, and its judges up to five times"
    )
    channels = 4 * width
    style = style_of_maps(channels, size // SHRUNK, light=light)
    both = nn.Linear(channels, 2 * channels, bias=False)  # scale and shift, of all blocks
    return started(
        AttentiveTranslator(
            encoder(source[0], width),
            ClassActivation(channels, nn.ReLU()),
            nn.Sequential(*style, both),
            decoder(target[0], width),
        )
    )


def discriminator(shape: Shape, architecture: Architecture) -> Judges:
    """A global one and a local one. Raises UserError for a size that translators do not have."""
    require_power_of_two(shape[-1], "", "discriminators of patches halve it up to five times")
    halvings = min(MOST_HALVINGS, int(math.log2(shape[-1] // LATENT_PX)))
    fewer = max(1, halvings - FEWER_HALVINGS)
    return Judges(*(judge(shape[0], architecture.width, number) for number in (halvings, fewer)))


def judge(channels_in: int, width: int, halvings: int) -> AttentiveDiscriminator:
    """It halves the side so many times, and has a convolution more, attention, and a head."""
    channels = [channels_in, *(width * 2**i for i in range(halvings + 1))]
    strides = [2] * halvings + [1]
    convolutions = [
        SpectralConv(a, b, KERNEL, stride, bias=True)
        for (a, b), stride in zip(pairwise(channels), strides, strict=True)
    ]
    blocks = [nn.Sequential(nn.ReflectionPad2d(1), c, nn.LeakyReLU(0.2)) for c in convolutions]
    blocks[0].insert(0, ToSigned())
    attention = ClassActivation(channels[-1], nn.LeakyReLU(0.2))
    head = nn.Sequential(nn.ReflectionPad2d(1), SpectralConv(channels[-1], 1, KERNEL, bias=False))
    network = started(AttentiveDiscriminator(blocks, attention, head))
    spectral_norm(attention.of_mean)
    spectral_norm(attention.of_maximum)
    return network
