"""How parameters stay within their bounds: a projection after each update."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ganbench.networks.averages import GENERATORS
from ganbench.networks.bounds import Interval


@dataclass(frozen=True)
class Bounding:
    """Clips parameters. groups: those of each optimiser, "D" or "G", by their interval."""

    groups: Mapping[str, Mapping[Interval, list[Tensor]]]

    def project(self, optimiser: str) -> None:
        """After an update by the optimiser of that letter."""
        with torch.no_grad():
            for (low, high), params in self.groups.get(optimiser, {}).items():
                torch._foreach_clamp_min_(params, low)
                torch._foreach_clamp_max_(params, high)


NO_BOUNDS = Bounding({})


def bounding(tensors: Mapping[str, Tensor], bounds: Mapping[str, Interval]) -> Bounding:
    """For a learner's tensors by name. bounds: of parameters, by name too."""
    groups: dict[str, dict[Interval, list[Tensor]]] = {letter: defaultdict(list) for letter in "DG"}
    for name, interval in bounds.items():
        groups["G" if name.startswith(GENERATORS) else "D"][interval].append(tensors[name])
    return Bounding(groups)
