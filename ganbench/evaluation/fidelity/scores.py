"""The scores of two sets of features, by name, and what each needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from torch import Tensor

from ganbench.core.spec import FEW_IMAGES, JSON
from ganbench.evaluation.fidelity.distances import (
    MIN_SAMPLES,
    diversity,
    extrapolated_frechet_distance,
    extrapolates,
    frechet_distance,
    pairwise,
)
from ganbench.evaluation.fidelity.extractors import FEATURES, LOGITS, Extractor
from ganbench.results.records import number_or_reason

PAIRWISE = {
    "kd": "kernel_distance",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
}
SCORES = ("kd", "fd", "fd_inf", "precision", "recall", "density", "coverage", "diversity", "isc")
BY_REACH = frozenset({"precision", "recall", "density", "coverage"})
SPLITS_OF_ISC = 10
SEED = 0
ALIKE = 1e-4  # of the largest feature; pictures that differ are far beyond it

Features = Mapping[str, Tensor]


def inception_score(logits: Tensor) -> float:
    """As torch-fidelity has it: the mean over ten splits (Salimans et al., 2016)."""
    from torch_fidelity.metric_isc import KEY_METRIC_ISC_MEAN, isc_features_to_metric

    return float(isc_features_to_metric(logits, splits=SPLITS_OF_ISC)[KEY_METRIC_ISC_MEAN])


SINGLE: Mapping[str, Callable[[Features, Features], float]] = {
    "fd": lambda real, fake: frechet_distance(real[FEATURES], fake[FEATURES]),
    "fd_inf": lambda real, fake: extrapolated_frechet_distance(
        real[FEATURES], fake[FEATURES], SEED
    ),
    "diversity": lambda real, fake: diversity(fake[FEATURES]),
    "isc": lambda real, fake: inception_score(fake[LOGITS]),
}


def scores(
    names: Sequence[str], real: Features, fake: Features, extractor: Extractor
) -> dict[str, float | str]:
    """The named ones of SCORES as finite numbers; or "skipped: reason" where a score cannot be
    asked for, "undefined: reason" where there is no such number.

    real, fake: what `Loaded.read` gives.
    """
    if not all(x.isfinite().all() for side in (real, fake) for x in side.values()):
        return dict.fromkeys(names, "undefined: the features are not finite")
    reasons = {name: lacking(name, real, fake, extractor) for name in names}
    left = [name for name, reason in reasons.items() if not reason]
    single = {name: function(real, fake) for name, function in SINGLE.items() if name in left}
    pairs = pairwise(real[FEATURES], fake[FEATURES]) if PAIRWISE.keys() & set(left) else None
    paired = {name: getattr(pairs, PAIRWISE[name]) for name in left if name in PAIRWISE}
    skipped = {name: f"skipped: {reason}" for name, reason in reasons.items() if reason}
    by_name = {**single, **paired, **skipped}
    return {name: number_or_reason(by_name[name]) for name in names}


def conventions(names: Iterable[str]) -> JSON:
    """What the named ones of SCORES depend on, other than the features, for a protocol."""
    ties = {"ties": "a distance equal to the radius is within reach"}
    return ties if BY_REACH & set(names) else {}


def lacking(name: str, real: Features, fake: Features, extractor: Extractor) -> str:
    """Why there is no such score of these features, or nothing."""
    n = min(len(real[FEATURES]), len(fake[FEATURES]))
    if name == "isc" and not extractor.logits:
        return f"{extractor.name} has no classes of Inception"
    if name == "isc":
        enough = len(fake[FEATURES]) >= SPLITS_OF_ISC
        return "" if enough else f"{SPLITS_OF_ISC} images are needed"
    if n < MIN_SAMPLES:
        return f"{MIN_SAMPLES} images a side are needed, there are {n}"
    if name == "fd_inf" and not extrapolates(n, extractor.dimensions):
        return f"{4 * extractor.dimensions} images a side are needed to extrapolate, there are {n}"
    return ""


def warnings(by_name: Mapping[str, float | str], real: Features, fake: Features) -> list[str]:
    """Warnings for a reader of the numbers."""
    n = min(len(real[FEATURES]), len(fake[FEATURES]))
    lines = [
        f"all {len(side[FEATURES])} images of {name} look the same: check the folder"
        for name, side in (("REAL", real), ("FAKE", fake))
        if all_alike(side[FEATURES])
    ]
    if not isinstance(by_name.get("fd"), float) or n >= FEW_IMAGES:
        return lines
    return [
        *lines,
        f"with {n:,} images a side the Fréchet distance is too large by an amount that depends on "
        "their number: compare equal numbers only, and read the kernel distance (unbiased) first",
    ]


def all_alike(features: Tensor) -> bool:
    """Whether all (n, d) are one, up to what the sums of batches of several sizes leave."""
    scale = float(features.abs().max()) if features.numel() else 0.0
    return len(features) > 1 and bool((features - features[0]).abs().max() <= ALIKE * scale)
