"""How often descriptions of several attributes occur, and such descriptions drawn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

ROUNDS = 200  # after which the frequencies of values are met to the last digits


def ties(shape: Sequence[int], deviation: float, rng: np.random.Generator) -> np.ndarray:
    """The log of how much likelier each description is than by chance, of the shape: the sum over
    all pairs of values of two attributes, normal with this standard deviation.

    shape: the number of values of each attribute.
    """
    total = np.zeros(shape)
    for pair in combinations(range(len(shape)), 2):
        sizes = [size if axis in pair else 1 for axis, size in enumerate(shape)]
        total = total + rng.normal(0, deviation, sizes)
    return total


def with_shares(chance: np.ndarray, shares: Sequence[np.ndarray]) -> np.ndarray:
    """Frequencies of descriptions that have the odds ratios of `chance`, and of each attribute the
    shares of its values (iterative proportional fitting).

    chance: positive, an axis for each attribute. shares: (values,) of each axis, in sum 1.
    """
    for _ in range(ROUNDS):
        for axis, goal in enumerate(shares):
            others = tuple(i for i in range(chance.ndim) if i != axis)
            factor = goal / chance.sum(others)
            chance = chance * np.expand_dims(factor, others)
    whole: np.ndarray = chance / chance.sum()
    return whole


def even(shape: Sequence[int]) -> np.ndarray:
    """All descriptions of the shape equally often."""
    return np.full(shape, 1 / np.prod(shape))


def drawn(chance: np.ndarray, count: int, seed: int) -> np.ndarray:
    """`count` descriptions, int64 (count, attributes): numbers of values. A larger set begins with
    the smaller one.
    """
    places = np.random.default_rng(seed).random(count)
    chosen = np.searchsorted(chance.ravel().cumsum(), places)
    cells = np.unravel_index(chosen.clip(max=chance.size - 1), chance.shape)
    return np.stack(cells, axis=1)
