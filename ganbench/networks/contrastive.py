"""Contrast between the places of an input and those of its translation (Park et al., 2020)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.networks.kept_buffers import InPlace, KeptBuffers


class Projections(nn.Module):
    """Maps to embeddings of their places: for each map a network of two layers, whose output has
    length 1.

    channels: of each map. units: of both layers.
    """

    def __init__(self, channels: Sequence[int], units: int) -> None:
        super().__init__()
        self.heads = nn.ModuleList(
            nn.Sequential(nn.Linear(c, units), nn.ReLU(), nn.Linear(units, units)) for c in channels
        )

    def forward(self, maps: Sequence[Tensor], places: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """maps: (n, c, h, w) of images or (n, c) of points. places: of each map, as `places_of`
        gives them. Gives (n, places, units) of images, and (1, n, units) of points, each of which
        is a place of the batch.
        """
        chosen = (rows(x)[:, at] for x, at in zip(maps, places, strict=True))
        return tuple(
            F.normalize(head(x), dim=2) for head, x in zip(self.heads, chosen, strict=True)
        )


def rows(x: Tensor) -> Tensor:
    """(n, c, h, w) to (n, h · w, c), and (n, c) to (1, n, c)."""
    return x.flatten(2).transpose(1, 2) if x.ndim == 4 else x[None]


def places_of(maps: Sequence[Tensor], most: int) -> list[Tensor]:
    """Of each map so many random places at most, the same for all samples."""
    return [torch.randperm(rows(x).shape[1], device=x.device)[:most] for x in maps]


def statistics_kept(network: nn.Module) -> InPlace:
    """A context in which what passes through the network leaves its buffers as they are: the
    running statistics of batch norm, by which it is scored, are not to follow what is only looked
    at.
    """
    return KeptBuffers(list(network.modules())).in_place()


def patch_nce(queries: Sequence[Tensor], keys: Sequence[Tensor], temperature: float) -> Tensor:
    """InfoNCE, a scalar: each query is to find its own key among those of the other places of the
    same sample; the mean over places, samples and maps.

    queries, keys: (n, places, units) of each map, of length 1. Keys carry no gradient.
    """
    return torch.stack(
        [
            _of_map(query, key.detach(), temperature)
            for query, key in zip(queries, keys, strict=True)
        ]
    ).mean()


def _of_map(query: Tensor, key: Tensor, temperature: float) -> Tensor:
    logits = query @ key.transpose(1, 2) / temperature
    right: Tensor = logits.diagonal(dim1=1, dim2=2)
    return (logits.logsumexp(2) - right).mean()
