"""Whether a training of so many steps is over sooner with compiled ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

LEAST_WARM_UP_SEC = 5.0  # of any model on any machine, until one was measured (docs/speed.md)

# Checked where they are read from a file.
Time = Annotated[float, Meta(gt=0)]
Wait = Annotated[float, Meta(ge=0)]


@dataclass(frozen=True)
class Compiling:
    """Seconds. step: of a compiled one. warm_up: what the first steps take longer than others."""

    step_sec: Time
    warm_up_sec: Wait


@dataclass(frozen=True)
class StepTimes:
    """Of the program that trains some seeds together. plain_sec: of a step that is not compiled.
    compiling: None where it was not tried, for the budget could not pay for it.
    """

    plain_sec: Time
    compiling: Compiling | None = None


@dataclass(frozen=True)
class Decision:
    """why: for the user, and for a row's provenance."""

    is_compiled: bool
    why: str


def may_pay(plain_sec: float, steps: int, least_warm_up_sec: float) -> bool:
    """Whether the steps take longer than a compiler needs at least, so that compiled ones could pay
    if they took no time.
    """
    return steps * plain_sec > least_warm_up_sec


def decision(times: StepTimes, steps: int, least_warm_up_sec: float) -> Decision:
    """On a training of so many steps."""
    plain, compiling = times.plain_sec, times.compiling
    if compiling is None:
        return Decision(
            False,
            f"{steps:,} steps take {text_of(steps * plain)}, and compiling alone takes "
            f"{text_of(least_warm_up_sec)} or more, so it is not compiled",
        )
    saved = steps * (plain - compiling.step_sec)
    pays = saved > compiling.warm_up_sec
    return Decision(
        pays,
        f"compiled steps are {plain / compiling.step_sec:.2f} times as fast after "
        f"{text_of(compiling.warm_up_sec)}; {steps:,} steps {'save' if saved >= 0 else 'lose'} "
        f"{text_of(abs(saved))}, so it is {'compiled' if pays else 'not compiled'}",
    )


def refusal(reason: str) -> Decision:
    """Where it cannot be compiled."""
    return Decision(False, f"it is not compiled: {reason}")


def text_of(sec: float) -> str:
    return f"{sec:,.0f} s" if sec >= 10 else f"{sec:.1f} s"
