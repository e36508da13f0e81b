"""Random numbers of stacked seeds: each seed draws from a state of its own, as it does alone.

A draw inside a function that `torch.vmap` maps would give all seeds the same numbers, or numbers of
one common state. So the draws that a function makes are noted once; before each call they are made
for every seed, and the function is handed its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

FACTORIES = (torch.rand, torch.randn, torch.randperm)
LIKE: Mapping[Callable[..., Any], Callable[..., Any]] = {
    torch.rand_like: torch.rand,
    torch.randn_like: torch.randn,
}


def random_state(device: str) -> Tensor:
    """What the device's own generator stands at."""
    return torch.cuda.get_rng_state() if device == "cuda" else torch.get_rng_state()


def set_random_state(device: str, state: Tensor) -> None:
    if device == "cuda":
        torch.cuda.set_rng_state(state)
    else:
        torch.set_rng_state(state)


@dataclass(frozen=True)
class Draw:
    """One call that draws, of the device's own state."""

    function: Callable[..., Tensor]
    args: tuple[Any, ...]
    options: Mapping[str, Any]

    def of(self, generators: Sequence[torch.Generator]) -> Tensor:
        """What each generator draws, (generators, ...)."""
        drawn = [self.function(*self.args, generator=g, **self.options) for g in generators]
        return torch.stack(drawn)


class Noting(TorchFunctionMode):
    """Notes draws, and makes them."""

    def __init__(self) -> None:
        super().__init__()
        self.draws: list[Draw] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        options = kwargs or {}
        if func in FACTORIES and options.get("generator") is None:
            self.draws.append(Draw(func, args, options))
        elif func in LIKE:
            like = args[0]
            known = {"dtype": like.dtype, "device": like.device}
            self.draws.append(Draw(LIKE[func], (tuple(like.shape),), known | options))
        return func(*args, **options)


class Handing(TorchFunctionMode):
    """Gives what was drawn before, in the order of the draws."""

    def __init__(self, drawn: Sequence[Tensor]) -> None:
        super().__init__()
        self._drawn: Iterator[Tensor] = iter(drawn)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        options = kwargs or {}
        if (func in FACTORIES and options.get("generator") is None) or func in LIKE:
            return next(self._drawn)
        return func(*args, **options)
