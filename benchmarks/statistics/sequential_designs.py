"""The two designs that `sequential.py` beside it compares, on many experiments at once: a look
after every seed, and verdicts from a fixed number of seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ganbench.registry.registry import discover
from ganbench.reporting.claims import effects_by_seed, recipes_of
from ganbench.reporting.groups import group_rows
from ganbench.reporting.sequential import in_turn
from ganbench.reporting.sequential_claims import evidence
from ganbench.reporting.statistics import ALPHA, holm, t_interval
from ganbench.results.benchmark_file import Claim, read_benchmark
from ganbench.results.folder import BENCHMARK, read_rows

ROOT = Path(__file__).parents[2]
PAPERS = ("figure4/quick", "figure5/quick", "figure6/quick")
MAX_SEEDS, FIXED = 40, 10
PAIRS = 4  # claims of a simulated sheet
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """Of many experiments: sign (runs, claims) of the verdict, and seeds (runs, claims) by then."""

    sign: npt.NDArray[np.int64]
    seeds: npt.NDArray[np.int64]

    def of(self, claim: int) -> Outcome:
        """Of one claim, (runs,)."""
        return Outcome(self.sign[:, claim], self.seeds[:, claim])


def sequential(claims: Sequence[Claim], effects: Floats) -> Outcome:
    """effects: (runs, claims, seeds)."""
    both = [evidence(claim, effects[:, i]) for i, claim in enumerate(claims)]
    e_for, e_against = (
        np.stack([e[side] for e in both], axis=-1).swapaxes(0, 1) for side in (0, 1)
    )
    course = in_turn(e_for, e_against)
    return Outcome(course.sign, course.looks)


def fixed(claims: Sequence[Claim], effects: Floats) -> Outcome:
    """Today's verdicts from the first FIXED seeds."""
    first = effects[..., :FIXED]
    low, high = t_interval(first)
    mean = first.mean(axis=-1)
    is_same = np.ptp(first, axis=-1) == 0
    low, high = np.where(is_same, mean, low), np.where(is_same, mean, high)
    p = sign_flip_p(first)
    tested = [i for i, claim in enumerate(claims) if claim.compares]
    p[:, tested] = [holm(own) for own in p[:, tested].tolist()]
    sign = np.zeros(p.shape, int)
    for i, claim in enumerate(claims):
        shown = (p[:, i] <= ALPHA) & (mean[:, i] > 0) if claim.compares else low[:, i] >= 0
        sign[:, i] = np.where(high[:, i] < max(claim.margin, 0), -1, shown)
    return Outcome(sign, np.full(sign.shape, FIXED))


def sign_flip_p(effects: Floats) -> Floats:
    """Two-sided, exact; over the last axis."""
    n = effects.shape[-1]
    signs = 1.0 - 2 * ((np.arange(2 ** (n - 1))[:, None] >> np.arange(n)) & 1)
    sums = np.abs(effects @ signs.T)
    return np.asarray((sums >= np.abs(effects.sum(axis=-1))[..., None] * (1 - 1e-12)).mean(axis=-1))


def comparisons(margin: float, count: int = PAIRS) -> list[Claim]:
    return [
        Claim(str(i), "", "", "", "score", better="new", worse=f"old{i}", margin=margin)
        for i in range(count)
    ]


def committed(figure: str) -> tuple[list[Claim], Floats]:
    """The claims of a folder, and their effects (claims, seeds)."""
    folder = ROOT / "results" / "reference" / figure
    (group,) = group_rows(read_rows(folder).rows)
    (recipe,) = recipes_of(group)
    claims, columns = list(read_benchmark(folder / BENCHMARK).claims), discover().columns
    found = [effects_by_seed(claim, group, recipe, columns) for claim in claims]
    return claims, np.array([list(e.values()) for e in found if not isinstance(e, str)])
