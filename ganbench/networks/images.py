"""The paper's convolutions: encoder-decoder and discriminator.

Sizes follow Kim et al. (2017) and the authors' code at 64 px; at other powers of two the depth
follows the size, so that the encoder always ends on a 4x4 map.
"""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.core.spec import Architecture
from ganbench.networks.attention import (
    AdaptiveLayerInstanceNorm,
    AttentiveDiscriminator,
    AttentiveTranslator,
    ClassActivation,
    style_of_maps,
)
from ganbench.networks.blocks import (
    LATENT_PX,
    AdaptiveInstanceNorm,
    Autoencoder,
    Chain,
    Discriminator,
    Family,
    Judges,
    Residual,
    Shape,
    Styled,
    encoder_channels,
    require_power_of_two,
    same_size,
)
from ganbench.networks.convolutions import CollapsingConv, DoublingConv, ExpandingConv, HalvingConv

Norm = Callable[[int], nn.Module]
FEWER_HALVINGS = 2  # has the local one of two discriminators


def check_size(size: int, whose: str) -> None:
    """Raises UserError for a side in pixels that the encoder cannot halve down to its last map."""
    why = f"the convolutions of network 'plain' halve it down to {LATENT_PX} px"
    require_power_of_two(size, whose, why)


def layer_norm(channels: int) -> nn.Module:
    """Over all of a sample's channels and places: no sample sees another (Ba et al., 2016)."""
    return nn.GroupNorm(1, channels)


def no_norm(channels: int) -> nn.Module:
    return nn.Identity()


def down(channels_in: int, channels_out: int, norm: Norm) -> nn.Sequential:
    return nn.Sequential(
        HalvingConv(channels_in, channels_out),
        norm(channels_out),
        nn.LeakyReLU(0.2, inplace=True),
    )


def up(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(
        DoublingConv(channels_in, channels_out),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


def encoder_blocks(channels_in: int, channels: list[int], norm: Norm) -> list[nn.Module]:
    """Stride-2 blocks; the first goes without normalisation, as in DCGAN."""
    pairs = zip([channels_in, *channels[:-1]], channels, strict=True)
    return [down(a, b, norm if i else no_norm) for i, (a, b) in enumerate(pairs)]


def decoder_blocks(channels_out: int, channels: list[int]) -> list[nn.Module]:
    """From the encoder's last map back to an image in [0, 1]; the last layer is one block."""
    blocks: list[nn.Module] = [
        up(a, b) for a, b in zip(channels[:0:-1], channels[-2::-1], strict=True)
    ]
    return [*blocks, to_image(channels[0], channels_out)]


def to_image(channels_in: int, channels_out: int) -> nn.Module:
    return nn.Sequential(DoublingConv(channels_in, channels_out), nn.Sigmoid())


def translator(source: Shape, target: Shape, architecture: Architecture) -> nn.Module:
    """Images in [0, 1] to images in [0, 1]; the domains may differ in their channels."""
    channels = encoder_channels(same_size(source, target), architecture.width)
    encoder, middle = encoder_blocks(source[0], channels, nn.BatchNorm2d), list[nn.Module]()
    if architecture.bottleneck:
        middle = [
            CollapsingConv(channels[-1], architecture.bottleneck),
            nn.BatchNorm2d(architecture.bottleneck),
            nn.LeakyReLU(0.2, inplace=True),
            from_latent(architecture.bottleneck, channels[-1]),
        ]
    return Chain.of(encoder, [*middle, *decoder_blocks(target[0], channels)])


def from_latent(latent_dim: int, channels: int) -> nn.Module:
    """(n, latent_dim, 1, 1) to the map that an encoder ends on."""
    return nn.Sequential(
        ExpandingConv(latent_dim, channels),
        nn.BatchNorm2d(channels),
        nn.ReLU(inplace=True),
    )


def decoder(latent_dim: int, shape: Shape, architecture: Architecture) -> nn.Sequential:
    """(n, latent_dim) to images: blocks from the common ones of a scene to those of the pixels."""
    channels = encoder_channels(shape[-1], architecture.width)
    first = nn.Sequential(
        nn.Unflatten(1, (latent_dim, 1, 1)), from_latent(latent_dim, channels[-1])
    )
    return nn.Sequential(first, *decoder_blocks(shape[0], channels))


def content_encoder(shape: Shape, architecture: Architecture) -> nn.Module:
    """Images to maps (n, c, 4, 4)."""
    channels = encoder_channels(shape[-1], architecture.width)
    return nn.Sequential(*encoder_blocks(shape[0], channels, nn.BatchNorm2d))


def style_encoder(shape: Shape, style_dim: int, architecture: Architecture) -> nn.Module:
    """Images to styles (n, style_dim). Without normalisation, which would take away what a style
    is: the means and deviations of the maps.
    """
    channels = encoder_channels(shape[-1], architecture.width)
    blocks = encoder_blocks(shape[0], channels, no_norm)
    pooled = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels[-1], style_dim)]
    return nn.Sequential(*blocks, *pooled)


class StyledUp(nn.Module):
    """Twice the size, normalised by the style."""

    def __init__(self, channels_in: int, channels_out: int, style_dim: int) -> None:
        super().__init__()
        self.conv = DoublingConv(channels_in, channels_out)
        self.norm = AdaptiveInstanceNorm(channels_out, style_dim)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(x), style))


def styled_decoder(shape: Shape, style_dim: int, architecture: Architecture) -> nn.Module:
    """Maps of `content_encoder` and styles (n, style_dim) to images."""
    channels = encoder_channels(shape[-1], architecture.width)
    pairs = zip(channels[:0:-1], channels[-2::-1], strict=True)
    blocks: list[nn.Module] = [StyledUp(a, b, style_dim) for a, b in pairs]
    return Styled(blocks, to_image(channels[0], shape[0]))


class FromCode(nn.Module):
    """Codes (n, units) to maps (n, c, 4, 4), whatever the style."""

    def __init__(self, units: int, channels: int) -> None:
        super().__init__()
        self.conv = ExpandingConv(units, channels)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        return F.relu(self.conv(x[:, :, None, None]))


def coded_decoder(
    units: int, style_dim: int, shape: Shape, architecture: Architecture
) -> nn.Module:
    """Codes (n, units) and styles (n, style_dim) to images, normalised by the style as those of
    `styled_decoder`: beside a code of many units a style of a few would be passed over.
    """
    channels = encoder_channels(shape[-1], architecture.width)
    pairs = zip(channels[:0:-1], channels[-2::-1], strict=True)
    blocks: list[nn.Module] = [StyledUp(a, b, style_dim) for a, b in pairs]
    last = to_image(channels[0], shape[0])
    return Styled([FromCode(units, channels[-1]), *blocks], last)


def autoencoder(shape: Shape, architecture: Architecture) -> Autoencoder:
    """Images to maps (n, c, 4, 4) and back, with a residual block on either side. Batch norm would
    mix the statistics of domains there.
    """
    channels = encoder_channels(shape[-1], architecture.width)
    encode = [*encoder_blocks(shape[0], channels, nn.BatchNorm2d), Residual(channels[-1])]
    decode = [Residual(channels[-1]), *decoder_blocks(shape[0], channels)]
    return Autoencoder(encode, decode, 1)


class AttentiveUp(nn.Module):
    """Twice the size, normalised by what was attended to."""

    def __init__(self, channels_in: int, channels_out: int, style_dim: int) -> None:
        super().__init__()
        self.conv = DoublingConv(channels_in, channels_out)
        self.affine = nn.Linear(style_dim, 2 * channels_out)
        self.norm = AdaptiveLayerInstanceNorm(channels_out)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(x), self.affine(style)))


def attentive_translator(
    source: Shape, target: Shape, architecture: Architecture, light: bool
) -> nn.Module:
    """The translator with attention in the place of a bottleneck, and adaptive norms after it."""
    channels = encoder_channels(same_size(source, target), architecture.width)
    top = channels[-1]
    pairs = zip(channels[:0:-1], channels[-2::-1], strict=True)
    blocks: list[nn.Module] = [AttentiveUp(a, b, top) for a, b in pairs]
    return AttentiveTranslator(
        nn.Sequential(*encoder_blocks(source[0], channels, nn.BatchNorm2d)),
        ClassActivation(top, nn.ReLU()),
        style_of_maps(top, LATENT_PX, light=light),
        Styled(blocks, to_image(channels[0], target[0])),
    )


def attentive_discriminator(shape: Shape, architecture: Architecture) -> nn.Module:
    """The discriminator with attention, which judges the whole, and another one for its patches,
    which halves it fewer times.
    """
    channels = encoder_channels(shape[-1], architecture.width)
    fewer = channels[: max(1, len(channels) - FEWER_HALVINGS)]
    heads = CollapsingConv(channels[-1], 1), nn.Conv2d(fewer[-1], 1, LATENT_PX, bias=False)
    return Judges(
        *(
            AttentiveDiscriminator(
                encoder_blocks(shape[0], own, nn.BatchNorm2d),
                ClassActivation(own[-1], nn.LeakyReLU(0.2)),
                head,
            )
            for own, head in zip((channels, fewer), heads, strict=True)
        )
    )


def discriminator(shape: Shape, architecture: Architecture) -> nn.Module:
    """Normalised by the batch, as the paper has it."""
    return judge(shape, architecture, nn.BatchNorm2d)


def critic(shape: Shape, architecture: Architecture) -> nn.Module:
    """The same without a look at the rest of the batch."""
    return judge(shape, architecture, layer_norm)


def judge(shape: Shape, architecture: Architecture, norm: Norm) -> nn.Module:
    channels = encoder_channels(shape[-1], architecture.width)
    head = CollapsingConv(channels[-1], 1)
    return Discriminator(encoder_blocks(shape[0], channels, norm), head)


FAMILY = Family(
    check_size=check_size,
    translator=translator,
    discriminator=discriminator,
    critic=critic,
    decoder=decoder,
    content_encoder=content_encoder,
    style_encoder=style_encoder,
    styled_decoder=styled_decoder,
    autoencoder=autoencoder,
    coded_decoder=coded_decoder,
    attentive_translator=attentive_translator,
    attentive_discriminator=attentive_discriminator,
)
