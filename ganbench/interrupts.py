"""Ctrl-C where it does no harm and cannot be lost: before an import, or where a loop looks for it.

Python raises KeyboardInterrupt between any two steps. In a callback of the import system or in a
destructor nobody hears of it, and in a pool it can leave a lock held, for which others then wait.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

TOLD = "Interrupted; the same command goes on from here."
Handler = Callable[[int, Any], Any]


def nothing() -> None:
    """What else is done at an interrupt where nothing is."""


@dataclass(frozen=True)
class Held:
    """Interrupts that came while they were held, and whom they are for."""

    handler: Handler
    came: list[int] = field(default_factory=list)

    def pass_on(self) -> None:
        """Hand over those that came; Python's own handler then raises KeyboardInterrupt."""
        while self.came:
            self.handler(self.came.pop(), None)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """As the first finder of modules, which finds none: hand over what came, and again at the
        next import, for the code that imports may swallow it.
        """
        if self.came:
            self.handler(self.came[0], None)


@contextmanager
def interrupts_held(also: Callable[[], None] = nothing) -> Iterator[Held]:
    """Ctrl-C is handed over where `pass_on` is called, and else when the context ends.

    also: what to do at once when one comes; it must be short. Where Ctrl-C is not handled by Python
    code, or this thread is not the one that handles it, it is left as it is.
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield Held(lambda number, frame: None)
        return
    held = Held(handler)

    def hold(number: int, frame: Any) -> None:
        held.came.append(number)
        also()

    signal.signal(signal.SIGINT, hold)
    try:
        yield held
    finally:
        signal.signal(signal.SIGINT, handler)
        held.pass_on()


@contextmanager
def interrupts_at_imports() -> Iterator[None]:
    """Ctrl-C is handed over before the next import, and at the end at the latest."""
    with interrupts_held() as held:
        sys.meta_path.insert(0, held)
        try:
            yield
        finally:
            sys.meta_path.remove(held)


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Processes that are started meanwhile never get Ctrl-C; this one gets it at the end."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
