"""What the families share: their kinds of networks, a discriminator's answer, styles."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.core.errors import UserError
from ganbench.core.spec import Architecture
from ganbench.networks.norms import InstanceNorm

Shape = tuple[int, ...]  # of a sample: (channels, height, width) or (coordinates,)
LATENT_PX = 4  # side of the map that an encoder ends on


@dataclass(frozen=True)
class Family:
    """What makes each kind of network for samples of a shape.

    translator: a network with `maps(x)`, what each of its encoding blocks makes of samples x, and
        `with_maps(x)`, which gives the translation and these.
    check_size: raises UserError for images of a side in pixels that the networks do not take; 0
        stands for points. Its second argument names their owner, such as "task car2car".
    coded_decoder: of codes (n, units) and styles; its arguments are units, style_dim, shape and
        size. None for a decoder of both side by side.
    attentive_translator, attentive_discriminator: None where the family has none.
    """

    check_size: Callable[[int, str], None]
    translator: Callable[[Shape, Shape, Architecture], nn.Module]
    discriminator: Callable[[Shape, Architecture], nn.Module]
    critic: Callable[[Shape, Architecture], nn.Module]
    decoder: Callable[[int, Shape, Architecture], nn.Sequential]
    content_encoder: Callable[[Shape, Architecture], nn.Module]
    style_encoder: Callable[[Shape, int, Architecture], nn.Module]
    styled_decoder: Callable[[Shape, int, Architecture], nn.Module]
    autoencoder: Callable[[Shape, Architecture], Autoencoder]
    coded_decoder: Callable[[int, int, Shape, Architecture], nn.Module] | None = None
    attentive_translator: Callable[[Shape, Shape, Architecture, bool], nn.Module] | None = None
    attentive_discriminator: Callable[[Shape, Architecture], nn.Module] | None = None


class DiscriminatorOutput(NamedTuple):
    """A discriminator's answer.

    logits: one a sample (n,), or one a patch of it (n, ...). features: hidden maps (n, ...), one
    tensor a layer, from the second layer on. others: the logits of what else judges the sample, be
    it another head or another network; the game is played with each of them.
    """

    logits: Tensor
    features: tuple[Tensor, ...]
    others: tuple[Tensor, ...] = ()

    @property
    def heads(self) -> tuple[Tensor, ...]:
        """The logits of all that judges the sample."""
        return self.logits, *self.others

    @property
    def scores(self) -> Tensor:
        """One a sample (n,): the mean over its patches, and over the heads where it has several."""
        first, *others = (x if x.ndim == 1 else x.flatten(1).mean(1) for x in self.heads)
        return torch.stack([first, *others]).mean(0) if others else first


class Attended(NamedTuple):
    """An attentive translator's answer.

    samples: (n, ...). logits: (n, 2), whether its input comes from its source: of the means of the
    encoder's maps, and of their maxima.
    """

    samples: Tensor
    logits: Tensor


def as_logits(answer: Tensor) -> Tensor:
    """Of a head with one channel, (n, 1, ...): (n,) where it leaves one place, else (n, ...)."""
    logits = answer.squeeze(1)
    return logits.flatten() if logits.numel() == len(logits) else logits


class Discriminator(nn.Module):
    """Hidden blocks, then a head with one logit, or one a patch; (n, *shape) to
    DiscriminatorOutput.
    """

    def __init__(self, blocks: list[nn.Module], head: nn.Module) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.head = head

    def forward(self, x: Tensor) -> DiscriminatorOutput:
        features = []
        for block in self.blocks:
            x = block(x)
            features.append(x)
        return DiscriminatorOutput(as_logits(self.head(x)), tuple(features[1:]))


class Judges(nn.ModuleList):
    """Several discriminators of one domain as one, whose answer has the logits and the features of
    all; (n, *shape) to DiscriminatorOutput.
    """

    def __init__(self, *judges: nn.Module) -> None:
        super().__init__(judges)

    def forward(self, x: Tensor) -> DiscriminatorOutput:
        answers: list[DiscriminatorOutput] = [judge(x) for judge in self]
        logits, *others = (head for answer in answers for head in answer.heads)
        features = tuple(layer for answer in answers for layer in answer.features)
        return DiscriminatorOutput(logits, features, tuple(others))


def each_of(blocks: Iterable[nn.Module], x: Tensor) -> tuple[Tensor, ...]:
    """What each of the blocks makes of what the one before it has made, the first one of x."""
    return tuple(accumulate(blocks, lambda x, block: block(x), initial=x))[1:]


class Encoding(nn.Module, ABC):
    """A translator of images that tells what its encoder makes of them."""

    @abstractmethod
    def maps(self, image: Tensor) -> tuple[Tensor, ...]:
        """What each block of the encoder makes of images, the largest first: (n, c, h, w)."""

    @abstractmethod
    def with_maps(self, image: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The translation of images and their `maps`, in one pass."""

    def forward(self, image: Tensor) -> Tensor:
        return self.with_maps(image)[0]


class Chain(nn.Sequential):
    """A translator whose blocks come one after the other; the first ones encode."""

    encoding_blocks = 0

    @classmethod
    def of(cls, encoder: Sequence[nn.Module], others: Sequence[nn.Module]) -> Chain:
        chain = cls(*encoder, *others)
        chain.encoding_blocks = len(encoder)
        return chain

    def maps(self, x: Tensor) -> tuple[Tensor, ...]:
        """What each encoding block makes of samples: (n, c, h, w) of images, (n, c) of points."""
        return each_of(islice(self, self.encoding_blocks), x)

    def with_maps(self, x: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The translation of samples and their `maps`, in one pass."""
        made = each_of(self, x)
        return made[-1], made[: self.encoding_blocks]


class AdaptiveInstanceNorm(nn.Module):
    """(n, c, h, w) and a style (n, s) to maps with the style's mean and deviation
    (Huang and Belongie, 2017).
    """

    def __init__(self, channels: int, style_dim: int) -> None:
        super().__init__()
        self.affine = nn.Linear(style_dim, 2 * channels)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.affine(style)[:, :, None, None].chunk(2, dim=1)
        out: Tensor = F.instance_norm(x) * (1 + scale) + shift
        return out


class Styled(nn.Module):
    """Blocks that each take (x, style), and a last one that takes x alone."""

    def __init__(self, blocks: list[nn.Module], last: nn.Module) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.last = last

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        x = content
        for block in self.blocks:
            x = block(x, style)
        out: Tensor = self.last(x)
        return out


class Joined(nn.Module):
    """One network of content and style, side by side; both (n, d)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        out: Tensor = self.network(torch.cat([content, style], dim=1))
        return out


class FeatureNorm(nn.BatchNorm1d):
    """Batch norm of (n, features), which takes a batch of one as in evaluation mode."""

    def forward(self, x: Tensor) -> Tensor:
        if self.training and len(x) == 1:
            mean, variance = self.running_mean, self.running_var
            return F.batch_norm(x, mean, variance, self.weight, self.bias, eps=self.eps)
        normal: Tensor = super().forward(x)
        return normal


class NoStyle(nn.Module):
    """Samples (n, ...) to styles (n, 0), which tell nothing."""

    def forward(self, x: Tensor) -> Tensor:
        return x.new_zeros(len(x), 0)


class StyleAutoencoder(nn.Module):
    """content: samples to contents; style: samples to (n, style_dim); decode: both to samples."""

    def __init__(
        self, content: nn.Module, style: nn.Module, decode: nn.Module, style_dim: int
    ) -> None:
        super().__init__()
        self.style_dim = style_dim
        self.content = content
        self.style = style
        self.decode = decode


class Autoencoder(nn.Module):
    """encode: samples to codes, (n, c, h, w) of images, (n, c) of points. decode: codes to samples.

    common: so many blocks on either side of the code do not depend on the domain's shape.
    """

    def __init__(self, encode: list[nn.Module], decode: list[nn.Module], common: int) -> None:
        super().__init__()
        self.encode = nn.Sequential(*encode)
        self.decode = nn.Sequential(*decode)
        self.common = common

    def share(self, other: Autoencoder, blocks: int) -> None:
        """Take so many of the other's blocks on either side of the code in the place of one's own.
        Raises UserError for more than are common.
        """
        if blocks > self.common:
            raise UserError(
                f"domains cannot share {blocks} blocks of these networks on either side of a code",
                f"shared_blocks={blocks}",
                f"set shared_blocks={self.common} or less, or take another network",
            )
        for i in range(blocks):
            self.encode[-1 - i] = other.encode[-1 - i]
            self.decode[i] = other.decode[i]


class Residual(nn.Module):
    """Two convolutions of 3 x 3 whose result is added to what comes in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            *mirrored_conv(channels, channels, 3),
            InstanceNorm(),
            nn.ReLU(),
            *mirrored_conv(channels, channels, 3),
            InstanceNorm(),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.branch(x)
        return out


def mirrored_conv(
    channels_in: int, channels_out: int, kernel: int, stride: int = 1, *, bias: bool = False
) -> list[nn.Module]:
    """A convolution that keeps the size, or halves it by a stride of 2; beyond its edge a picture
    goes on as its mirror image.

    An instance norm takes a bias away again, and what is left of its gradient is rounding, which
    Adam would follow; so there is none where one comes next.
    """
    conv = nn.Conv2d(channels_in, channels_out, kernel, stride, bias=bias)
    return [nn.ReflectionPad2d((kernel - 1) // 2), conv]


def require_power_of_two(size: int, whose: str, why: str) -> None:
    """Raises UserError for an image side in pixels that does not come to LATENT_PX by halves, or
    that is too small or too large. whose: images they are, or empty. why: where the networks halve
    or double it.
    """
    known = [2**k for k in range(4, 9)]
    if size not in known:
        raise UserError(
            f"image size {size} is not a power of two from {known[0]} to {known[-1]}: {why}",
            f"--size, {whose}" if whose else "--size",
            f"choose {', '.join(map(str, known[:-1]))} or {known[-1]}",
        )


def encoder_channels(size: int, width: int) -> list[int]:
    """Channels after each stride-2 convolution from `size` px down to LATENT_PX. Raises UserError
    for a size that is not halved so.
    """
    require_power_of_two(size, "", f"it is halved down to {LATENT_PX} px")
    depth = int(math.log2(size // LATENT_PX))
    return [width * min(2**i, 8) for i in range(depth)]


def same_size(source: Shape, target: Shape) -> int:
    """The side in pixels of both domains' images. Raises UserError where they differ."""
    if source[1:] != target[1:]:
        raise UserError(f"domains of different image sizes: {source[1:]} and {target[1:]}")
    return source[-1]
