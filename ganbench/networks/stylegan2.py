"""A decoder in the manner of StyleGAN2 (Karras et al., 2020), for images.

Modulated and demodulated convolutions, two a size; noise; the output is a sum over the sizes. It
differs from the original in the upsampling (bilinear), the initial weights (torch's own, no
equalised rate) and the mapping network (two layers); encoders and discriminators stay as they are.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.core.spec import Architecture
from ganbench.networks import images
from ganbench.networks.blocks import (
    LATENT_PX,
    Autoencoder,
    Encoding,
    Shape,
    each_of,
    encoder_channels,
    require_power_of_two,
    same_size,
)

MAPPING_LAYERS = 2
EPSILON = 1e-8
GAIN = math.sqrt(2)  # keeps the variance through a leaky ReLU


class Stage(NamedTuple):
    """What goes from block to block: maps, the picture so far, and the style of each sample."""

    x: Tensor
    picture: Tensor
    style: Tensor


class ModulatedConv(nn.Module):
    """A convolution whose weights each sample's style scales, on their way in and out.

    Scaling the maps instead of the weights gives the same numbers without a weight a sample.
    """

    def __init__(self, channels_in: int, channels_out: int, kernel: int, style_dim: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels_out, kernel, padding=kernel // 2, bias=False)
        self.affine = nn.Linear(style_dim, channels_in)
        nn.init.ones_(self.affine.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale = self.affine(style)
        power = scale.square() @ self.conv.weight.square().sum((2, 3)).T
        out: Tensor = self.conv(x * scale[:, :, None, None])
        demodulated: Tensor = out * (power + EPSILON).rsqrt()[:, :, None, None]
        return demodulated


class Noise(nn.Module):
    """Adds noise of one strength to learn: new in each pass of training, fixed afterwards."""

    fixed: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.strength = nn.Parameter(torch.full((1,), 1e-2))
        self.register_buffer("fixed", torch.randn(1, 1, size, size))

    def forward(self, x: Tensor) -> Tensor:
        noise = torch.randn_like(x[:, :1]) if self.training else self.fixed
        out: Tensor = x + self.strength * noise
        return out


class StyleConv(nn.Module):
    def __init__(self, channels_in: int, channels_out: int, size: int, style_dim: int) -> None:
        super().__init__()
        self.conv = ModulatedConv(channels_in, channels_out, 3, style_dim)
        self.noise = Noise(size)
        self.bias = nn.Parameter(torch.zeros(channels_out, 1, 1))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        return GAIN * F.leaky_relu(self.noise(self.conv(x, style)) + self.bias, 0.2)


class ToPicture(nn.Module):
    """Maps to what they add to the picture; modulated, not demodulated."""

    def __init__(self, channels_in: int, channels_out: int, style_dim: int) -> None:
        super().__init__()
        self.affine = nn.Linear(style_dim, channels_in)
        self.conv = nn.Conv2d(channels_in, channels_out, 1)
        nn.init.ones_(self.affine.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        out: Tensor = self.conv(x * self.affine(style)[:, :, None, None])
        return out


def twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class StyleBlock(nn.Module):
    """Twice the size: two convolutions, and their part of the picture."""

    def __init__(
        self, channels_in: int, channels_out: int, colours: int, size: int, style_dim: int
    ) -> None:
        super().__init__()
        self.first = StyleConv(channels_in, channels_out, size, style_dim)
        self.second = StyleConv(channels_out, channels_out, size, style_dim)
        self.to_picture = ToPicture(channels_out, colours, style_dim)

    def forward(self, stage: Stage) -> Stage:
        x = self.second(self.first(twice(stage.x), stage.style), stage.style)
        picture = twice(stage.picture) + self.to_picture(x, stage.style)
        return Stage(x, picture, stage.style)


class Finish(nn.Module):
    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    def forward(self, stage: Stage) -> Tensor:
        picture: Tensor = self.block(stage).picture
        return picture.sigmoid()


def mapping(dim_in: int, dim_out: int) -> nn.Module:
    """(n, dim_in) to styles (n, dim_out)."""
    layers: list[nn.Module] = []
    for i in range(MAPPING_LAYERS):
        layers += [nn.Linear(dim_out if i else dim_in, dim_out), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers)


def synthesis(shape: Shape, width: int, style_dim: int) -> list[nn.Module]:
    """Blocks from a Stage of 4 px to an image in [0, 1]; the last one is a block as the others."""
    channels = [*encoder_channels(shape[-1], width)[::-1], width]
    blocks: list[nn.Module] = [
        StyleBlock(a, b, shape[0], 2 * LATENT_PX * 2**i, style_dim)
        for i, (a, b) in enumerate(pairwise(channels))
    ]
    return [*blocks[:-1], Finish(blocks[-1])]


def first_stage(x: Tensor, style: Tensor, colours: int) -> Stage:
    return Stage(x, x.new_zeros((x.shape[0], colours, *x.shape[2:])), style)


class Translator(Encoding):
    """An encoder, whose last map is where the decoder starts, and whose mean gives the style."""

    def __init__(self, source: Shape, target: Shape, architecture: Architecture) -> None:
        super().__init__()
        channels = encoder_channels(same_size(source, target), architecture.width)
        self.encoder = nn.Sequential(*images.encoder_blocks(source[0], channels, nn.BatchNorm2d))
        self.mapping = mapping(channels[-1], channels[-1])
        self.blocks = nn.Sequential(*synthesis(target, architecture.width, channels[-1]))
        self.colours = target[0]

    def maps(self, image: Tensor) -> tuple[Tensor, ...]:
        """What each block of the encoder makes of images."""
        return each_of(self.encoder, image)

    def with_maps(self, image: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        maps = self.maps(image)
        style = self.mapping(maps[-1].mean((2, 3)))
        return self.blocks(first_stage(maps[-1], style, self.colours)), maps


class FromMap(nn.Module):
    """Maps to a stage: where the decoder starts, and whose mean gives the style."""

    def __init__(self, channels: int, colours: int) -> None:
        super().__init__()
        self.mapping = mapping(channels, channels)
        self.colours = colours

    def forward(self, x: Tensor) -> Stage:
        return first_stage(x, self.mapping(x.mean((2, 3))), self.colours)


def autoencoder(shape: Shape, architecture: Architecture) -> Autoencoder:
    """Images to maps (n, c, 4, 4) and back; the encoder is that of `plain`."""
    plain = images.autoencoder(shape, architecture)
    top = encoder_channels(shape[-1], architecture.width)[-1]
    blocks = synthesis(shape, architecture.width, top)
    decode = [plain.decode[0], FromMap(top, shape[0]), *blocks]
    return Autoencoder(list(plain.encode), decode, plain.common)


class Start(nn.Module):
    """A latent to its style, and to the map that all pictures start from."""

    def __init__(self, latent_dim: int, channels: int, colours: int) -> None:
        super().__init__()
        self.map = nn.Parameter(torch.randn(channels, LATENT_PX, LATENT_PX))
        self.mapping = mapping(latent_dim, channels)
        self.colours = colours

    def forward(self, z: Tensor) -> Stage:
        x = self.map.expand(z.shape[0], *self.map.shape)
        return first_stage(x, self.mapping(z), self.colours)


def decoder(latent_dim: int, shape: Shape, architecture: Architecture) -> nn.Sequential:
    """(n, latent_dim) to images, block by block."""
    top = encoder_channels(shape[-1], architecture.width)[-1]
    blocks = synthesis(shape, architecture.width, top)
    return nn.Sequential(Start(latent_dim, top, shape[0]), *blocks)


class StyledDecoder(nn.Module):
    def __init__(self, shape: Shape, style_dim: int, architecture: Architecture) -> None:
        super().__init__()
        top = encoder_channels(shape[-1], architecture.width)[-1]
        self.mapping = mapping(style_dim, top)
        self.blocks = nn.Sequential(*synthesis(shape, architecture.width, top))
        self.colours = shape[0]

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        out: Tensor = self.blocks(first_stage(content, self.mapping(style), self.colours))
        return out


def check_size(size: int, whose: str) -> None:
    """Raises UserError for a side in pixels that doubling the first stage does not come to."""
    why = f"the decoder of network 'stylegan2' doubles {LATENT_PX} px until it has the size"
    require_power_of_two(size, whose, why)


FAMILY = replace(
    images.FAMILY,
    check_size=check_size,
    translator=Translator,
    decoder=decoder,
    styled_decoder=StyledDecoder,
    autoencoder=autoencoder,
    attentive_translator=None,
    attentive_discriminator=None,
)
