"""The U-Net of pix2pix (Isola et al., 2017), for images.

A translator halves the side down to one pixel, and its way up sees each map of the way down beside
its own. Discriminators are of patches. Instance norm, as CycleGAN's code has it for unpaired
pictures, and no dropout. All but translators and discriminators are the networks of `plain`.
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor, nn

from ganbench.core.spec import Architecture
from ganbench.networks import images
from ganbench.networks.blocks import Encoding, Shape, each_of, require_power_of_two, same_size
from ganbench.networks.norms import InstanceNorm
from ganbench.networks.patches import discriminator, started

KERNEL, STRIDE, PADDING = 4, 2, 1
MOST_CHANNELS = 8  # times the width


class UNet(Encoding):
    """downs: each halves the side. ups: each doubles it; all but the first see the map of the same
    size beside what comes from below. Images in [0, 1] to images in [0, 1].
    """

    def __init__(self, downs: list[nn.Module], ups: list[nn.Module]) -> None:
        super().__init__()
        self.downs = nn.ModuleList(downs)
        self.ups = nn.ModuleList(ups)

    def maps(self, image: Tensor) -> tuple[Tensor, ...]:
        """What each halving makes of images, the largest first."""
        return each_of(self.downs, 2 * image - 1)

    def with_maps(self, image: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        maps = self.maps(image)
        x = self.ups[0](maps[-1])
        for up, beside in zip(self.ups[1:], maps[-2::-1], strict=True):
            x = up(torch.cat([beside, x], dim=1))
        return (x.tanh() + 1) / 2, maps


def down(channels_in: int, channels_out: int, *, is_first: bool, is_last: bool) -> nn.Module:
    """A single pixel has no deviation to be normalised by."""
    before = nn.Identity() if is_first else nn.LeakyReLU(0.2)
    bare = is_first or is_last  # an instance norm takes a bias away again
    convolution = nn.Conv2d(channels_in, channels_out, KERNEL, STRIDE, PADDING, bias=bare)
    norm = nn.Identity() if bare else InstanceNorm()
    return nn.Sequential(before, convolution, norm)


def up(channels_in: int, channels_out: int, *, is_last: bool) -> nn.Module:
    norm = nn.Identity() if is_last else InstanceNorm()
    convolution = nn.ConvTranspose2d(
        channels_in, channels_out, KERNEL, STRIDE, PADDING, bias=is_last
    )
    return nn.Sequential(nn.ReLU(), convolution, norm)


def translator(source: Shape, target: Shape, architecture: Architecture) -> nn.Module:
    size = same_size(source, target)
    check_size(size, "")
    depth = int(math.log2(size))
    channels = [architecture.width * min(2**i, MOST_CHANNELS) for i in range(depth)]
    downs = [
        down(a, b, is_first=i == 0, is_last=i == depth - 1)
        for i, (a, b) in enumerate(zip([source[0], *channels[:-1]], channels, strict=True))
    ]
    below = [channels[-1], *(2 * c for c in channels[-2::-1])]
    ups = [
        up(a, b, is_last=i == depth - 1)
        for i, (a, b) in enumerate(zip(below, [*channels[-2::-1], target[0]], strict=True))
    ]
    return started(UNet(downs, ups))


def check_size(size: int, whose: str) -> None:
    """Raises UserError for a side in pixels that halving does not bring to one pixel."""
    require_power_of_two(size, whose, "network 'unet' halves it down to one pixel")


FAMILY = replace(
    images.FAMILY,
    check_size=check_size,
    translator=translator,
    discriminator=discriminator,
    critic=discriminator,
    attentive_translator=None,
    attentive_discriminator=None,
)
