"""Does a model keep how far samples are apart? It needs no labels, and it tells a smooth mapping
from one that is one to one in pieces (Benaim and Wolf, 2017).
"""

from __future__ import annotations

import statistics

import torch
import torch.nn.functional as F
from torch import Tensor

from ganbench.contracts.model import Model
from ganbench.contracts.task import Split
from ganbench.core.large_tensors import all_finite
from ganbench.core.spec import sides
from ganbench.networks.averages import averaged, evaluation_mode
from ganbench.networks.inputs import as_input

MAX_SAMPLES, BATCH_SIZE = 500, 50  # of a domain: pairs of samples are compared
COARSE_PX = 8  # domains differ in what is finer


def distances_kept(model: Model, split: Split, device: str) -> float:
    """The mean over the model's directions of `distance_correlation`, on samples spread over the
    split, with the averages of the weights where there are some; NaN where it does not exist in one
    of them. The model comes back as it was.
    """
    values = []
    with averaged(model), evaluation_mode(model):
        for direction in model.directions:
            source, target = sides(direction)
            samples = spread(split.domain(source).samples)
            made = [
                model.translate(as_input(part, device), target).float().cpu()
                for part in torch.split(samples, BATCH_SIZE)
            ]
            values.append(distance_correlation(as_input(samples, "cpu"), torch.cat(made)))
    return statistics.fmean(values)


def spread(samples: Tensor) -> Tensor:
    """At most MAX_SAMPLES of them, evenly apart: they may lie sorted."""
    number = min(len(samples), MAX_SAMPLES)
    return samples[torch.arange(number) * len(samples) // number]


def distance_correlation(inputs: Tensor, translations: Tensor) -> float:
    """Pearson's correlation of how far inputs are apart, pair by pair, and their translations.

    Both float, (n, ...); images are compared at COARSE_PX. NaN for fewer than three samples, for
    values that are not finite, and where all pairs are equally far apart.
    """
    if len(inputs) < 3 or not (all_finite(inputs) and all_finite(translations)):
        return float("nan")
    distances = torch.stack([torch.pdist(coarse(x)) for x in (inputs, translations)])
    return float(torch.corrcoef(distances)[0, 1])


def coarse(x: Tensor) -> Tensor:
    """(n, d) of samples, float64; of images, means over COARSE_PX x COARSE_PX fields."""
    if x.ndim == 4 and min(x.shape[2:]) > COARSE_PX:
        x = F.adaptive_avg_pool2d(x, COARSE_PX)
    return x.flatten(1).double()
