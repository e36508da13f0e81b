"""Options as frozen dataclasses, set from text with one clear error a mistake."""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Literal, TypeVar

from ganbench.core.errors import UserError, unknown

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


def each_from_text(base: T, changes: Mapping[str, Sequence[str]], where: str) -> tuple[T, ...]:
    """`base` once for each combination of the fields' values, in their order; without repeats.

    A text may hold several values with commas between, but of a field that is a text itself.
    Raises UserError as `replace_from_text` does.
    """
    hints = typing.get_type_hints(type(base))
    values = [
        [one for text in texts for one in ([text] if hints.get(key) is str else text.split(","))]
        for key, texts in changes.items()
    ]
    found: list[T] = []
    for combination in product(*values):
        each = replace_from_text(base, dict(zip(changes, combination, strict=True)), where)
        found += [] if each in found else [each]
    return tuple(found)


def require_range(condition: bool, name: str, value: object, wanted: str) -> None:
    """Raises UserError where a hyper-parameter is out of its range.

    condition: whether it is in its range. name, value: the hyper-parameter's. wanted: the range, in
        words, such as "0 or more".
    """
    if not condition:
        raise UserError(f"{name}={value} is out of range", name, f"give {wanted}")
