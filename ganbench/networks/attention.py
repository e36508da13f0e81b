"""Attention through class activation maps, and norms between those of a layer and of an instance
(Kim et al., 2020): the parts that the families build their attentive networks of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.networks.blocks import Attended, DiscriminatorOutput, Styled, as_logits
from ganbench.networks.bounds import Interval
from ganbench.networks.norms import layer_instance_norm


class ClassActivation(nn.Module):
    """Maps (n, c, h, w) to maps of the same shape, weighed by what tells their class, and to the
    logits (n, 2) of two linear classifiers, of the means and of the maxima of the maps (Zhou et
    al., 2016).

    Each map is taken twice, times its weight in either classifier, and a convolution of 1 x 1 joins
    the two. Both are linear, so they are one convolution here, whose weights are those of the two.
    """

    def __init__(self, channels: int, activation: nn.Module) -> None:
        super().__init__()
        self.of_mean = nn.Linear(channels, 1, bias=False)
        self.of_maximum = nn.Linear(channels, 1, bias=False)
        self.join = nn.Conv2d(2 * channels, channels, 1)
        self.activation = activation

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        by_mean, by_maximum = self.of_mean.weight, self.of_maximum.weight  # a norm moves by a look
        logits = F.linear(x.mean((2, 3)), by_mean), F.linear(x.amax((2, 3)), by_maximum)
        of_mean, of_maximum = self.join.weight.chunk(2, dim=1)
        weight = of_mean * by_mean[..., None, None] + of_maximum * by_maximum[..., None, None]
        joined: Tensor = self.activation(F.conv2d(x, weight, self.join.bias))
        return joined, torch.cat(logits, dim=1)


class Share(nn.Module):
    """Has the share `rho` of the instance norm, a parameter for each of the channels, which stays
    within 0 and 1.
    """

    bounds: ClassVar[Mapping[str, Interval]] = {"rho": (0.0, 1.0)}

    def __init__(self, channels: int, start: float) -> None:
        super().__init__()
        self.rho = nn.Parameter(torch.full((1, channels, 1, 1), start))


class LayerInstanceNorm(Share):
    """With a scale and a shift that are learnt; a layer norm at first."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, start=0.0)
        self.gamma = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.beta = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return layer_instance_norm(x, self.rho, self.gamma, self.beta)


class AdaptiveLayerInstanceNorm(Share):
    """With a scale and a shift that come from elsewhere: (n, 2 c), the one beside the other. An
    instance norm at first.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, start=1.0)

    def forward(self, x: Tensor, scale_and_shift: Tensor) -> Tensor:
        gamma, beta = scale_and_shift[:, :, None, None].chunk(2, dim=1)
        return layer_instance_norm(x, self.rho, gamma, beta)


class Mean(nn.Module):
    """(n, c, h, w) to (n, c)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


def style_of_maps(channels: int, size: int, *, light: bool) -> nn.Sequential:
    """Maps (n, channels, size, size) to styles (n, channels). light: of the maps' means, where else
    each place has weights of its own.
    """
    first = (Mean(), channels) if light else (nn.Flatten(), channels * size * size)
    return nn.Sequential(
        first[0],
        nn.Linear(first[1], channels, bias=False),
        nn.ReLU(),
        nn.Linear(channels, channels, bias=False),
        nn.ReLU(),
    )


class AttentiveTranslator(nn.Module):
    """Samples to `Attended`.

    encoder: samples to maps. style: of the maps after the attention, (n, s). decoder: of both.
    """

    def __init__(
        self, encoder: nn.Module, attention: ClassActivation, style: nn.Module, decoder: Styled
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.attention = attention
        self.style = style
        self.decoder = decoder

    def forward(self, x: Tensor) -> Attended:
        maps, logits = self.attention(self.encoder(x))
        return Attended(self.decoder(maps, self.style(maps)), logits)


class AttentiveDiscriminator(nn.Module):
    """Hidden blocks, attention, and a head; its classifiers' logits (n, 2) are among the answer's
    `others`.
    """

    def __init__(
        self, blocks: Sequence[nn.Module], attention: ClassActivation, head: nn.Module
    ) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.attention = attention
        self.head = head

    def forward(self, x: Tensor) -> DiscriminatorOutput:
        features = []
        for block in self.blocks:
            x = block(x)
            features.append(x)
        x, logits = self.attention(x)
        return DiscriminatorOutput(as_logits(self.head(x)), tuple(features[1:]), (logits,))
