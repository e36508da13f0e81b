"""What a metric looks at, of planted data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from ganbench.contracts.task import Domain, Split


@dataclass(frozen=True)
class PlantedTranslation:
    """Float translations of a split from one domain, of stored samples, to the other."""

    source: str
    target: str
    split: Split
    fakes: Tensor
    reconstructions: Tensor | None = None

    @property
    def inputs(self) -> Domain:
        return self.split.domain(self.source)  # type: ignore[arg-type]

    @property
    def targets(self) -> Domain:
        return self.split.domain(self.target)  # type: ignore[arg-type]

    @cached_property
    def input_samples(self) -> Tensor:
        return self.inputs.samples.float()

    @cached_property
    def target_samples(self) -> Tensor:
        return self.targets.samples.float() / 255
