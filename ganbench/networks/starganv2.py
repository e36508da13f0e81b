"""The networks of StarGAN v2 (Choi et al., 2020), for images, as they are for animal faces.

Blocks are residual, normalised and rectified before their convolutions, and keep the variance. The
encoder of contents halves the side down to 16 px, the decoder doubles it, normalised by the style;
encoders of styles and discriminators halve it down to 4 px without normalisation. A translator of
other models is the same with one style, which it learns. It differs from the original in a tanh at
the end, for pictures are bounded here, and in channels: `width` of them at first, at any size.
Decoders of latents are those of `plain`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.core.spec import Architecture
from ganbench.networks import images
from ganbench.networks.blocks import (
    LATENT_PX,
    AdaptiveInstanceNorm,
    Discriminator,
    Encoding,
    Shape,
    Styled,
    each_of,
    require_power_of_two,
    same_size,
)
from ganbench.networks.patches import FromSigned, ToSigned
from ganbench.networks.styles import started

CONTENT_PX = 16
MIDDLE_BLOCKS = 2  # in the encoder, and again in the decoder
MOST_CHANNELS = 8  # times the width
STYLE_DIM = 64  # of translators of other models
HALF_ROOT = math.sqrt(0.5)  # the sum of two has the variance of one
SLOPE = 0.2  # of the leaky ReLUs

N = TypeVar("N", bound=nn.Module)
Norm = Callable[[int], nn.Module]


def channel_norm(channels: int) -> nn.Module:
    """Instance norm with a scale and a shift to learn."""
    return nn.GroupNorm(channels, channels)


def no_norm(channels: int) -> nn.Module:
    return nn.Identity()


class Residual(nn.Module):
    """Maps (n, c, h, w) to maps of other channels and of the same side or of half of it."""

    sample_by_sample = True

    def __init__(self, channels_in: int, channels_out: int, norm: Norm, *, halves: bool) -> None:
        super().__init__()
        self.first_norm = norm(channels_in)
        # A norm that comes next takes a bias away again.
        self.first = nn.Conv2d(channels_in, channels_in, 3, padding=1, bias=norm is no_norm)
        self.second_norm = norm(channels_in)
        self.second = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.shortcut = shortcut(channels_in, channels_out)
        self.stride = 2 if halves else 1

    def forward(self, x: Tensor) -> Tensor:
        branch = self.pooled(self.first(F.leaky_relu(self.first_norm(x), SLOPE)))
        branch = self.second(F.leaky_relu(self.second_norm(branch), SLOPE))
        out: Tensor = HALF_ROOT * (self.pooled(self.shortcut(x)) + branch)
        return out

    def pooled(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(x, self.stride) if self.stride > 1 else x


class StyledResidual(nn.Module):
    """Maps (n, c, h, w) and a style to maps of the same side or of twice the side."""

    def __init__(
        self, channels_in: int, channels_out: int, style_dim: int, *, doubles: bool
    ) -> None:
        super().__init__()
        self.first_norm = AdaptiveInstanceNorm(channels_in, style_dim)
        self.first = nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False)
        self.second_norm = AdaptiveInstanceNorm(channels_out, style_dim)
        self.second = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.shortcut = shortcut(channels_in, channels_out)
        self.enlarge: nn.Module = nn.Upsample(scale_factor=2) if doubles else nn.Identity()

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        branch = self.enlarge(F.leaky_relu(self.first_norm(x, style), SLOPE))
        branch = self.second_norm(self.first(branch), style)
        branch = self.second(F.leaky_relu(branch, SLOPE))
        out: Tensor = HALF_ROOT * (self.shortcut(self.enlarge(x)) + branch)
        return out


class Translator(Encoding):
    """Encoder and decoder with one style for all samples."""

    def __init__(self, source: Shape, target: Shape, architecture: Architecture) -> None:
        super().__init__()
        same_size(source, target)
        self.encoder = content_encoder(source, architecture)
        self.decoder = styled_decoder(target, STYLE_DIM, architecture)
        self.style = nn.Parameter(torch.randn(1, STYLE_DIM))

    def maps(self, image: Tensor) -> tuple[Tensor, ...]:
        """What each block of the encoder makes of images."""
        return each_of(self.encoder, image)

    def with_maps(self, image: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        maps = self.maps(image)
        return self.decoder(maps[-1], self.style.expand(image.shape[0], -1)), maps


def shortcut(channels_in: int, channels_out: int) -> nn.Module:
    if channels_in == channels_out:
        return nn.Identity()
    return nn.Conv2d(channels_in, channels_out, 1, bias=False)


def from_image(channels: int, width: int) -> nn.Module:
    return nn.Sequential(ToSigned(), nn.Conv2d(channels, width, 3, padding=1))


def channels_down(size: int, smallest: int, width: int) -> list[int]:
    """From the first convolution to where halving, once or more, has brought `size` to `smallest`.
    Raises UserError for a size that is not halved so.
    """
    check_size(size, "")
    halvings = max(1, int(math.log2(size // smallest)))
    return [width * min(2**i, MOST_CHANNELS) for i in range(halvings + 1)]


def content_encoder(shape: Shape, architecture: Architecture) -> nn.Sequential:
    """Images to maps of 16 px, of 8 px where images have 16."""
    channels = channels_down(shape[-1], CONTENT_PX, architecture.width)
    halving = [Residual(a, b, channel_norm, halves=True) for a, b in pairwise(channels)]
    middle = [
        Residual(channels[-1], channels[-1], channel_norm, halves=False)
        for _ in range(MIDDLE_BLOCKS)
    ]
    return started(nn.Sequential(from_image(shape[0], channels[0]), *halving, *middle))


def styled_decoder(shape: Shape, style_dim: int, architecture: Architecture) -> nn.Module:
    """Maps of `content_encoder` and styles (n, style_dim) to images."""
    channels = channels_down(shape[-1], CONTENT_PX, architecture.width)
    middle: list[nn.Module] = [
        StyledResidual(channels[-1], channels[-1], style_dim, doubles=False)
        for _ in range(MIDDLE_BLOCKS)
    ]
    doubling = [
        StyledResidual(b, a, style_dim, doubles=True) for a, b in reversed([*pairwise(channels)])
    ]
    last = nn.Sequential(
        channel_norm(channels[0]),
        nn.LeakyReLU(SLOPE),
        nn.Conv2d(channels[0], shape[0], 1),
        FromSigned(),
    )
    return started(Styled([*middle, *doubling], last))


def looking(shape: Shape, architecture: Architecture) -> tuple[list[nn.Module], int]:
    """Blocks from images to one place (n, c, 1, 1), and c."""
    channels = channels_down(shape[-1], LATENT_PX, architecture.width)
    halving = [Residual(a, b, no_norm, halves=True) for a, b in pairwise(channels)]
    top = channels[-1]
    end = [nn.LeakyReLU(SLOPE), nn.Conv2d(top, top, LATENT_PX), nn.LeakyReLU(SLOPE)]
    return [from_image(shape[0], channels[0]), *halving, nn.Sequential(*end)], top


def style_encoder(shape: Shape, style_dim: int, architecture: Architecture) -> nn.Module:
    """Images to styles (n, style_dim)."""
    blocks, top = looking(shape, architecture)
    return started(nn.Sequential(*blocks, nn.Flatten(), nn.Linear(top, style_dim)))


def discriminator(shape: Shape, architecture: Architecture) -> nn.Module:
    """One logit. No sample's judgement depends on another sample, so it is a critic too."""
    blocks, top = looking(shape, architecture)
    return started(Discriminator(blocks, nn.Conv2d(top, 1, 1)))


def check_size(size: int, whose: str) -> None:
    """Raises UserError for a side in pixels that halving does not bring to the last map."""
    why = f"the judges of network 'starganv2' halve it down to {LATENT_PX} px"
    require_power_of_two(size, whose, why)


FAMILY = replace(
    images.FAMILY,
    check_size=check_size,
    translator=Translator,
    discriminator=discriminator,
    critic=discriminator,
    content_encoder=content_encoder,
    style_encoder=style_encoder,
    styled_decoder=styled_decoder,
    attentive_translator=None,
    attentive_discriminator=None,
)
