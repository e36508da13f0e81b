"""How good a training's beginning is, told without labels: what translations keep of inputs."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping

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
COMPONENTS = 10
TINY = 1e-6  # of differences that are none


def start_score(model: Model, split: Split, device: str) -> float:
    """The mean over the model's directions of the measure that `starts_by` names, on samples spread
    over the split, with the averages of the weights where there are some; NaN where it does not
    exist in one of them. The model comes back as it was.
    """
    measure = MEASURES[model.hparams.starts_by]
    values = []
    with averaged(model), evaluation_mode(model):
        for direction in model.directions:
            source, target = sides(direction)
            samples = spread(split.domain(source).samples)
            made = [
                model.translate(as_input(part, device), target).float().cpu()
                for part in torch.split(samples, BATCH_SIZE)
            ]
            values.append(measure(as_input(samples, "cpu"), torch.cat(made)))
    return statistics.fmean(values)


def spread(samples: Tensor) -> Tensor:
    """At most MAX_SAMPLES of them, evenly apart: they may lie sorted."""
    number = min(len(samples), MAX_SAMPLES)
    return samples[torch.arange(number) * len(samples) // number]


def distance_correlation(inputs: Tensor, translations: Tensor) -> float:
    """Pearson's correlation of how far inputs are apart, pair by pair, and their translations. It
    tells a smooth mapping from one that is one to one in pieces (Benaim and Wolf, 2017).

    Both float, (n, ...); images are compared at COARSE_PX. NaN for fewer than three samples, for
    values that are not finite, and where all pairs are equally far apart.
    """
    if len(inputs) < 3 or not (all_finite(inputs) and all_finite(translations)):
        return float("nan")
    distances = torch.stack([torch.pdist(coarse(x)) for x in (inputs, translations)])
    return float(torch.corrcoef(distances)[0, 1])


def likeness(inputs: Tensor, translations: Tensor) -> float:
    """Pearson's correlation between samples and their translations, along each of the first
    COMPONENTS principal components of the inputs, and of these the mean: a trait that changes few
    pixels counts as much as one that changes many.

    Distances cannot tell whether two traits, or two colours, have changed places. That translations
    look like their inputs is what Shrivastava et al. (2017) ask of each sample, and Zhu et al.
    (2017), in the identity term, of samples of the target domain; here it only chooses.

    Both float, (n, ...) and of one shape; images are compared at COARSE_PX. NaN for fewer than
    three samples, for values that are not finite, and where one side's samples are all the same.
    """
    if len(inputs) < 3 or not (all_finite(inputs) and all_finite(translations)):
        return float("nan")
    x, y = (part - part.mean(dim=0) for part in (coarse(inputs), coarse(translations)))
    if min(x.abs().amax(), y.abs().amax()) < TINY:
        return float("nan")
    squares, components = torch.linalg.eigh(x.T @ x)
    first = components[:, squares > TINY * squares[-1]][:, -COMPONENTS:]
    correlations = F.cosine_similarity(x @ first, y @ first, dim=0)
    return round(float(correlations.mean()), 6)  # so that a machine's rounding seldom chooses


MEASURES: Mapping[str, Callable[[Tensor, Tensor], float]] = {
    "distances": distance_correlation,
    "likeness": likeness,
}


def coarse(x: Tensor) -> Tensor:
    """(n, d) of samples, float64; of images, means over COARSE_PX x COARSE_PX fields."""
    if x.ndim == 4 and min(x.shape[2:]) > COARSE_PX:
        x = F.adaptive_avg_pool2d(x, COARSE_PX)
    return x.flatten(1).double()
