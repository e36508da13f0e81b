"""Linear layers for points."""

from __future__ import annotations

from typing import TypeVar

from torch import Tensor, nn

from ganbench.core.errors import UserError
from ganbench.core.spec import Architecture
from ganbench.networks.blocks import (
    Autoencoder,
    Chain,
    Discriminator,
    Family,
    Joined,
    Shape,
)

N = TypeVar("N", bound=nn.Module)


def check_size(size: int, whose: str) -> None:
    """Raises UserError for any side in pixels: points have none."""
    if size:
        raise UserError(f"{whose} has points, not images", "--size", "drop --size")


class Maxout(nn.Module):
    """(n, features_in) to (n, width): each unit the largest of `pieces` linear functions."""

    sample_by_sample = True

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


def translator(source: Shape, target: Shape, architecture: Architecture) -> nn.Module:
    """Points to points of the other domain; the output is linear unless it ends on a ReLU."""
    width, hidden = architecture.width, architecture.generator_layers - 1
    sizes = [source[0], *[width] * hidden]
    hidden_layers = [relu_block(a, width, norm=architecture.generator_norm) for a in sizes[:-1]]
    last = [nn.Linear(width, target[0]), *end(architecture)]
    return initialised(Chain.of(hidden_layers, last), architecture.init_std)


def discriminator(shape: Shape, architecture: Architecture) -> nn.Module:
    width = architecture.discriminator_width or architecture.width
    sizes = [shape[0], *[width] * (architecture.discriminator_layers - 1)]
    pieces = architecture.maxout_pieces
    blocks = [Maxout(a, width, pieces) if pieces else relu_block(a, width) for a in sizes[:-1]]
    return initialised(Discriminator(blocks, nn.Linear(width, 1)), architecture.init_std)


def initialised(network: N, std: float) -> N:
    """The network, its linear layers drawn anew where `std` is not 0."""
    for module in network.modules() if std else ():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=std)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network


def decoder(latent_dim: int, shape: Shape, architecture: Architecture) -> nn.Sequential:
    """(n, latent_dim) to points, block by block."""
    width, hidden = architecture.width, architecture.generator_layers - 1
    sizes = [latent_dim, *[width] * hidden]
    blocks = [relu_block(a, width, norm=architecture.generator_norm) for a in sizes[:-1]]
    last = nn.Sequential(nn.Linear(width, shape[0]), *end(architecture))
    return initialised(nn.Sequential(*blocks, last), architecture.init_std)


def end(architecture: Architecture) -> list[nn.Module]:
    return [nn.ReLU(inplace=True)] if architecture.final_relu else []


def content_encoder(shape: Shape, architecture: Architecture) -> nn.Module:
    """Points to (n, width)."""
    return initialised(relu_block(shape[0], architecture.width), architecture.init_std)


def style_encoder(shape: Shape, style_dim: int, architecture: Architecture) -> nn.Module:
    """Points to styles (n, style_dim)."""
    width = architecture.width
    network = nn.Sequential(relu_block(shape[0], width), nn.Linear(width, style_dim))
    return initialised(network, architecture.init_std)


def styled_decoder(shape: Shape, style_dim: int, architecture: Architecture) -> nn.Module:
    """(n, width) of `content_encoder` and styles (n, style_dim) to points."""
    return Joined(decoder(architecture.width + style_dim, shape, architecture))


class ResidualUnits(nn.Module):
    """(n, width) to (n, width): what two linear layers make of it is added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(relu_block(width, width), nn.Linear(width, width))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.branch(x)
        return out


def autoencoder(shape: Shape, architecture: Architecture) -> Autoencoder:
    """Points to codes (n, width) and back, with a residual block on either side of the code."""
    width = architecture.width
    first = relu_block(shape[0], width, norm=architecture.generator_norm)
    encode = [first, ResidualUnits(width)]
    decode = [ResidualUnits(width), *decoder(width, shape, architecture)]
    return initialised(Autoencoder(encode, decode, 1), architecture.init_std)


FAMILY = Family(
    check_size=check_size,
    translator=translator,
    discriminator=discriminator,
    critic=discriminator,  # it has no normalisation anyway
    decoder=decoder,
    content_encoder=content_encoder,
    style_encoder=style_encoder,
    styled_decoder=styled_decoder,
    autoencoder=autoencoder,
)
