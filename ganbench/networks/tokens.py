"""Linear layers for phrases. What a network reads are whole words, and what it makes are their
probabilities: softness tells nothing to a discriminator, and nothing hides in it on a way there and
back. Gradients pass straight through (Bengio et al., 2013).
"""

from __future__ import annotations

from dataclasses import replace
from math import prod

from torch import Tensor, nn

from ganbench.core.errors import UserError
from ganbench.core.kinds import one_hot
from ganbench.core.spec import Architecture
from ganbench.networks import points
from ganbench.networks.blocks import (
    Autoencoder,
    Chain,
    Discriminator,
    Family,
    FeatureNorm,
    Joined,
    Shape,
)

START = 2.0  # standard deviation of logits over a batch, before training
WIDTHS = 8  # units a layer, by the width, which counts channels of images


def check_size(size: int, whose: str) -> None:
    """Raises UserError for any side in pixels: tokens have none."""
    if size:
        raise UserError(f"{whose} has tokens, not images", "--size", "drop --size")


class WholeWords(nn.Module):
    """Probabilities (n, positions, words) to one-hots of the likeliest, (n, positions * words),
    with the gradient of the probabilities.
    """

    sample_by_sample = True

    def forward(self, x: Tensor) -> Tensor:
        whole = one_hot(x.argmax(-1), x.shape[-1]).to(x.dtype)
        passed: Tensor = (whole + (x - x.detach())).flatten(1)
        return passed


class Probabilities(nn.Module):
    """Logits (n, positions * words) to probabilities (n, positions, words). Each word's logits are
    normalised over the batch, with a deviation of START at first: else all samples have the same
    few words from the start, and gradients through whole words are too weak to change that.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.norm = FeatureNorm(prod(shape))
        nn.init.constant_(self.norm.weight, START)

    def forward(self, x: Tensor) -> Tensor:
        chances: Tensor = self.norm(x).view(len(x), *self.shape).softmax(-1)
        return chances


def flat(shape: Shape) -> Shape:
    return (prod(shape),)


def wide(architecture: Architecture) -> Architecture:
    return replace(architecture, width=WIDTHS * architecture.width, final_relu=False)


def translator(source: Shape, target: Shape, architecture: Architecture) -> nn.Module:
    """Phrases to phrases of the other domain."""
    inner = points.translator(flat(source), flat(target), wide(architecture))
    return Chain.of([WholeWords()], [*inner.children(), Probabilities(target)])


def discriminator(shape: Shape, architecture: Architecture) -> nn.Module:
    inner = points.discriminator(flat(shape), wide(architecture))
    assert isinstance(inner, Discriminator)
    return Discriminator([WholeWords(), *inner.blocks], inner.head)


def decoder(latent_dim: int, shape: Shape, architecture: Architecture) -> nn.Sequential:
    """(n, latent_dim) to phrases, block by block."""
    inner = points.decoder(latent_dim, flat(shape), wide(architecture))
    return nn.Sequential(*inner, Probabilities(shape))


def content_encoder(shape: Shape, architecture: Architecture) -> nn.Module:
    """Phrases to (n, units)."""
    return nn.Sequential(WholeWords(), points.content_encoder(flat(shape), wide(architecture)))


def style_encoder(shape: Shape, style_dim: int, architecture: Architecture) -> nn.Module:
    """Phrases to styles (n, style_dim): the sum of a vector for each word at its place. What a word
    stands for then depends little on the others.
    """
    return nn.Sequential(WholeWords(), nn.Linear(prod(shape), style_dim))


def styled_decoder(shape: Shape, style_dim: int, architecture: Architecture) -> nn.Module:
    """(n, units) of `content_encoder` and styles (n, style_dim) to phrases."""
    return Joined(decoder(wide(architecture).width + style_dim, shape, architecture))


def autoencoder(shape: Shape, architecture: Architecture) -> Autoencoder:
    """Phrases to codes (n, units) and back, with a residual block on either side of the code."""
    inner = points.autoencoder(flat(shape), wide(architecture))
    return Autoencoder([WholeWords(), *inner.encode], [*inner.decode, Probabilities(shape)], 1)


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
