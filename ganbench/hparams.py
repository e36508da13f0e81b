"""Hyper-parameters as frozen dataclasses, settable from text with one clear error a mistake."""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from ganbench.errors import UserError, unknown

T = TypeVar("T")


def parse_value(text: str, annotation: Any, where: str) -> Any:
    """The value that `text` spells for a field of type `annotation`.

    Takes int, float, str, bool and Literal of strings. Raises UserError for anything else.
    """
    if typing.get_origin(annotation) is Literal:
        choices = [str(choice) for choice in typing.get_args(annotation)]
        if text not in choices:
            raise unknown("value", text, choices, where)
        return text
    if annotation is bool:
        if text.lower() in {"true", "false"}:
            return text.lower() == "true"
        raise UserError(f"'{text}' is neither true nor false", where, "write true or false")
    if annotation is str:
        return text
    try:
        value = annotation(text)
    except (TypeError, ValueError):
        kind = {int: "a whole number", float: "a number"}.get(annotation, str(annotation))
        raise UserError(f"'{text}' is not {kind}", where, f"give {kind}") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise UserError(f"'{text}' is not a finite number", where, "give a finite number")
    return value


def replace_from_text(base: T, changes: Mapping[str, str], where: str) -> T:
    """`base`, a frozen dataclass, with some fields set from their text.

    Raises UserError for an unknown field (with the closest name) or a wrong type, and whatever
    UserError the dataclass itself raises for a value out of its range.
    """
    hints = typing.get_type_hints(type(base))
    known = {f.name for f in dataclasses.fields(base)}  # type: ignore[arg-type]
    values = {}
    for key, text in changes.items():
        spot = f"--set {where}.{key}={text}"
        if key not in known:
            raise unknown("option", key, known, spot)
        values[key] = parse_value(text, hints[key], spot)
    return dataclasses.replace(base, **values)  # type: ignore[type-var]


def require(condition: bool, name: str, value: object, wanted: str) -> None:
    """Raises UserError where a hyper-parameter is out of its range."""
    if not condition:
        raise UserError(f"{name}={value} is out of range", name, f"give {wanted}")


@dataclasses.dataclass(frozen=True)
class HParams:
    """What every model has: the optimiser (Adam), the batch, and which updates a step does.

    schedule: phases, cycled over the steps; each is "D", "G" or "DG" (D first, then G, on the
        same fakes). The authors' code runs "D,G,G".
    """

    lr: float = 2e-4
    beta1: float = 0.5
    beta2: float = 0.999
    weight_decay: float = 1e-4
    batch_size: int = 200
    schedule: str = "DG"

    def __post_init__(self) -> None:
        require(self.lr > 0, "lr", self.lr, "a positive number")
        for name in ("beta1", "beta2"):
            value = getattr(self, name)
            require(0 <= value < 1, name, value, "a number from 0 up to, not including, 1")
        require(self.weight_decay >= 0, "weight_decay", self.weight_decay, "0 or more")
        require(self.batch_size >= 1, "batch_size", self.batch_size, "1 or more")
        known = {"D", "G", "DG"}
        good = bool(self.phases) and set(self.phases) <= known
        require(good, "schedule", self.schedule, "phases D, G or DG, such as D,G,G")

    @property
    def phases(self) -> tuple[str, ...]:
        return tuple(self.schedule.split(","))


@dataclasses.dataclass(frozen=True)
class AdversarialHParams(HParams):
    """Adds the share of feature matching in the adversarial term (0 in the paper's text)."""

    feat_share: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 <= self.feat_share <= 1, "feat_share", self.feat_share, "a share from 0 to 1")


@dataclasses.dataclass(frozen=True)
class ReconstructionHParams(AdversarialHParams):
    """Adds the reconstruction's distance and the weights of realism and reconstruction.

    lambda_adv, lambda_rec: from step `warmup_steps` on; before it the `_start` values hold.
    """

    distance: Literal["l1", "l2", "huber"] = "l2"
    lambda_adv: float = 1.0
    lambda_rec: float = 1.0
    lambda_adv_start: float = 1.0
    lambda_rec_start: float = 1.0
    warmup_steps: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("lambda_adv", "lambda_rec", "lambda_adv_start", "lambda_rec_start"):
            require(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")
        require(self.warmup_steps >= 0, "warmup_steps", self.warmup_steps, "0 or more")
