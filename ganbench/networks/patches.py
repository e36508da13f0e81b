"""Discriminators of patches (Isola et al., 2017): a logit for each overlapping part of a picture.

Five convolutions of 4 x 4, so that a logit sees 70 x 70 px: three halve the side and two do not.
All but the first and the last have instance norm, as in CycleGAN (Zhu et al., 2017). They see
pictures from -1 to 1, so that the zeros around one are a middle grey.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeVar

from torch import Tensor, nn

from ganbench.core.spec import Architecture
from ganbench.networks.blocks import Discriminator, Shape, require_power_of_two
from ganbench.networks.norms import InstanceNorm

N = TypeVar("N", bound=nn.Module)
KERNEL = 4
HALVINGS, FEWER_HALVINGS = 3, 2  # a picture of 16 px has no place for a third
SMALL_PX = 16
MOST_CHANNELS = 8  # times the width
INITIAL_STD = 0.02


class ToSigned(nn.Module):
    """Pictures in [0, 1] for networks that are made for [-1, 1], on their way in."""

    sample_by_sample = True

    def forward(self, x: Tensor) -> Tensor:
        return 2 * x - 1


class FromSigned(nn.Module):
    """The way out: any number to [0, 1], by the tanh of the original."""

    def forward(self, x: Tensor) -> Tensor:
        return (x.tanh() + 1) / 2


def discriminator(shape: Shape, architecture: Architecture) -> nn.Module:
    """No sample's judgement depends on another sample, so it is a critic too. Raises UserError for
    a size that the translators of its families do not have.
    """
    require_power_of_two(shape[-1], "", "discriminators of patches halve it three times")
    halvings = FEWER_HALVINGS if shape[-1] <= SMALL_PX else HALVINGS
    width = architecture.width
    channels = [shape[0], *(width * min(2**i, MOST_CHANNELS) for i in range(halvings + 1))]
    strides = [2] * halvings + [1]
    blocks: list[nn.Module] = [
        convolved(a, b, stride, is_first=i == 0)
        for i, ((a, b), stride) in enumerate(zip(pairwise(channels), strides, strict=True))
    ]
    head = nn.Conv2d(channels[-1], 1, KERNEL, padding=1)
    return started(Discriminator(blocks, head))


def convolved(channels_in: int, channels_out: int, stride: int, *, is_first: bool) -> nn.Module:
    before = [ToSigned()] if is_first else []
    norm = nn.Identity() if is_first else InstanceNorm()
    # An instance norm takes a bias away again.
    convolution = nn.Conv2d(channels_in, channels_out, KERNEL, stride, padding=1, bias=is_first)
    return nn.Sequential(*before, convolution, norm, nn.LeakyReLU(0.2))


def started(network: N) -> N:
    """The network with the initial weights of pix2pix and CycleGAN: normal, and biases of zero."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(layer.weight, 0.0, INITIAL_STD)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return network
