"""Distances of image features move with what people see: not by what nobody sees, and the more the
worse a damage is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts.metric import Metric
from ganbench.contracts.task import Domain, Split
from ganbench.evaluation.evaluate import DirectionView
from ganbench.evaluation.fidelity.metric import FidelityMetric
from ganbench.testing import damage
from ganbench.testing.metric_checks import IMAGES, Scene, computed, numbers, view_of
from ganbench.testing.subjects import NotApplicable, Subject, require

N = 24
REAL, OTHER_REAL = 0, 1  # seeds
SIDE = 32
BACKGROUND = 0.5
MAX_UNSEEN = 0.05  # of the way from real pictures to plain grey
MIN_PRECISION = 0.8
Damage = Callable[[Tensor], Tensor]
UNSEEN: Mapping[str, Damage] = {
    "noise of 2/255": partial(damage.noise, sigma=2),
    "JPEG of quality 95": partial(damage.jpeg, quality=95),
    "a shift by half a pixel": partial(damage.shift, right_px=0.5),
}
# From little to much.
SEEN: Mapping[str, tuple[Damage, Damage]] = {
    "noise": (partial(damage.noise, sigma=16), partial(damage.noise, sigma=48)),
    "blur": (partial(damage.blur, sigma_px=1), partial(damage.blur, sigma_px=2)),
    "plain grey among them": (
        partial(damage.some_grey, share=0.25),
        partial(damage.some_grey, share=0.75),
    ),
    "a collapse to a few": (
        partial(damage.prototypes, count=4),
        partial(damage.prototypes, count=1),
    ),
}


def objects(seed: int) -> Domain:
    """Striped discs of any size and colour, each on flat grey, as rendered objects are."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    pictures = np.full((N, 3, SIDE, SIDE), BACKGROUND)
    for picture in pictures:
        (cx, cy), (rx, ry) = rng.uniform(0.4, 0.6, 2), rng.uniform(0.2, 0.35, 2)
        inside = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1
        stripes = 0.15 * np.sign(np.sin(rng.uniform(0, 6) + x * rng.uniform(16, 32)))
        colour = rng.uniform(0.2, 0.8, 3)[:, None, None]
        picture[:] = np.where(inside, colour + stripes, picture)
    samples = torch.from_numpy((255 * pictures.clip(0, 1)).round().astype(np.uint8))
    return Domain(samples, {"azimuth_deg": np.zeros(N), "colour": np.zeros(N, dtype=bool)})


def scored_by(subject: Subject, shown: Domain) -> Callable[[Damage], dict[str, float]]:
    """The numbers of `shown` with some damage, compared with real pictures as they are.

    Raises NotApplicable for a metric that compares no features of two sets, or cannot here.
    """
    metric: Metric = subject.loaded()
    if not isinstance(metric, FidelityMetric):
        raise NotApplicable("it is no FidelityMetric")
    split, shape = Split(objects(REAL), objects(REAL)), (3, SIDE, SIDE)
    spec = replace(IMAGES, A=shape, B=shape)

    def view(harm: Damage) -> DirectionView:
        fakes = harm(shown.samples).float() / 255
        return view_of(subject, Scene("objects", spec, split, fakes), fakes, fakes)

    reason = metric.why_not(view(damage.untouched))
    if reason is not None:
        raise NotApplicable(reason)
    return lambda harm: numbers(computed(metric, view(harm)))


def distances(metric: type[Metric], found: Mapping[str, float]) -> dict[str, float]:
    """Those of its columns of which less is better, where they have numbers."""
    return {
        name: found[name]
        for name, column in metric.columns.items()
        if name in found and column.higher_is_better is False
    }


def check_what_nobody_sees_moves_no_distance(subject: Subject) -> None:
    """Of image features: noise of 2/255, JPEG of quality 95 and a shift by half a pixel move each
    distance by at most 5 % of its way from real pictures to plain grey, and real pictures with
    them have a precision of 0.8 or more.
    """
    others, same = (scored_by(subject, objects(seed)) for seed in (OTHER_REAL, REAL))
    whole, grey = others(damage.untouched), others(damage.grey)
    for what, harm in UNSEEN.items():
        for name, value in distances(subject.loaded, others(harm)).items():
            way, moved = abs(grey[name] - whole[name]), abs(value - whole[name])
            require(
                moved <= MAX_UNSEEN * way,
                f"{what}, which nobody sees, moves '{name}' by {moved:.3g}, and plain grey by "
                f"{way:.3g}: take features below a floor of noise, as extractor 'visible' does",
            )
        for name, value in same(harm).items():
            require(
                not name.startswith("precision") or value >= MIN_PRECISION,
                f"{what}, which nobody sees, leaves '{name}' of real pictures at {value:.2f}",
            )


def check_worse_damage_is_farther(subject: Subject) -> None:
    """Of image features: noise, blur, plain grey among the pictures and a collapse to a few move
    each distance away from that of real pictures, the more the stronger they are.
    """
    of = scored_by(subject, objects(OTHER_REAL))
    whole = distances(subject.loaded, of(damage.untouched))
    for what, (little, much) in SEEN.items():
        less, more = (distances(subject.loaded, of(harm)) for harm in (little, much))
        for name, value in whole.items():
            require(
                value < less[name] < more[name],
                f"'{name}' is {value:.3g} for real pictures, {less[name]:.3g} for little {what} "
                f"and {more[name]:.3g} for much",
            )
