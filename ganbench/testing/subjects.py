"""The subject of a check: a plugin, and small data to try it on."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts.model import Model
from ganbench.contracts.task import Domain, Split
from ganbench.core.devices import seed_all
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder
from ganbench.registry.registry import Kind, Plugin, Registry

BATCH = 4
SMALL = {"pool_size": 6, "_steps": 5}  # such a pool fills in two batches
TRAINED = 24
SPECS: Mapping[str, DataSpec] = {
    "points of 2 and 3 coordinates": DataSpec("points", (2,), (3,)),
    "points of 2 coordinates": DataSpec("points", (2,), (2,)),
    "images of 1 and 3 channels": DataSpec("image", (1, 16, 16), (3, 16, 16)),
    "images of 3 channels": DataSpec("image", (3, 16, 16), (3, 16, 16)),
    "phrases of 2 and 3 words": DataSpec("tokens", (2, 5), (3, 4)),
    "phrases and images": DataSpec(("tokens", "image"), (3, 5), (3, 16, 16)),
    "attributes and images": DataSpec(("attributes", "image"), (5,), (3, 16, 16)),
}


class CheckFailed(AssertionError):
    """A plugin does not keep to its contract."""


class NotApplicable(Exception):
    """The check says nothing about this plugin; the reason is the message."""


def require(condition: bool, message: str) -> None:
    if not condition:
        raise CheckFailed(message)


Distances = dict[tuple[bytes, bytes], Tensor]
Read = dict[tuple[str | bytes, ...], Mapping[str, Tensor]]
Trainings = dict[DataSpec, tuple[Model, str]]


@dataclass(frozen=True)
class Subject:
    """A plugin under test.

    cache_dir: a folder that the checks may fill.
    distances: perceptual ones that its checks have measured, by the two batches of images.
    read: features that they have read of translations, by the extractor and the batches.
    trainings: from beginning to end, of seed 0, by the data: the model and its log of losses.
    """

    plugin: Plugin
    registry: Registry
    cache_dir: Path
    distances: Distances = field(default_factory=dict, compare=False, repr=False)
    read: Read = field(default_factory=dict, compare=False, repr=False)
    trainings: Trainings = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def loaded(self) -> Any:
        """The plugin's class. Raises UserError where its code fails."""
        kind: Kind = self.plugin.kind or "model"
        return self.registry.load(kind, self.plugin.name)


@dataclass(frozen=True)
class Built:
    """A model on one kind of data."""

    model: Model
    spec: DataSpec
    data: str


def batch(spec: DataSpec, n: int = BATCH, seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {
        domain: kind.noise(n, spec.shape(domain), generator) for domain, kind in spec.kinds.items()
    }


def require_reason(reason: str | None, of: str) -> None:
    """What `unsupported` may give: a reason in words, or None."""
    require(reason is None or bool(reason.strip()), f"unsupported() gives no reason for {of}")


def split_of(spec: DataSpec) -> Split:
    """Train data as a task gives them."""
    drawn = batch(spec, TRAINED, seed=7)
    a, b = (kind.to_stored(drawn[domain]) for domain, kind in spec.kinds.items())
    return Split(Domain(a), Domain(b))


def supported(subject: Subject) -> dict[str, DataSpec]:
    """The kit's data that the model does not refuse. Raises NotApplicable where it refuses all."""
    model: type[Model] = subject.loaded
    specs = {data: spec for data, spec in SPECS.items() if model.why_not(spec) is None}
    if not specs:
        raise NotApplicable("the model supports none of the kit's data")
    return specs


def build(model: type[Model], spec: DataSpec, seed: int = 0, recipe: str = "") -> Model:
    """With the recipe, or the first one where there is none of that name, small networks, pools so
    small that they fill, and short searches of a model's own, which are options that end in _steps.
    """
    recipes = model.recipes(spec)
    hparams = recipes.get(recipe) or next(iter(recipes.values()))
    small: dict[str, Any] = {
        name: most
        for name in (field.name for field in fields(hparams))
        for ending, most in SMALL.items()
        if name.endswith(ending) and getattr(hparams, name) > most
    }
    built = model(replace(hparams, **small))
    width = max(kind.kit_width for kind in spec.kinds.values())
    built.build_seeded(NetworkBuilder(spec, Architecture(width), seed))
    return built


def each(subject: Subject) -> Iterator[Built]:
    """The model, newly built, on each of the data that it supports."""
    for data, spec in supported(subject).items():
        yield Built(build(subject.loaded, spec), spec, data)


def fitted(built: Built) -> Model:
    """With the statistics of the train data, as the trainer starts it."""
    split = split_of(built.spec)
    seed_all(0)
    built.model.fit_statistics(split.A.samples, split.B.samples)
    return built.model


def random_states() -> tuple[bytes, bytes, object]:
    """Of all global generators: torch's, numpy's and Python's."""
    numpys = np.random.get_state(legacy=False)
    return torch.get_rng_state().numpy().tobytes(), pickle.dumps(numpys), random.getstate()


def step_tensor(step: int = 0) -> Tensor:
    return torch.tensor(step)


def total(terms: Mapping[str, Tensor]) -> Tensor:
    return torch.stack([term.float() for term in terms.values()]).sum()
