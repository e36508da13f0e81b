"""How many operators a step calls: each is a kernel's launch on a GPU, or more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode  # as `torch.utils.flop_counter` has it

from ganbench.training.step import Step


class Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts what PyTorch's dispatcher is asked for, backward passes and optimisers included; views
    compute nothing.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.number = 0

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        self.number += not func.is_view
        return func(*args, **(kwargs or {}))


def operators_of(work: Callable[[], object]) -> int:
    counter = Counter()
    with counter:
        work()
    return counter.number


def operators_by_phase(step: Step, phases: Sequence[str]) -> dict[str, int]:
    """Of a step of each phase. The step's model is trained by it."""
    return {
        phase: operators_of(lambda number=number: step(number))  # type: ignore[misc]
        for number, phase in reversed([*enumerate(phases)])
    }
