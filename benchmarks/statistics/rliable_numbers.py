"""Numbers of the library rliable, which `ganbench aggregate` must equal.

`python benchmarks/statistics/rliable_numbers.py > tests/reporting/rliable_numbers.json`, in an
environment with rliable 1.2.0 and pandas below 3 (its dependency arch 7 cannot be imported beside
pandas 3). rliable draws from numpy's global state, whatever `random_state` it is given, so that is
seeded here before each call.
"""

from __future__ import annotations

import json
import platform
from importlib.metadata import version

import numpy as np
from rliable import library, metrics

REPS = 200
THRESHOLDS = np.linspace(0, 1, 11)
AGGREGATES = {
    "IQM": metrics.aggregate_iqm,
    "median": metrics.aggregate_median,
    "mean": metrics.aggregate_mean,
    "optimality gap": metrics.aggregate_optimality_gap,
}


def scores() -> dict[str, np.ndarray]:
    """Of models (seeds, tasks): other numbers of seeds, ties, and values beyond 1."""
    rng = np.random.default_rng(7)
    return {
        "five seeds": rng.beta(0.5, 0.5, (5, 3)),
        "seven seeds": rng.normal(0.7, 0.4, (7, 3)),
        "with ties": rng.integers(0, 4, (5, 3)) / 3,
    }


def interval(func, *args):  # type: ignore[no-untyped-def]
    np.random.seed(0)
    given = args[0] if len(args) == 1 else list(args)
    point, ends = library.get_interval_estimates({"x": given}, func, reps=REPS)
    return {"value": np.ravel(point["x"]).tolist(), "ends": np.asarray(ends["x"]).tolist()}


def main() -> None:
    models = scores()
    found = {
        "made_by": {
            **{name: version(name) for name in ("rliable", "arch", "numpy", "scipy", "pandas")},
            "python": platform.python_version(),
        },
        "reps": REPS,
        "thresholds": THRESHOLDS.tolist(),
        "scores": {name: own.tolist() for name, own in models.items()},
        "aggregates": {
            name: {
                measure: interval(lambda x, f=f: np.array([f(x)]), own)
                for measure, f in AGGREGATES.items()
            }
            for name, own in models.items()
        },
        "profiles": {
            name: interval(lambda x: library.score_distributions(x, THRESHOLDS), own)
            for name, own in models.items()
        },
        "improvement": {
            f"{one} over {other}": interval(
                lambda x, y: np.array([metrics.probability_of_improvement(x, y)]),
                models[one],
                models[other],
            )
            for one in models
            for other in models
            if one != other
        },
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
