"""Scores translations on one split: one pass of translations feeds every metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts.metric import Features, Metric, Probe, Samples
from ganbench.contracts.model import Model
from ganbench.contracts.reference import Reference
from ganbench.contracts.task import Domain, Split, Task
from ganbench.core.errors import Undefined
from ganbench.core.kinds import IMAGES
from ganbench.core.large_tensors import all_finite, batched, gather, only_finite
from ganbench.core.memory import in_pieces
from ganbench.core.seeds import seed_for
from ganbench.core.spec import (
    JSON,
    MAX_IMAGES,
    ColumnKey,
    DataSpec,
    Direction,
    DomainName,
    column_of,
    sides,
)
from ganbench.evaluation.fidelity.extractors import EMBEDDED
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.fidelity.perceptual import perceptual_distances
from ganbench.networks.averages import evaluation_mode
from ganbench.networks.inputs import as_input
from ganbench.results.records import number_or_reason

MAX_SAMPLES, MAX_NUMBERS = 256, 256 * 3 * 64 * 64  # of a batch; larger images take fewer
STORED_SAMPLES = 10
MAX_VARIANTS = 3
DIRECTIONS: tuple[Direction, ...] = ("AB", "BA")
Scores = dict[str, float | str]


@dataclass(frozen=True)
class Translation:
    """One direction of a model's or a reference's translations. None where it has no such thing.

    fakes, reconstructions, initial: float samples (n, ...) on the CPU, in the inputs' order;
        `initial` are the translations before training.
    again: float samples, translated so once more.
    variant: float samples, translated with another seed; None where the model has one output.
    judge: the target domain's discriminator, float samples (k, ...) to probabilities (k,).
    """

    fakes: Callable[[], Tensor]
    reconstructions: Callable[[], Tensor | None]
    initial: Callable[[], Tensor | None]
    again: Callable[[Tensor], Tensor | None]
    variant: Callable[[Tensor, int], Tensor | None]
    judge: Callable[[Tensor], Tensor | None]


@dataclass(frozen=True)
class Scored:
    """metrics: numbers and reasons, by the text of a ColumnKey. arrays: those of figures, named
    `<direction>/<array>`. protocol: what the numbers depend on; see `Row`.
    """

    metrics: Scores
    arrays: dict[str, np.ndarray]
    protocol: JSON


def translations_of_model(
    model: Model, untrained: Model, split: Split, device: str
) -> dict[Direction, Translation]:
    """Each direction that the model declares. untrained: the same model as its seed starts it."""

    def translation(source: DomainName, target: DomainName) -> Translation:
        samples = split.domain(source).samples

        def fakes(of: Model) -> Tensor:
            made = in_batches(of, samples, device, lambda x: of.translate(x, target))
            assert made is not None
            return made

        def variant(some: Tensor, seed: int) -> Tensor | None:
            if not model.has_several(target):
                return None
            return in_batches(model, some, device, lambda x: model.translate(x, target, seed))

        return Translation(
            fakes=lambda: fakes(model),
            reconstructions=lambda: in_batches(
                model, samples, device, lambda x: model.reconstruct(x, source)
            ),
            initial=lambda: fakes(untrained),
            again=lambda x: in_batches(
                model, x, device, lambda part: model.translate(part, target)
            ),
            variant=variant,
            judge=lambda points: judged(model, target, points, device),
        )

    return {direction: translation(*sides(direction)) for direction in model.directions}


def translations_of_reference(
    reference: Reference, task: Task, split: Split, seed: int
) -> dict[Direction, Translation]:
    """Both directions of a reference, drawn with `seed`."""

    def translation(direction: Direction) -> Translation:
        rng = np.random.default_rng(seed_for(seed, "reference", direction))
        return Translation(
            fakes=lambda: as_floats(reference.fakes(task, split, *sides(direction), rng)),
            reconstructions=lambda: None,
            initial=lambda: None,
            again=lambda samples: None,
            variant=lambda samples, seed: None,
            judge=lambda points: None,
        )

    return {direction: translation(direction) for direction in DIRECTIONS}


def in_batches(
    model: Model, samples: Tensor, device: str, function: Callable[[Tensor], Tensor | None]
) -> Tensor | None:
    """`function` of the samples, in evaluation mode; None where it gives None."""
    with evaluation_mode(model):
        parts = chain.from_iterable(
            in_pieces(lambda x: function(as_input(x, device)), some) for some in batches_of(samples)
        )
        first = next(parts, None)
        if first is None:
            return None
        results = (part.float().cpu() for part in chain([first], parts) if part is not None)
        return gather(results, len(samples))


def batches_of(samples: Tensor) -> tuple[Tensor, ...]:
    """Of some samples each, so that what a network makes of them in between stays small."""
    return torch.split(samples, min(MAX_SAMPLES, max(1, MAX_NUMBERS // samples[0].numel())))


def as_floats(samples: Tensor) -> Tensor:
    """Samples as models see them, on the CPU."""
    return gather((as_input(some, "cpu") for some in batches_of(samples)), len(samples))


def judged(model: Model, domain: DomainName, samples: Tensor, device: str) -> Tensor | None:
    """Probabilities (n,) that the domain's discriminator takes float samples for real."""
    name = f"D_{domain}"
    if name not in model.discriminators:
        return None
    judge = model.discriminators[name]
    return in_batches(model, samples, device, lambda x: judge(x).scores.sigmoid())


class ViewFeatures:
    """Features of one direction's samples, of the first MAX_IMAGES where there are more; those
    of real ones are cached.

    Raises Undefined for samples that are not finite, for networks see 8 bits, which would hide it.
    """

    def __init__(self, view: DirectionView, reader: FeatureReader) -> None:
        self._view = view
        self._reader = reader
        self._known: dict[tuple[Samples, str], Mapping[str, Tensor]] = {}

    def of(self, which: Samples, extractor: str) -> Mapping[str, Tensor]:
        if (which, extractor) not in self._known:
            self._known[which, extractor] = self._read(which, extractor)
        return self._known[which, extractor]

    def _read(self, which: Samples, extractor: str) -> Mapping[str, Tensor]:
        if which == "fakes":
            parts = batches_of(only_finite(self._view.fakes[:MAX_IMAGES]))
            return self._reader.read(extractor, map(IMAGES.to_stored, parts))
        domain = self._view.inputs if which == "inputs" else self._view.targets
        return self._reader.read_cached(extractor, domain.samples[:MAX_IMAGES])

    def missing(self, extractor: str) -> str:
        return self._reader.missing(extractor)

    def protocol(self, extractor: str) -> Mapping[str, str]:
        return self._reader.extractor(extractor).protocol

    def perceptual_distances(self, a: Tensor, b: Tensor) -> Tensor:
        loaded = self._reader.extractor(EMBEDDED)
        pairs = batched(*(only_finite(x[:MAX_IMAGES], "images") for x in (a, b)))
        distances = [perceptual_distances(loaded, *map(IMAGES.to_stored, pair)) for pair in pairs]
        return torch.cat(distances)


class DirectionView:
    """One direction of the scored translations; each part is computed once, when first used."""

    def __init__(
        self,
        translation: Translation,
        split: Split,
        spec: DataSpec,
        direction: Direction,
        probe: Callable[[str], Probe],
        reader: FeatureReader,
    ) -> None:
        self.features: Features = ViewFeatures(self, reader)
        self.spec = spec
        self.source, self.target = sides(direction)
        self.probe = probe
        self.judge = translation.judge
        self.again = translation.again
        self.variant = translation.variant
        self._translation = translation
        self._split = split

    @property
    def inputs(self) -> Domain:
        return self._split.domain(self.source)

    @property
    def targets(self) -> Domain:
        return self._split.domain(self.target)

    @cached_property
    def input_samples(self) -> Tensor:
        return as_floats(self.inputs.samples)

    @cached_property
    def target_samples(self) -> Tensor:
        return as_floats(self.targets.samples)

    @cached_property
    def fakes(self) -> Tensor:
        return self._translation.fakes()

    @cached_property
    def fakes_are_finite(self) -> bool:
        return all_finite(self.fakes)

    @cached_property
    def reconstructions(self) -> Tensor | None:
        return self._translation.reconstructions()

    @cached_property
    def initial_fakes(self) -> Tensor | None:
        return self._translation.initial()


def evaluate(
    translations: Mapping[Direction, Translation],
    split: Split,
    spec: DataSpec,
    metrics: Mapping[str, Metric],
    probe: Callable[[str], Probe],
    reader: FeatureReader,
) -> Scored:
    """Every metric in every direction, by the text of its ColumnKey.

    probe: by attribute. reader: of image features. The global random state stays as it was.
    """
    scores: Scores = {}
    arrays: dict[str, np.ndarray] = {}
    samples: JSON = {}
    protocols: JSON = {}
    with torch.random.fork_rng(devices=[]):
        for direction, translation in translations.items():
            view = DirectionView(translation, split, spec, direction, probe, reader)
            arrays.update({f"{direction}/samples/{k}": v for k, v in first_samples(view).items()})
            samples[direction] = {"real": len(view.targets), "fake": len(view.inputs)}
            for plugin, metric in metrics.items():
                for name, value in score(metric, view).items():
                    scores[str(ColumnKey(name, direction))] = value
                if metric.why_not(view) is None:
                    if protocol := metric.protocol(view):
                        protocols[plugin] = {"columns": sorted(metric.columns), **protocol}
                    with suppress(Undefined):
                        stored = metric.arrays(view).items()
                        arrays.update({f"{direction}/{name}": np.asarray(v) for name, v in stored})
    return Scored(scores, arrays, {"samples": samples, "metrics": protocols})


def first_samples(view: DirectionView) -> dict[str, np.ndarray]:
    """The first few inputs, translations, other translations of the same, reconstructions, and real
    samples of the target, which belong to none of them; images as uint8,
    tokens as words.
    """
    inputs = view.input_samples[:STORED_SAMPLES]
    samples = {"input": inputs, "fake": view.fakes, "real": view.target_samples[:STORED_SAMPLES]}
    for seed in range(1, 1 + MAX_VARIANTS):
        if (other := view.variant(inputs, seed)) is not None:
            samples[f"fake_{seed}"] = other
    if view.reconstructions is not None:
        samples["rec"] = view.reconstructions
    return {
        name: view.spec.kinds[side].to_array(values[:STORED_SAMPLES], view.spec.words(side))
        for name, values in samples.items()
        for side in [view.source if name in ("input", "rec") else view.target]
    }


def score(metric: Metric, view: DirectionView) -> Scores:
    """The metric's columns as finite numbers, or the reason why there is none.

    Of translations that are not all finite there is none, whatever the metric makes of them.
    """
    single = [name for name in metric.columns if "*" not in name]
    reason = metric.why_not(view)
    if reason is not None:
        return dict.fromkeys(single, f"skipped: {reason}")
    try:
        if not view.fakes_are_finite:
            raise Undefined("some translations are not finite")
        values = metric.compute(view)
    except Undefined as error:
        return dict.fromkeys(single, f"undefined: {error.what}")
    family = [name for name in values if name not in single and column_of(name, metric.columns)]
    return {name: number_or_reason(values[name]) for name in (*single, *family)}
