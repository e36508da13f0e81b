"""A length of training in samples seen, which models of any batch can have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KIMG = "kimg"  # thousands of samples of a domain
MIN_KIMG, MAX_KIMG = 0.001, 1e6
STEPS = "budget_steps"
PLUS = "+"  # between a preset's own name and each change of it


def name_and_changes(preset: str) -> tuple[str, dict[str, str]]:
    """The parts of a preset's name such as "quick+budget_steps=40+network=unet"."""
    name, *changes = preset.split(PLUS)
    return name, dict(change.partition("=")[::2] for change in changes)


def kimg_of(preset: str) -> float | None:
    """The thousands of samples in a preset's name; None where it has a number of steps, and where
    no run wrote it: rows of a user's own preset may have any name.
    """
    _, changes = name_and_changes(preset)
    try:
        return float(changes[KIMG])
    except (KeyError, ValueError):
        return None


def shared_budget(budget: Mapping[str, Any], preset: str) -> dict[str, Any]:
    """What the rows of a setting have alike of their budgets: the samples, where it is as long as
    these, for they are other steps of other batches.
    """
    kimg = kimg_of(preset)
    if kimg is None:
        return dict(budget)
    return {name: value for name, value in budget.items() if name != STEPS} | {KIMG: kimg}
