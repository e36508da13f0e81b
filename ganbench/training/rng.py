"""Random numbers of seeds that train together: each draws from its own state, as it does alone.

In a stack, a draw inside a function that `torch.vmap` maps would give all seeds the same numbers,
or numbers of one common state. So the draws that a function makes are noted once; before each call
they are made for every seed, and the function is handed its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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


def device_rng(device: str) -> torch.Generator:
    """What numbers on the device come from where nobody says."""
    if device != "cuda":
        return torch.default_generator
    torch.cuda.init()  # type: ignore[no-untyped-call]
    return torch.cuda.default_generators[torch.cuda.current_device()]


def rng_at(device: str, state: Tensor) -> torch.Generator:
    """A generator of its own that stands at the state."""
    return torch.Generator(device).set_state(state)


@contextmanager
def drawing_from(rng: torch.Generator) -> Iterator[None]:
    """What would be drawn from the device's own generator is drawn from this one."""
    own = device_rng(rng.device.type)
    if rng.device.type == "cuda":  # by reference, which a captured graph finds again
        before = own.graphsafe_get_state()
        own.graphsafe_set_state(rng)
        try:
            yield
        finally:
            own.graphsafe_set_state(before)
    else:
        state = own.get_state()
        own.set_state(rng.get_state())
        try:
            yield
        finally:
            rng.set_state(own.get_state())
            own.set_state(state)


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
            known = {"dtype": like.dtype, "device": like.device}
            self.draws.append(Draw(LIKE[func], (tuple(like.shape),), known | options))
        return func(*args, **options)


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
