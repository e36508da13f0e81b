"""How long a cell trains: a preset's budget with the user's changes, in steps or in samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import Any

from ganbench.core.budget import KIMG, PLUS, STEPS
from ganbench.core.spec import Preset


def changed_preset(preset: Preset, changes: Mapping[str, Any]) -> Preset:
    """The preset with the user's changes in its fields and in its name, so that tables tell. Where
    a length in samples is among them, `with_steps` gives the number of steps.
    """
    own = {key: value for key, value in changes.items() if value != getattr(preset, key, None)}
    name = PLUS.join([preset.name, *(f"{key}={text_of(own[key])}" for key in sorted(own))])
    return replace(preset, name=name, **{k: own[k] for k in own if k != KIMG})


def with_steps(preset: Preset, budget: Mapping[str, Any] | None, batch_size: int) -> Preset:
    """The preset with as many steps as show a model the thousands of samples that the budget asks
    for; as it is where it asks for none, or where no batch says how many a step shows.
    """
    kimg = (budget or {}).get(KIMG)
    if not kimg or not batch_size:
        return preset
    return replace(preset, **{STEPS: ceil(round(1000 * kimg, 6) / batch_size)})


def text_of(value: object) -> str:
    """10 for 10.0, so that one budget has one name."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
