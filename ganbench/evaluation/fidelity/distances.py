"""Distances of two sets of features, each (n, d), in float64. Pure functions.

The sets are called real and fake; all but precision, recall, density and coverage are symmetric.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

NEIGHBOURS_OF_PRECISION = 3  # Kynkäänniemi et al. (2019); torch-fidelity's default too
NEIGHBOURS_OF_DENSITY = 5  # Naeem et al. (2020)
MIN_SAMPLES = NEIGHBOURS_OF_DENSITY + 1
CHUNK_ROWS = 1024
ROUNDING = 1e-13
EXTRAPOLATED_FROM = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
SAMPLES_A_DIMENSION = 2  # fewer leave the covariance too poor for a bias of C / n


def frechet_distance(real: Tensor, fake: Tensor) -> float:
    """Squared Fréchet distance of the Gaussians with the sets' means and covariances (Heusel et
    al., 2017): of Inception's features, the FID.

    The trace of the covariances' root is the nuclear norm of Ra Rb^T, where R is the triangle of
    a set's centred features: no product of covariances is formed, whose root would lose half of
    the digits, and n < d costs less than n > d. Needs two samples a set; 0 for equal sets.
    """
    a, b = real.double(), fake.double()
    between = (a.mean(0) - b.mean(0)).square().sum()
    ra, rb = triangle(a), triangle(b)
    root = torch.linalg.svdvals(ra @ rb.T).sum()
    total = between + ra.square().sum() + rb.square().sum() - 2 * root
    return float(total.clamp(min=0))  # which leaves a NaN, where max() may not


def triangle(features: Tensor) -> Tensor:
    """R with R^T R the covariance of the features, with at most d rows."""
    centred: Tensor = (features - features.mean(0)) / np.sqrt(len(features) - 1)
    if len(centred) <= centred.shape[1]:
        return centred
    reduced: Tensor = torch.linalg.qr(centred, mode="r").R
    return reduced


def extrapolated_frechet_distance(real: Tensor, fake: Tensor, seed: int) -> float:
    """The Fréchet distance that endless samples would give (Chong and Forsyth, 2020).

    The distance of n samples a side is too large by about C / n. A line in 1 / n is fitted to the
    distances of random subsets, and read at 0. `extrapolates` tells whether n allows it.
    """
    n = min(len(real), len(fake))
    rng = np.random.default_rng(seed)
    counts = [round(share * n) for share in EXTRAPOLATED_FROM]
    distances = []
    for count in counts:
        a, b = (torch.from_numpy(rng.permutation(len(x))[:count]) for x in (real, fake))
        distances.append(frechet_distance(real[a], fake[b]))
    return float(np.polyfit(1 / np.array(counts), distances, 1)[1])


def extrapolates(n: int, dimensions: int) -> bool:
    """Whether n samples a side are enough for the line in 1 / n."""
    return n * EXTRAPOLATED_FROM[0] >= SAMPLES_A_DIMENSION * dimensions


@dataclass(frozen=True)
class Pairwise:
    """What the distances between single samples tell.

    kernel_distance: unbiased squared MMD under the kernel (x.y / d + 1)^3 over all samples
        (Bińkowski et al., 2018): of Inception's features, the KID without its random subsets. Its
        expectation is 0 for sets of one distribution, so it can be below 0.
    precision: fakes within a real sample's reach, the distance to its third neighbour among the
        real ones; recall: the same the other way round (Kynkäänniemi et al., 2019).
    density: real samples within whose reach a fake is, as a share of 5; coverage: real samples
        with a fake within reach, here the distance to the fifth neighbour (Naeem et al., 2020).

    A distance equal to the radius is within reach, as Kynkäänniemi et al. and torch-fidelity have
    it; prdc, by Naeem et al., leaves it out, in all four. It shows where pictures occur twice: the
    density of two equal sets is 6 / 5 here and 1 there, and where all occur more than five times
    their radius is 0, with a coverage of 1 here and 0 there.
    """

    kernel_distance: float
    precision: float
    recall: float
    density: float
    coverage: float


def pairwise(real: Tensor, fake: Tensor) -> Pairwise:
    """One pass over all pairs, in chunks of rows. Needs MIN_SAMPLES a set."""
    a, b = real.double(), fake.double()
    kernel_a, reach_a = _within(a)
    kernel_b, reach_b = _within(b)
    of_precision, of_density = reach_a.unbind(1)
    kernel_ab, near, recalled, covered = 0.0, 0, 0, 0
    precise = torch.zeros(len(b), dtype=torch.bool, device=b.device)
    for rows, products, distances in _chunks(a, b):
        kernel_ab += float(_kernel(products, a.shape[1]).sum())
        precise |= (distances <= of_precision[rows, None]).any(0)
        recalled += int((distances <= reach_b[:, 0]).any(1).sum())
        within = distances <= of_density[rows, None]
        near += int(within.sum())
        covered += int(within.any(1).sum())
    m, n = len(a), len(b)
    return Pairwise(
        kernel_distance=kernel_a + kernel_b - 2 * kernel_ab / (m * n),
        precision=int(precise.sum()) / n,
        recall=recalled / m,
        density=near / (NEIGHBOURS_OF_DENSITY * n),
        coverage=covered / m,
    )


def _within(features: Tensor) -> tuple[float, Tensor]:
    """Mean kernel of two different samples, and each one's squared distances (n, 2) to its third
    and fifth neighbour.
    """
    n, d = features.shape
    total, reach = 0.0, []
    for rows, products, distances in _chunks(features, features):
        index = torch.arange(rows.start, rows.stop, device=features.device)
        local = index - rows.start
        kernel = _kernel(products, d)
        total += float(kernel.sum() - kernel[local, index].sum())
        distances[local, index] = torch.inf
        nearest = distances.topk(NEIGHBOURS_OF_DENSITY, dim=1, largest=False).values
        reach.append(nearest[:, [NEIGHBOURS_OF_PRECISION - 1, NEIGHBOURS_OF_DENSITY - 1]])
    return total / (n * (n - 1)), torch.cat(reach)


def _kernel(products: Tensor, dimensions: int) -> Tensor:
    base = products / dimensions + 1
    return base * base * base


def _chunks(a: Tensor, b: Tensor) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """For some rows of a at a time: which, their products with b, and squared distances to b.

    Copies of one sample are at distance 0, not at what rounding leaves.
    """
    square_a, square_b = a.square().sum(1), b.square().sum(1)
    for start in range(0, len(a), CHUNK_ROWS):
        rows = slice(start, min(start + CHUNK_ROWS, len(a)))
        products = a[rows] @ b.T
        sizes = square_a[rows, None] + square_b
        distances = sizes - 2 * products
        distances[distances < ROUNDING * sizes] = 0
        yield rows, products, distances


def diversity(features: Tensor) -> float:
    """Mean cosine distance of the features of two different samples: 0 for a collapsed set. NaN
    where one is all zeros, for it has no direction.
    """
    unit = features.double() / torch.linalg.vector_norm(features.double(), dim=1, keepdim=True)
    n = len(unit)
    return float(1 - (unit.sum(0).square().sum() - n) / (n * (n - 1)))
