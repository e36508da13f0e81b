"""The metric contract: numbers about one direction of one trained model on the scored split."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, cast, get_args, runtime_checkable

import numpy as np
from torch import Tensor

from ganbench.contracts.task import Domain
from ganbench.core.errors import Undefined
from ganbench.core.figures import Figure
from ganbench.core.large_tensors import only_finite
from ganbench.core.spec import (
    ANGLE_ENDING,
    JSON,
    Column,
    DataSpec,
    Direction,
    DomainName,
    sides,
)

Samples = Literal["inputs", "targets", "fakes"]


class Probe(Protocol):
    """A regressor of one attribute, trained on the train split of both domains."""

    def predict(self, samples: Tensor) -> np.ndarray:
        """The attribute of float samples (n, ...), shape (n,)."""


@runtime_checkable
class ReadsClasses(Protocol):
    """A probe of classes also has the values that it can read: those of its train samples."""

    classes: np.ndarray


class Features(Protocol):
    """What pretrained networks see in the samples of a view; read once for all metrics. Raises
    Undefined for samples that are not finite.
    """

    def of(self, which: Samples, extractor: str) -> Mapping[str, Tensor]:
        """`features` (n, d) and, of some extractors, `logits`, float32 on the CPU; of the first
        MAX_IMAGES samples where there are more.
        """

    def missing(self, extractor: str) -> str:
        """Why an extractor cannot be used here, and the fix; or nothing."""

    def protocol(self, extractor: str) -> Mapping[str, str]:
        """The extractor, the hash of its weights, and how images get to it."""

    def perceptual_distances(self, a: Tensor, b: Tensor) -> Tensor:
        """(n,) of pairs of float images, by the embedded extractor."""


class View(Protocol):
    """What a metric may look at, for one direction. Everything is computed once."""

    spec: DataSpec
    source: DomainName
    target: DomainName

    @property
    def inputs(self) -> Domain:
        """The source domain's scored split."""

    @property
    def targets(self) -> Domain:
        """The target domain's scored split: real samples."""

    @property
    def input_samples(self) -> Tensor:
        """The inputs as the model sees them: float, (n, ...)."""

    @property
    def target_samples(self) -> Tensor:
        """The real target samples, float."""

    @property
    def fakes(self) -> Tensor:
        """The translations of the inputs, float, in their order."""

    @property
    def reconstructions(self) -> Tensor | None:
        """The inputs after the way there and back, or None."""

    @property
    def initial_fakes(self) -> Tensor | None:
        """The translations before training; None for a reference."""

    def again(self, samples: Tensor) -> Tensor | None:
        """Float samples after the same translation once more; None for a reference."""

    def variant(self, samples: Tensor, seed: int) -> Tensor | None:
        """Other translations of float samples, by the seed; None where a model has one output."""

    @property
    def features(self) -> Features:
        """What pretrained networks see in the samples."""

    def judge(self, samples: Tensor) -> Tensor | None:
        """D's probabilities (n,) that float samples of the target domain are real, or None."""

    def probe(self, attribute: str) -> Probe:
        """A regressor of `attribute`."""


class NotKnownYet(Exception):
    """More of a view is asked for than what the data's spec tells."""


@dataclass(frozen=True)
class SpecView:
    """A View before there is any translation: it has a spec and a direction, and nothing else."""

    spec: DataSpec
    source: DomainName
    target: DomainName

    def __getattr__(self, name: str) -> Any:
        raise NotKnownYet(name)


class Metric(ABC):
    """A plugin gives one or more columns, for one direction at a time.

    columns: by name, without the ending of the direction. A name with a star, such as
        `preserved_*`, stands for a family of columns. The first one with a better end is the main
        one, which short tables show.
    figures: by name, what is drawn of `arrays` into `figures/TASK-NAME.png` of a run.
    over_training: whether its curve over a training is measured too; False where that takes
        seconds a time. The metric by which a task chooses a checkpoint is measured in any case.
    any_kinds: whether `unsupported` itself tells domains of every kind, and of two kinds, apart;
        else the metric is for images alone, and for points alone.
    every_task: whether it scores all tasks whose data it supports; else those that name it, and
        where it is asked for. Written as a literal, for it is read before the plugin is run.
    after: of those that score all tasks, the one whose columns its own follow; empty for the place
        that its name gives.
    """

    columns: ClassVar[Mapping[str, Column]]
    figures: ClassVar[Mapping[str, Figure]] = {}
    over_training: ClassVar[bool] = True
    any_kinds: ClassVar[bool] = False
    every_task: ClassVar[bool] = False
    after: ClassVar[str] = ""

    def why_never(self, spec: DataSpec) -> str | None:
        """Why it can score no translation of such data, in neither direction, or None: what
        `why_not` says by the spec alone.
        """
        reasons = []
        for direction in get_args(Direction):
            try:
                reasons.append(self.why_not(cast(View, SpecView(spec, *sides(direction)))))
            except NotKnownYet:
                return None
        return reasons[0] if all(reasons) else None

    def why_not(self, view: View) -> str | None:
        """Why it cannot score such data, or None: kinds that it does not know, or what
        `unsupported` says.
        """
        special = None if self.any_kinds else view.spec.special_kind()
        return f"it knows no {special}" if special else self.unsupported(view)

    def unsupported(self, view: View) -> str | None:
        """Why not for such data, or None. The columns are then `skipped: reason` in the row.

        It is called before training too, with nothing but `spec`, `source` and `target`, so that
        what they rule out need not be trained for: look at them first.
        """
        return None

    @abstractmethod
    def compute(self, view: View) -> Mapping[str, float | str]:
        """A finite number for each column, and for any of its families. Or a text in its place:
        "skipped: reason" where it is not computed, "undefined: reason" where it does not exist.
        Raises Undefined where no column has a number.
        """

    def protocol(self, view: View) -> JSON:
        """What its numbers depend on, other than the samples, their split and their size."""
        return {}

    def arrays(self, view: View) -> Mapping[str, np.ndarray]:
        """Arrays to store in the cell's folder, by name; `figures` are drawn from them."""
        return {}


def readings(probe: Probe, samples: Tensor, what: str = "translations") -> np.ndarray:
    """What a probe reads off float samples (n, ...), shape (n,). what: their name in a reason.

    Raises Undefined where a sample or a reading is not finite, which would compare as a wrong one.
    """
    values = probe.predict(only_finite(samples, what))
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise Undefined(f"some of what the probe reads off {what} is not finite")
    return values


def share_read(
    probe: Probe, samples: Tensor, classes: np.ndarray, what: str = "translations"
) -> float | str:
    """The share of float samples (n, ...) that a probe reads as having `classes` (n,).

    "undefined: reason" where the probe has never seen one of them, for then it reads it as another.
    Raises Undefined as `readings` does.
    """
    if isinstance(probe, ReadsClasses):
        unseen = np.setdiff1d(classes, probe.classes)
        if len(unseen):
            return f"undefined: no train sample is '{unseen[0]}', so no probe reads it"
    return float((readings(probe, samples, what) == classes).mean())


def mean_or_reason(values: Sequence[float | str]) -> float | str:
    """The mean of one or more numbers, or the first text that stands in place of one."""
    reasons = [value for value in values if isinstance(value, str)]
    return reasons[0] if reasons else float(np.mean([float(value) for value in values]))


def kept_classes(view: View) -> list[str]:
    """The names in `spec.kept`, without angles, that the inputs' truth has in more than one value.

    None where a domain has no pixels, for no probe reads it.
    """
    if view.spec.lacks_pixels("probes"):
        return []
    known = [name for name in view.spec.kept if not name.endswith(ANGLE_ENDING)]
    truth = view.inputs.truth if known else {}
    return [name for name in known if name in truth and len(np.unique(truth[name])) > 1]
