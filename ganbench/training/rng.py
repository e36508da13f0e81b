"""Random numbers of seeds that train stacked: each draws from its own state, as it does alone.

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

from ganbench.core.errors import UserError

FACTORIES = (torch.rand, torch.randn, torch.randperm)
LIKE: Mapping[Callable[..., Any], Callable[..., Any]] = {
    torch.rand_like: torch.rand,
    torch.randn_like: torch.randn,
}


@dataclass(frozen=True)
class Draw:
    """One call that draws, of the device's own state."""

    function: Callable[..., Tensor]
    args: tuple[Any, ...]
    options: Mapping[str, Any]

    def of(self, rngs: Sequence[torch.Generator]) -> Tensor:
        """What each generator draws, (rngs, ...)."""
        drawn = [self.function(*self.args, generator=rng, **self.options) for rng in rngs]
        return torch.stack(drawn)


class RecordDraws(TorchFunctionMode):
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
            require_one_order(func, like)
            known = {"dtype": like.dtype, "device": like.device}
            self.draws.append(Draw(LIKE[func], (tuple(like.shape),), known | options))
        return func(*args, **options)


def require_one_order(func: Callable[..., Any], like: Tensor) -> None:
    """Raises UserError for images of several channels: alone they lie in channels_last, where the
    numbers are others than those of their shape (torch 2.15,
    findings/torch-noise-memory-format.sh). Seeds that draw so train one by one.
    """
    if like.ndim == 4 and like.shape[1] > 1 and like.shape[2:].numel() > 1:
        raise UserError(
            f"torch.{func.__name__} of images draws numbers that depend on the memory format",
            "the model's losses",
            f"write torch.{LIKE[func].__name__}(x.shape, device=x.device), and seeds are stacked",
        )


class ReplayDraws(TorchFunctionMode):
    """Gives what was drawn before, in the order of the draws."""

    def __init__(self, drawn: Sequence[Tensor]) -> None:
        super().__init__()
        self._drawn: Iterator[Tensor] = iter(drawn)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        options = kwargs or {}
        if (func in FACTORIES and options.get("generator") is None) or func in LIKE:
            return next(self._drawn)
        return func(*args, **options)
