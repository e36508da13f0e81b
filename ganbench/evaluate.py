"""Scores a trained model on the test split: one pass of translations feeds every metric."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from ganbench.metric import Metric, Probe
from ganbench.model import Model
from ganbench.task import Domain, Split
from ganbench.trainer import as_input
from ganbench.types import DataSpec, Direction, DomainName

EVALUATION_BATCH = 256
SAMPLES_KEPT = 10
Scores = dict[str, float | str]


@dataclass(frozen=True)
class Scored:
    """arrays: what figures draw, named `<direction>/<array>`."""

    metrics: Scores
    arrays: dict[str, np.ndarray]


class DirectionView:
    """One direction of one model on the test split; each part is computed when first asked for."""

    def __init__(
        self,
        model: Model,
        test: Split,
        spec: DataSpec,
        direction: Direction,
        device: str,
        probe: Callable[[str], Probe],
    ) -> None:
        self.spec = spec
        self.source: DomainName = direction[0]  # type: ignore[assignment]
        self.target: DomainName = direction[1]  # type: ignore[assignment]
        self.probe = probe
        self._model = model
        self._test = test
        self._device = device

    @property
    def inputs(self) -> Domain:
        return self._test.domain(self.source)

    @property
    def targets(self) -> Domain:
        return self._test.domain(self.target)

    @cached_property
    def input_samples(self) -> Tensor:
        return as_input(self.inputs.samples, "cpu")

    @cached_property
    def target_samples(self) -> Tensor:
        return as_input(self.targets.samples, "cpu")

    @cached_property
    def fakes(self) -> Tensor:
        made = self._in_batches(lambda x: self._model.translate(x, self.target))
        assert made is not None
        return made

    @cached_property
    def reconstructions(self) -> Tensor | None:
        return self._in_batches(lambda x: self._model.reconstruct(x, self.source))

    def _in_batches(self, function: Callable[[Tensor], Tensor | None]) -> Tensor | None:
        parts = []
        with torch.inference_mode():
            for samples in torch.split(self.inputs.samples, EVALUATION_BATCH):
                part = function(as_input(samples, self._device))
                if part is None:
                    return None
                parts.append(part.float().cpu())
        return torch.cat(parts)


def evaluate(
    model: Model,
    test: Split,
    spec: DataSpec,
    metrics: Mapping[str, Metric],
    device: str,
    probe: Callable[[str], Probe],
) -> Scored:
    """Every metric in every direction of the model. The names of B to A end in `_BA`.

    Evaluation changes neither the model's mode nor the global random state.
    """
    was_training = model.training
    model.eval()
    scores: Scores = {}
    arrays: dict[str, np.ndarray] = {}
    with torch.random.fork_rng(devices=[]):
        for direction in model.directions:
            view = DirectionView(model, test, spec, direction, device, probe)
            suffix = "" if direction == "AB" else f"_{direction}"
            arrays.update({f"{direction}/samples/{k}": v for k, v in first_samples(view).items()})
            for metric in metrics.values():
                for name, value in score(metric, view).items():
                    scores[name + suffix] = value
                if metric.unmet(view) is None:
                    kept = metric.arrays(view).items()
                    arrays.update({f"{direction}/{name}": np.asarray(v) for name, v in kept})
    model.train(was_training)
    return Scored(scores, arrays)


def first_samples(view: DirectionView) -> dict[str, np.ndarray]:
    """The first few inputs, translations and reconstructions; images as uint8."""
    kept = {"input": view.input_samples, "fake": view.fakes}
    if view.reconstructions is not None:
        kept["rec"] = view.reconstructions
    return {name: to_array(values[:SAMPLES_KEPT], view.spec) for name, values in kept.items()}


def to_array(samples: Tensor, spec: DataSpec) -> np.ndarray:
    if spec.kind == "points":
        return samples.numpy()
    return (samples.clamp(0, 1) * 255).round().to(torch.uint8).contiguous().numpy()


def score(metric: Metric, view: DirectionView) -> Scores:
    """The metric's columns as finite numbers, or the reason why there is none."""
    reason = metric.unmet(view)
    if reason is not None:
        return dict.fromkeys(metric.columns, f"skipped: {reason}")
    values = metric.compute(view)
    return {
        name: float(values[name]) if math.isfinite(values[name]) else "undefined: not finite"
        for name in metric.columns
    }
