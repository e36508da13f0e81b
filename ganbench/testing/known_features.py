"""Features of the kit's samples, of which many checks of a metric measure the same distances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from ganbench.contracts.metric import Features, Samples
from ganbench.testing.subjects import Distances


@dataclass(frozen=True)
class KnownFeatures:
    """The features of a view, which keeps them; perceptual distances are measured once for all
    views that share `known`.
    """

    features: Features
    known: Distances

    def of(self, which: Samples, extractor: str) -> Mapping[str, Tensor]:
        return self.features.of(which, extractor)

    def missing(self, extractor: str) -> str:
        return self.features.missing(extractor)

    def protocol(self, extractor: str) -> Mapping[str, str]:
        return self.features.protocol(extractor)

    def perceptual_distances(self, a: Tensor, b: Tensor) -> Tensor:
        images = a.numpy().tobytes(), b.numpy().tobytes()
        if images not in self.known:
            self.known[images] = self.features.perceptual_distances(a, b)
        return self.known[images]
