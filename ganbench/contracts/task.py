"""The task contract: two domains, three splits, and a ground truth that only metrics see."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from ganbench.core.errors import UserError
from ganbench.core.kinds import DataKind
from ganbench.core.reports import Report
from ganbench.core.seeds import seed_for
from ganbench.core.spec import (
    DEFAULT_READING,
    JSON,
    Architecture,
    DataSpec,
    DomainName,
    Preset,
    Reading,
    SplitName,
)


@dataclass(frozen=True)
class Jitter:
    """Training sees random crops, as large as the samples, of the same pictures in a larger size.

    larger: uint8 (n, C, h, w). mirrored: of every second crop, by chance, the mirror image.
    """

    larger: Tensor
    mirrored: bool


@dataclass(frozen=True)
class Domain:
    """Samples of one domain in one split.

    samples: uint8 images (n, C, H, W), float32 points (n, D), tokens, bool (n, positions, words)
        with one word at each position, or attributes, bool (n, attributes).
    truth: per-sample ground truth, each (n, ...); models never see it.
    constants: ground truth of the domain as a whole, such as the modes' centres.
    jitter: how training sees the samples; None for as they stand. All else sees `samples`.
    """

    samples: Tensor
    truth: Mapping[str, np.ndarray] = field(default_factory=dict)
    constants: Mapping[str, np.ndarray] = field(default_factory=dict)
    jitter: Jitter | None = None

    def __len__(self) -> int:
        return len(self.samples)

    def take(self, index: np.ndarray) -> Domain:
        """The samples at `index`, int64 (k,), in its order, with their truth."""
        truth = {name: values[index] for name, values in self.truth.items()}
        places = torch.from_numpy(index)
        jitter = self.jitter and replace(self.jitter, larger=self.jitter.larger[places])
        return Domain(self.samples[places], truth, self.constants, jitter)

    @property
    def drawn_from(self) -> Tensor:
        """The pictures of which training draws."""
        return self.samples if self.jitter is None else self.jitter.larger

    def shuffled(self, *purpose: str) -> Domain:
        """In an order of its own, so that no pairing with the other domain can leak."""
        order = np.random.default_rng(seed_for(0, "shuffle", *purpose)).permutation(len(self))
        return self.take(order)


@dataclass(frozen=True)
class Split:
    """The samples of both domains in one split."""

    A: Domain
    B: Domain

    def domain(self, name: DomainName) -> Domain:
        return self.A if name == "A" else self.B


@dataclass(frozen=True)
class NoOptions:
    """For a task that has nothing to set."""


class Task(ABC):
    """One translation problem. Its data depend on options, preset and paths, never on a model.

    sources: each data source and the names of the `--data NAME=PATH` that it needs; the first
        without any is the default.
    kinds: of its domains, such as ("tokens", "image"), where they are not images alone or points
        alone; a cell's identity has the networks of these kinds.
    presets: by name; `smoke`, `quick` and `paper`.
    preset_options: options that a preset sets; the user's own `--set` overrides them.
    metrics: the metric plugins that score the task, in the order of the table.
    references: the reference plugins that give its metrics their scale.
    selected_by: the column by which, on the validation split, one of a model's checkpoints is
        chosen; empty for none.
    """

    sources: ClassVar[Mapping[str, tuple[str, ...]]]
    kinds: ClassVar[tuple[DataKind, ...]] = ()
    presets: ClassVar[Mapping[str, Preset]]
    preset_options: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    metrics: ClassVar[tuple[str, ...]] = ()
    references: ClassVar[tuple[str, ...]] = ()
    selected_by: ClassVar[str] = ""
    default_recipe: ClassVar[str] = "stable"
    options_type: ClassVar[type[Any]] = NoOptions

    def __init__(
        self,
        options: Any,
        preset: Preset,
        source: str,
        paths: Mapping[str, Path],
        cache_dir: Path,
        reading: Reading = DEFAULT_READING,
    ) -> None:
        self.options = options
        self.preset = preset
        self.source = source
        self.paths = paths
        self.cache_dir = cache_dir
        self.reading = reading

    @property
    @abstractmethod
    def spec(self) -> DataSpec:
        """The shapes of the two domains."""

    @property
    def architecture(self) -> Architecture:
        """The networks' size, the same for every model."""
        return Architecture(self.preset.width)

    @abstractmethod
    def fingerprint(self) -> JSON:
        """What the data depend on, as JSON: equal fingerprints mean equal data."""

    @abstractmethod
    def prepare(self, report: Report) -> None:
        """Make or read what `load` needs, once, into the cache. `report` takes progress lines."""

    @abstractmethod
    def load(self, split: SplitName) -> Split:
        """The two domains of a split, each in a random order of its own.

        Raises UserError where the data have no such split.
        """

    def matches(self, split: Split, source: DomainName, target: DomainName) -> np.ndarray:
        """Which target samples are right translations of which inputs: bool, (inputs, targets).

        By default the targets that agree with the input in the most attributes of `spec.kept`;
        angles agree with the nearest. Only references see it, never a model. Raises
        UserError where the data do not know the attributes.
        """
        inputs, targets = split.domain(source).truth, split.domain(target).truth
        if not self.spec.kept or {*self.spec.kept} - ({*inputs} & {*targets}):
            raise UserError("this task does not know which translations are right")
        count = sum(agreement(inputs[name], targets[name]) for name in self.spec.kept)
        right: np.ndarray = count == np.max(count, axis=1, keepdims=True)
        return right

    def data_key(self) -> JSON:
        """The fingerprint, and whether unreadable files of a user's data are left out."""
        leaves_out = self.reading.skip_unreadable and bool(self.paths)
        return {**self.fingerprint(), **({"skip_unreadable": True} if leaves_out else {})}

    def options_json(self) -> JSON:
        return asdict(self.options)


def agreement(inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """1 where two labels agree, else 0: (inputs, targets). Numbers agree with the nearest."""
    if inputs.dtype.kind == "f":
        distance = np.abs(inputs[:, None] - targets[None, :])
        same = np.isclose(distance, distance.min(axis=1, keepdims=True))
    else:
        same = np.equal(inputs[:, None], targets[None, :])
    return np.asarray(same, dtype=np.int64)


def choose_source(task: type[Task], name: str, folders: Mapping[str, Path]) -> str:
    """The source that the names of the `--data` options select.

    folders: by name, as `--data NAME=DIR` has them. Raises UserError where no source takes these
    names.
    """
    for source, needs in task.sources.items():
        if set(needs) == set(folders):
            return source
    ways = " or ".join(
        " ".join(f"--data {need}=DIR" for need in needs) or "no --data at all"
        for needs in task.sources.values()
    )
    names = ", ".join(sorted(folders)) or "none"
    raise UserError(
        f"task {name} cannot use this --data (given: {names})", "--data", f"give {ways}"
    )
