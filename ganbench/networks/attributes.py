"""Linear layers for vectors of attributes: those of phrases, for an attribute is a place with two
words, one for its absence and one for its presence. So networks read whole attributes, too, and
make probabilities. A relaxed vector would tell a discriminator what is made, since real ones have
zeros and ones alone, and would hide anything on a way there and back; one that is drawn at random
would give another translation each time.
"""

from __future__ import annotations

from torch import Tensor, nn

from ganbench.core.errors import UserError
from ganbench.core.kinds import as_words
from ganbench.core.spec import Architecture
from ganbench.networks import tokens
from ganbench.networks.blocks import Autoencoder, Chain, Discriminator, Family, Joined, Shape


def check_size(size: int, whose: str) -> None:
    """Raises UserError for any side in pixels: attributes have none."""
    if size:
        raise UserError(f"{whose} has attributes, not images", "--size", "drop --size")


class AsWords(nn.Module):
    """Probabilities of attributes (n, attributes) to phrases (n, attributes, 2)."""

    sample_by_sample = True

    def forward(self, x: Tensor) -> Tensor:
        return as_words(x)


class Presence(nn.Module):
    """Phrases (n, attributes, 2) to probabilities of attributes (n, attributes)."""

    sample_by_sample = True

    def forward(self, x: Tensor) -> Tensor:
        return x[..., 1]


def phrase(shape: Shape) -> Shape:
    """Of so many attributes."""
    return (*shape, 2)


def translator(source: Shape, target: Shape, architecture: Architecture) -> nn.Module:
    """Attributes to attributes of the other domain."""
    inner = tokens.translator(phrase(source), phrase(target), architecture)
    return Chain.of([AsWords()], [*inner.children(), Presence()])


def discriminator(shape: Shape, architecture: Architecture) -> nn.Module:
    inner = tokens.discriminator(phrase(shape), architecture)
    assert isinstance(inner, Discriminator)
    return Discriminator([AsWords(), *inner.blocks], inner.head)


def decoder(latent_dim: int, shape: Shape, architecture: Architecture) -> nn.Sequential:
    """(n, latent_dim) to attributes, block by block."""
    return nn.Sequential(*tokens.decoder(latent_dim, phrase(shape), architecture), Presence())


def content_encoder(shape: Shape, architecture: Architecture) -> nn.Module:
    """Attributes to (n, units)."""
    return nn.Sequential(AsWords(), tokens.content_encoder(phrase(shape), architecture))


def style_encoder(shape: Shape, style_dim: int, architecture: Architecture) -> nn.Module:
    """Attributes to styles (n, style_dim): the sum of a vector for each that is there, and of one
    for each that is not.
    """
    return nn.Sequential(AsWords(), tokens.style_encoder(phrase(shape), style_dim, architecture))


def styled_decoder(shape: Shape, style_dim: int, architecture: Architecture) -> nn.Module:
    """(n, units) of `content_encoder` and styles (n, style_dim) to attributes."""
    units = tokens.wide(architecture).width + style_dim
    return Joined(decoder(units, shape, architecture))


def autoencoder(shape: Shape, architecture: Architecture) -> Autoencoder:
    """Attributes to codes (n, units) and back, with a residual block on either side of the code."""
    inner = tokens.autoencoder(phrase(shape), architecture)
    return Autoencoder([AsWords(), *inner.encode], [*inner.decode, Presence()], inner.common)


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
