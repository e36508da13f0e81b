"""Features of the kit's samples, which many checks of a metric read and measure again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from torch import Tensor

from ganbench.contracts.metric import Features, Samples
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.testing.subjects import Distances, Read


@dataclass(frozen=True)
class KnownReader(FeatureReader):
    """Reads each set of images once for all readers that share `known`."""

    known: Read = field(default_factory=dict)

    def read(self, name: str, batches: Iterable[Tensor]) -> Mapping[str, Tensor]:
        """Copies, so that a metric that changes them spoils no other check."""
        parts = list(batches)
        images: tuple[str | bytes, ...] = (name, *(part.numpy().tobytes() for part in parts))
        if images not in self.known:
            self.known[images] = super().read(name, parts)
        return {part: values.clone() for part, values in self.known[images].items()}


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
