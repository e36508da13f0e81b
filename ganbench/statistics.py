"""Numbers over training seeds, the unit of replication."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """Mean over n seeds with a 95 % interval; low and high are nan below two seeds."""

    mean: float
    low: float
    high: float
    n: int


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and Student's t interval of at least one value, one a seed.

    The t interval holds its level for few seeds where a bootstrap cannot, if the seeds' values
    are near normal.
    """
    n, mean = len(values), statistics.fmean(values)
    if n < 2:
        return Estimate(mean, math.nan, math.nan, n)
    from scipy.special import stdtrit  # scipy.stats takes seconds to import

    half = float(stdtrit(n - 1, 0.5 + LEVEL / 2)) * statistics.stdev(values) / math.sqrt(n)
    return Estimate(mean, mean - half, mean + half, n)
