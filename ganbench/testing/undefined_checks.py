"""No metric makes a number of what is none: NaN in translations, readings and features."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts.metric import Features, Metric, Probe, Samples
from ganbench.evaluation.evaluate import DirectionView, Translation
from ganbench.testing.known_features import KnownFeatures
from ganbench.testing.metric_checks import ByBrightness, Scene, computed, met, numbers, shown
from ganbench.testing.subjects import Subject, require

Spoil = Callable[[Tensor], Tensor]


def one_nan(values: Tensor) -> Tensor:
    """Of (n, ...), the first."""
    copied = values.float().clone()
    copied[0] = torch.nan
    return copied


def all_nan(values: Tensor) -> Tensor:
    return torch.full_like(values.float(), torch.nan)


FAULTS: Mapping[str, Spoil] = {"one of": one_nan, "all of": all_nan}


def noise(values: Tensor) -> Tensor:
    """Others of the same shape, so that whatever depends on them changes."""
    generator = torch.Generator().manual_seed(round(float(values.double().sum())) % 2**31)
    return torch.rand(values.shape, generator=generator)


@dataclass(frozen=True)
class SpoiltProbe:
    """Reads as another does, and spoils what it has read."""

    probe: Probe
    spoil: Spoil

    def predict(self, samples: Tensor) -> np.ndarray:
        read = self.probe.predict(samples)
        spoilt: np.ndarray = self.spoil(torch.from_numpy(read)).numpy()
        return spoilt


@dataclass(frozen=True)
class SpoiltFeatures:
    """Features and perceptual distances of a view, spoilt."""

    features: Features
    spoil: Spoil

    def of(self, which: Samples, extractor: str) -> Mapping[str, Tensor]:
        features = self.features.of(which, extractor)
        return {name: self.spoil(values) for name, values in features.items()}

    def missing(self, extractor: str) -> str:
        return self.features.missing(extractor)

    def protocol(self, extractor: str) -> Mapping[str, str]:
        return self.features.protocol(extractor)

    def perceptual_distances(self, a: Tensor, b: Tensor) -> Tensor:
        return self.spoil(self.features.perceptual_distances(a, b))


def untouched(values: Tensor) -> Tensor:
    return values


def view_with(
    subject: Subject,
    scene: Scene,
    made: Spoil = untouched,
    read: Spoil | None = None,
    features: Features | None = None,
) -> DirectionView:
    """A perfect model's view, all that the model makes or its probes read spoilt.

    features: in place of the view's own.
    """
    translation = Translation(
        fakes=lambda: made(scene.perfect),
        reconstructions=lambda: made(scene.inputs),
        initial=lambda: scene.noise,
        again=made,
        variant=lambda samples, seed: made(samples * (0.5 + 0.1 * seed)),
        judge=lambda samples: torch.full((len(samples),), 0.5),
    )
    view = shown(subject, scene, translation)
    if read is not None:
        view.probe = lambda attribute: SpoiltProbe(ByBrightness(attribute), read)
    if features is not None:
        view.features = features
    return view


def opposite(values: Tensor) -> Tensor:
    """Another reading of each: the other class, another angle."""
    return ~values if values.dtype == torch.bool else 40 - values / 2


def check_what_is_not_finite_gives_no_number(subject: Subject) -> None:
    """Of translations, readings of a probe or features with a NaN, be it in one or in all, no
    number is given that depends on them: it is not finite, or a reason stands in its place.
    """
    for scene, _, metric in met(subject):
        features = KnownFeatures(view_with(subject, scene).features, subject.distances)
        sound = numbers(scored(metric, view_with(subject, scene, features=features)))
        for part, (other, show) in spoilt_parts(subject, scene, features).items():
            changed = numbers(scored(metric, show(other)))
            depending = [name for name in sound if changed.get(name, sound[name]) != sound[name]]
            for share, spoil in FAULTS.items() if depending else ():
                values = numbers(scored(metric, show(spoil)))
                for name in depending:
                    require(
                        not math.isfinite(values.get(name, math.nan)),
                        f"'{name}' of {scene.name} is {values.get(name)} though {share} {part} is "
                        "NaN: let it stay NaN, or look with `only_finite` and `readings`",
                    )


def spoilt_parts(
    subject: Subject, scene: Scene, features: Features
) -> Mapping[str, tuple[Spoil, Callable[[Spoil], DirectionView]]]:
    """Each part of a view with what changes it, and the view where it alone is spoilt. Where the
    translations stay so do their `features`, which are read once for all.
    """
    return {
        "the translations": (noise, lambda spoil: view_with(subject, scene, made=spoil)),
        "the probe's readings": (
            opposite,
            lambda spoil: view_with(subject, scene, read=spoil, features=features),
        ),
        "the features": (
            noise,
            lambda spoil: view_with(subject, scene, features=SpoiltFeatures(features, spoil)),
        ),
    }


def scored(metric: Metric, view: DirectionView) -> Mapping[str, float | str]:
    """Nothing of a view that the metric does not support."""
    return {} if metric.why_not(view) is not None else computed(metric, view)
