"""Styles by domain: drawn ones, and those of samples (Choi et al., 2020)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from ganbench.core.spec import DomainName
from ganbench.networks.latents import seeded_latent

SHARED_LAYERS, OWN_LAYERS = 4, 3  # hidden ones, of both domains and of each
N = TypeVar("N", bound=nn.Module)
Draw = Callable[[Tensor], Tensor]  # fills a weight


class MappingNetwork(nn.Module):
    """Latents (n, latent_dim) to styles (n, style_dim) of a domain. units: of a hidden layer."""

    def __init__(self, latent_dim: int, style_dim: int, units: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.shared = hidden_layers(latent_dim, units, SHARED_LAYERS)
        self.own = nn.ModuleDict(
            {
                domain: hidden_layers(units, units, OWN_LAYERS).append(nn.Linear(units, style_dim))
                for domain in "AB"
            }
        )

    def forward(self, latent: Tensor, domain: DomainName) -> Tensor:
        style: Tensor = self.own[domain](self.shared(latent))
        return style

    def seeded(self, domain: DomainName, seed: int) -> Tensor:
        """The style (1, style_dim) of a seed; the global random state stays as it was."""
        device = next(self.parameters()).device
        style: Tensor = self(seeded_latent(self.latent_dim, seed, device), domain)
        return style


class ByDomain(nn.Module):
    """A network for both domains whose last layer is each domain's own: the first half of what it
    gives is of A, the other one of B.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, domain: DomainName) -> Tensor:
        styles: Tensor = self.network(x)
        return styles.chunk(2, dim=1)["AB".index(domain)]


def half_drawn(
    mapping: MappingNetwork,
    encode: Callable[[Tensor, DomainName], Tensor],
    like: Tensor,
    domain: DomainName,
) -> Tensor:
    """Styles (n, style_dim), drawn for the first half of a batch, or for the one more where n is
    odd, and for the other half imitated: those of samples `like` (n, ...) of the domain.

    encode: samples and their domain to styles.
    """
    drawn = (len(like) + 1) // 2
    latent = torch.randn(drawn, mapping.latent_dim, device=like.device)
    return torch.cat([mapping(latent, domain), encode(like[drawn:], domain)])


def hidden_layers(dim_in: int, units: int, number: int) -> nn.Sequential:
    layers = nn.Sequential()
    for i in range(number):
        layers.extend([nn.Linear(units if i else dim_in, units), nn.ReLU()])
    return layers


def he_normal(weight: Tensor) -> Tensor:
    """Drawn so that ReLUs keep the variance (He et al., 2015)."""
    drawn: Tensor = nn.init.kaiming_normal_(weight, nonlinearity="relu")
    return drawn


def started(network: N, draw: Draw = he_normal) -> N:
    """The network with initial weights that `draw` gives, and biases of zero."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            draw(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return network
