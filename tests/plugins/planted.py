"""Translations with known faults, planted as references, and what the metrics make of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts.reference import Reference
from ganbench.contracts.task import Domain, Task
from ganbench.evaluation.evaluate import evaluate, translations_of_reference
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.fidelity.weights import places
from ganbench.evaluation.probes import probes_of
from ganbench.registry.registry import discover

ORACLE, REAL, IDENTITY = (
    discover().load("reference", name) for name in ("oracle", "real", "identity")
)


SHARES = (0.25, 0.5, 0.75)  # of a failure, between the oracle and all of it


class Planted(Reference):
    """A fault made from the two domains of the split: (source, target, rng) to samples."""

    def __init__(self, make: Callable[[Domain, Domain, np.random.Generator], Tensor]) -> None:
        self.make = make

    def fakes(self, *given: Any) -> Tensor:
        _, split, source, target, rng = given
        return self.make(split.domain(source), split.domain(target), rng)


def collapsed(source: Domain, target: Domain, rng: np.random.Generator) -> Tensor:
    """One real sample of the target, whatever the input."""
    return target.samples[:1].repeat_interleave(len(source), 0)


def mirrored_oracle(source: Domain, target: Domain, rng: np.random.Generator) -> Tensor:
    """A right answer for the input of the mirrored azimuth."""
    right = np.isclose(-source.truth["azimuth_deg"][:, None], target.truth["azimuth_deg"][None])
    return target.samples[(right * rng.random(right.shape)).argmax(1)]


class Mixed(Reference):
    """A share of the inputs goes to one reference, the rest to another."""

    def __init__(self, first: Reference, second: Reference, share_of_second: float) -> None:
        self.first, self.second, self.share = first, second, share_of_second

    def fakes(self, *given: Any) -> Tensor:
        one, other = (reference.fakes(*given) for reference in (self.first, self.second))
        rng = given[-1]
        chosen = torch.from_numpy(rng.random(len(one)) < self.share)
        return torch.where(chosen.view(-1, *[1] * (one.ndim - 1)), other, one)


def mixtures(failure: str, planted: Reference) -> dict[str, Reference]:
    """The oracle's and the failure's translations mixed, by name and share."""
    return {f"{failure} {share}": Mixed(ORACLE(), planted, share) for share in SHARES}


def towards(failure: str, found: Mapping[str, dict[str, float]]) -> list[dict[str, float]]:
    """The scores of the oracle, of the mixtures and of the failure."""
    return [found[name] for name in ("oracle", *(f"{failure} {s}" for s in SHARES), failure)]


SLOW = ("visible", "efficientnet_lite0", "perceptual", "resemblance")


def make_task(name: str, size: int, cache_dir: Path, **options: Any) -> Task:
    task_type = discover().load("task", name)
    preset = task_type.presets["smoke"]
    if size:
        preset = type(preset)("smoke", preset.budget_steps, preset.width, size=size)
    source = next(iter(task_type.sources))
    task: Task = task_type(
        task_type.options_type(**options), preset, source, {}, cache_dir / "data"
    )
    task.prepare(lambda line: None)
    return task


def scores(
    task: Task,
    references: Mapping[str, Reference],
    cache_dir: Path,
    more: Sequence[str] = (),
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Metrics of each reference's translations of A, on the test split and through a trained
    probe: the task's own that need no image features, and `more` of them.
    """
    registry, split = discover(), task.load("test")
    own = [name for name in task.metrics if name not in SLOW]
    metrics = {name: registry.load("metric", name)() for name in (*own, *more)}
    probe = probes_of(task, cache_dir, {"planted": task.fingerprint()})
    reader = FeatureReader(places(cache_dir, None), cache_dir, "cpu")
    found = {}
    for name, reference in references.items():
        translations = translations_of_reference(reference, task, split, seed)
        from_A = {"AB": translations["AB"]}
        scored = evaluate(from_A, split, task.spec, metrics, probe, reader)
        found[name] = {k: v for k, v in scored.metrics.items() if not isinstance(v, str)}
    return found
