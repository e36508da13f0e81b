"""The paper's networks: encoder-decoder and discriminator, for images and for points.

Sizes follow Kim et al. (2017) and the authors' code at 64 px; at other powers of two the depth
follows the size, so that the encoder always ends on a 4x4 map.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ganbench.errors import UserError
from ganbench.seeds import seed_for
from ganbench.types import Architecture, DataSpec, DomainName

SMALLEST_PX, LARGEST_PX = 16, 256


class Judgement(NamedTuple):
    """A discriminator's answer: logits (n,), and hidden features from the second layer on."""

    logits: Tensor
    features: tuple[Tensor, ...]


def encoder_channels(size: int, width: int) -> list[int]:
    """Channels after each stride-2 convolution from `size` px down to 4 px."""
    if size not in {2**k for k in range(4, 9)}:
        raise UserError(
            f"image size {size} is not a power of two from {SMALLEST_PX} to {LARGEST_PX}",
            "--size",
            "choose 16, 32, 64, 128 or 256",
        )
    depth = int(math.log2(size)) - 2
    return [width * min(2**i, 8) for i in range(depth)]


def down(channels_in: int, channels_out: int, *, norm: bool) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(channels_in, channels_out, 4, 2, 1, bias=False)]
    if norm:
        layers.append(nn.BatchNorm2d(channels_out))
    return nn.Sequential(*layers, nn.LeakyReLU(0.2, inplace=True))


def up(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose2d(channels_in, channels_out, 4, 2, 1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


def image_encoder(channels_in: int, channels: list[int]) -> list[nn.Module]:
    pairs = zip([channels_in, *channels[:-1]], channels, strict=True)
    return [down(a, b, norm=i > 0) for i, (a, b) in enumerate(pairs)]


def image_translator(
    channels_in: int, channels_out: int, size: int, architecture: Architecture
) -> nn.Module:
    """(n, channels_in, size, size) in [0, 1] to (n, channels_out, size, size) in [0, 1]."""
    channels = encoder_channels(size, architecture.width)
    layers = image_encoder(channels_in, channels)
    if architecture.bottleneck:
        layers += [
            nn.Conv2d(channels[-1], architecture.bottleneck, 4, bias=False),
            nn.BatchNorm2d(architecture.bottleneck),
            nn.LeakyReLU(0.2, inplace=True),
            nn.ConvTranspose2d(architecture.bottleneck, channels[-1], 4, bias=False),
            nn.BatchNorm2d(channels[-1]),
            nn.ReLU(inplace=True),
        ]
    layers += [up(a, b) for a, b in zip(channels[:0:-1], channels[-2::-1], strict=True)]
    layers += [nn.ConvTranspose2d(channels[0], channels_out, 4, 2, 1, bias=False), nn.Sigmoid()]
    return nn.Sequential(*layers)


class Discriminator(nn.Module):
    """Hidden blocks, then a head with one logit; (n, *shape) to Judgement."""

    def __init__(self, blocks: list[nn.Module], head: nn.Module) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.head = head

    def forward(self, x: Tensor) -> Judgement:
        features = []
        for block in self.blocks:
            x = block(x)
            features.append(x)
        return Judgement(self.head(x).flatten(), tuple(features[1:]))


def image_discriminator(channels_in: int, size: int, architecture: Architecture) -> nn.Module:
    channels = encoder_channels(size, architecture.width)
    head = nn.Conv2d(channels[-1], 1, 4, bias=False)
    return Discriminator(image_encoder(channels_in, channels), head)


class Maxout(nn.Module):
    """(n, features_in) to (n, width): each unit the largest of `pieces` linear functions."""

    def __init__(self, features_in: int, width: int, pieces: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features_in, width * pieces)
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        largest: Tensor = self.linear(x).view(len(x), -1, self.pieces).amax(2)
        return largest


def relu_block(features_in: int, width: int, *, norm: bool = False) -> nn.Module:
    layers: list[nn.Module] = [nn.Linear(features_in, width, bias=not norm)]
    if norm:
        layers.append(nn.BatchNorm1d(width))
    return nn.Sequential(*layers, nn.ReLU(inplace=True))


def point_translator(features_in: int, features_out: int, architecture: Architecture) -> nn.Module:
    """(n, features_in) to (n, features_out); the output is linear unless it ends on a ReLU."""
    width, hidden = architecture.width, architecture.generator_layers - 1
    sizes = [features_in, *[width] * hidden]
    layers = [relu_block(a, width, norm=architecture.generator_norm) for a in sizes[:-1]]
    layers.append(nn.Linear(width, features_out))
    if architecture.final_relu:
        layers.append(nn.ReLU(inplace=True))
    return initialised(nn.Sequential(*layers), architecture.init_std)


def point_discriminator(features_in: int, architecture: Architecture) -> nn.Module:
    width = architecture.discriminator_width or architecture.width
    sizes = [features_in, *[width] * (architecture.discriminator_layers - 1)]
    pieces = architecture.maxout_pieces
    blocks = [Maxout(a, width, pieces) if pieces else relu_block(a, width) for a in sizes[:-1]]
    return initialised(Discriminator(blocks, nn.Linear(width, 1)), architecture.init_std)


def initialised(network: nn.Module, std: float) -> nn.Module:
    """The network, its linear layers drawn anew where `std` is not 0."""
    for module in network.modules() if std else ():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=std)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network


class NetworkBuilder:
    """Builds the networks that a model asks for by domain, so that it never names a layer.

    A network's initial weights depend on the seed and its role alone: models of one seed start
    from the same weights wherever they have a network in common.
    """

    def __init__(self, spec: DataSpec, architecture: Architecture, seed: int) -> None:
        self.spec = spec
        self.architecture = architecture
        self.seed = seed

    def translator(self, source: DomainName, target: DomainName) -> nn.Module:
        """Maps samples of `source` to samples of `target`."""
        a, b = self.spec.shape(source), self.spec.shape(target)
        if self.spec.kind == "points":
            return self._seeded(
                f"G_{source}{target}", lambda: point_translator(a[0], b[0], self.architecture)
            )
        if a[1:] != b[1:]:
            raise UserError(f"domains of different image sizes: {a[1:]} and {b[1:]}")
        return self._seeded(
            f"G_{source}{target}", lambda: image_translator(a[0], b[0], a[-1], self.architecture)
        )

    def discriminator(self, domain: DomainName) -> nn.Module:
        """Judges samples of `domain`; returns a Judgement."""
        shape = self.spec.shape(domain)
        if self.spec.kind == "points":
            return self._seeded(
                f"D_{domain}", lambda: point_discriminator(shape[0], self.architecture)
            )
        return self._seeded(
            f"D_{domain}", lambda: image_discriminator(shape[0], shape[-1], self.architecture)
        )

    def _seeded(self, role: str, make: Callable[[], nn.Module]) -> nn.Module:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed_for(self.seed, "init", role))
            return make()
