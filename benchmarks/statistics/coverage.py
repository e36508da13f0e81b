"""How often 95 % intervals over few seeds hold the truth.

`python benchmarks/statistics/coverage.py` prints the table of docs/statistics.md: coverage and
mean width of Student's t and of the BCa bootstrap for distributions that scores of GANs resemble.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ganbench.reporting.statistics import bca_interval, t_interval

SIMULATIONS = 2_000
SEEDS = (3, 5, 10, 20)
Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]

DISTRIBUTIONS: dict[str, tuple[Draw, float]] = {
    "normal": (lambda rng, shape: rng.standard_normal(shape), 0.0),
    "log-normal, σ 0.75": (
        lambda rng, shape: rng.lognormal(0, 0.75, shape),
        float(np.exp(0.75**2 / 2)),
    ),
    "all or nothing, beta(0.5, 0.5)": (lambda rng, shape: rng.beta(0.5, 0.5, shape), 0.5),
    "modes of 10, binomial(10, 0.9)": (
        lambda rng, shape: rng.binomial(10, 0.9, shape).astype(float),
        9.0,
    ),
}


def main() -> None:
    print("| distribution | seeds | t covers | BCa covers | width of BCa / t |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, (draw, truth) in DISTRIBUTIONS.items():
        for n in SEEDS:
            values = draw(np.random.default_rng(0), (SIMULATIONS, n))
            same = values.min(axis=1) == values.max(axis=1)
            found = []
            for low, high in (t_interval(values), bca_interval(values)):
                low, high = (np.where(same, values[:, 0], end) for end in (low, high))  # noqa: PLW2901
                held = (low - 1e-12 <= truth) & (truth <= high + 1e-12)
                found.append((held.mean(), (high - low).mean()))
            (t_held, t_width), (bca_held, bca_width) = found
            ratio = bca_width / t_width
            print(f"| {name} | {n} | {t_held:.1%} | {bca_held:.1%} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
