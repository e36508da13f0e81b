"""The generator of UVCGAN (Torbunov et al., 2023), for images: a U-Net around a transformer.

The U-Net halves the side up to four times; the pixels that are left are the tokens of a vision
transformer (Dosovitskiy et al., 2021), and the way up sees each map of the way down beside its own.
A gain that starts at 0 brings each block of the transformer in (Bachlechner et al., 2021), and
places are told by sines of learnt frequencies. Discriminators are of patches. All but translators
and discriminators are the networks of `plain`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import torch
from torch import Tensor, nn

from ganbench.core.spec import Architecture
from ganbench.networks import images
from ganbench.networks.blocks import Encoding, Shape, require_power_of_two, same_size
from ganbench.networks.patches import discriminator, started

HALVINGS = 4  # or fewer, so that tokens are left
FEWEST_TOKENS_PX = 4  # the side of the map of tokens
BLOCKS = 12  # of the transformer
UNITS_PER_HEAD = 64
INNER_FACTOR = 4  # units inside of a block, by those between blocks


class Attention(nn.Module):
    """Self-attention with several heads (Vaswani et al., 2017); tokens (n, tokens, units) to the
    same.
    """

    def __init__(self, units: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_heads = nn.Linear(units, 3 * units)  # queries, keys, values
        self.from_heads = nn.Linear(units, units)

    def forward(self, tokens: Tensor) -> Tensor:
        three_of_heads = self.to_heads(tokens).unflatten(2, (3, self.heads, -1))
        queries, keys, values = three_of_heads.permute(2, 0, 3, 1, 4)
        shares = (queries @ keys.mT / math.sqrt(keys.shape[-1])).softmax(-1)
        out: Tensor = self.from_heads((shares @ values).transpose(1, 2).flatten(2))
        return out


class Block(nn.Module):
    """Attention, then two layers on each token; both are normalised first and come in by one gain,
    which starts at 0.
    """

    def __init__(self, units: int) -> None:
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(units), Attention(units, heads_of(units)))
        self.layers = nn.Sequential(
            nn.LayerNorm(units),
            nn.Linear(units, INNER_FACTOR * units),
            nn.GELU(),
            nn.Linear(INNER_FACTOR * units, units),
        )
        self.gain = nn.Parameter(torch.zeros(1))

    def forward(self, tokens: Tensor) -> Tensor:
        mixed = tokens + self.gain * self.attention(tokens)
        out: Tensor = mixed + self.gain * self.layers(mixed)
        return out


class PixelTransformer(nn.Module):
    """A transformer whose tokens are pixels: (n, channels, h, w) to the same."""

    def __init__(self, channels: int, units: int) -> None:
        super().__init__()
        self.of_places = nn.Linear(2, units)
        self.first = nn.Linear(units + channels, units)
        self.blocks = nn.Sequential(*(Block(units) for _ in range(BLOCKS)))
        self.last = nn.Linear(units, channels)

    def forward(self, x: Tensor) -> Tensor:
        n, _, height, width = x.shape
        sides = [torch.linspace(-1, 1, side, device=x.device) for side in (height, width)]
        places = torch.cartesian_prod(*sides).to(self.of_places.weight.dtype)
        embedded = self.of_places(places).sin().expand(n, -1, -1)
        tokens = self.first(torch.cat([embedded, x.flatten(2).mT], dim=2))
        out: Tensor = self.last(self.blocks(tokens)).mT.unflatten(2, (height, width))
        return out


class Down(nn.Module):
    """Two convolutions, whose map the way up sees too, and a halved side."""

    def __init__(self, channels_in: int, channels: int, *, is_last: bool) -> None:
        super().__init__()
        self.keep = two_convolutions(channels_in, channels, channels)
        # An instance norm, which comes next but in the last one, takes a bias away again.
        self.shrink = nn.Conv2d(channels, channels, 2, stride=2, bias=is_last)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        kept: Tensor = self.keep(x)
        return kept, self.shrink(kept)


class Up(nn.Module):
    """A doubled side, and two convolutions over it and over what the way down kept."""

    def __init__(self, channels: int, channels_out: int) -> None:
        super().__init__()
        self.enlarge = nn.Sequential(
            nn.Upsample(scale_factor=2), nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        )
        self.join = two_convolutions(2 * channels, channels, channels_out)

    def forward(self, x: Tensor, kept: Tensor) -> Tensor:
        out: Tensor = self.join(torch.cat([self.enlarge(x), kept], dim=1))
        return out


class ViTUNet(Encoding):
    """A U-Net with something at its bottom. Images in [0, 1] to images in [0, 1]."""

    def __init__(
        self, first: nn.Module, downs: list[Down], bottom: nn.Module, ups: list[Up], last: nn.Module
    ) -> None:
        super().__init__()
        self.first = first
        self.downs = nn.ModuleList(downs)
        self.bottom = bottom
        self.ups = nn.ModuleList(ups)
        self.last = last

    def maps(self, image: Tensor) -> tuple[Tensor, ...]:
        """What each halving makes of images, the largest first."""
        return self._down(image)[1]

    def _down(self, image: Tensor) -> tuple[list[Tensor], tuple[Tensor, ...]]:
        """What each size keeps for the way up, and what its halving makes."""
        kept: list[Tensor] = []
        maps: list[Tensor] = []
        x = self.first(image)
        for down in self.downs:
            beside, x = down(x)
            kept.append(beside)
            maps.append(x)
        return kept, tuple(maps)

    def with_maps(self, image: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        kept, maps = self._down(image)
        x = self.bottom(maps[-1])
        for up in self.ups:
            x = up(x, kept.pop())
        return self.last(x).sigmoid(), maps


def two_convolutions(channels_in: int, between: int, channels_out: int) -> nn.Module:
    """Each normalised before and rectified after."""
    layers: list[nn.Module] = []
    for a, b in pairwise((channels_in, between, channels_out)):
        layers += [nn.InstanceNorm2d(a), nn.Conv2d(a, b, 3, padding=1), nn.LeakyReLU()]
    return nn.Sequential(*layers)


def heads_of(units: int) -> int:
    """As many as have UNITS_PER_HEAD each, or the next smaller number that divides `units`."""
    wanted = max(1, units // UNITS_PER_HEAD)
    return next(heads for heads in range(wanted, 0, -1) if units % heads == 0)


def translator(source: Shape, target: Shape, architecture: Architecture) -> nn.Module:
    size, width = same_size(source, target), architecture.width
    check_size(size, "")
    number = min(HALVINGS, int(math.log2(size // FEWEST_TOKENS_PX)))
    channels = [width * 2**i for i in range(number)]
    pairs = list(pairwise([width, *channels]))
    network = ViTUNet(
        nn.Sequential(nn.Conv2d(source[0], width, 3, padding=1), nn.LeakyReLU()),
        [Down(a, b, is_last=i == number - 1) for i, (a, b) in enumerate(pairs)],
        PixelTransformer(channels[-1], channels[-1]),
        [Up(b, a) for a, b in reversed(pairs)],
        nn.Conv2d(width, target[0], 1),
    )
    return with_attention_started(started(network))


def with_attention_started(network: nn.Module) -> nn.Module:
    """The weights of queries, keys and values start as torch's own attention has them; the authors'
    initial weights leave them so.
    """
    for layer in network.modules():
        if isinstance(layer, Attention):
            nn.init.xavier_uniform_(layer.to_heads.weight)
    return network


def check_size(size: int, whose: str) -> None:
    """Raises UserError for a side in pixels that halving does not bring to a map of tokens."""
    why = f"network 'vit-unet' halves it, down to {FEWEST_TOKENS_PX} px or more"
    require_power_of_two(size, whose, why)


FAMILY = replace(
    images.FAMILY,
    check_size=check_size,
    translator=translator,
    discriminator=discriminator,
    critic=discriminator,
    attentive_translator=None,
    attentive_discriminator=None,
)
