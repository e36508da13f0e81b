"""Ctrl-C where it does no harm and is not lost.

Python raises KeyboardInterrupt between any two steps. In a destructor, or in a callback such as the
import system's, it is lost, and in a pool it can leave a lock held for which others wait.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

INTERRUPTED = "Interrupted; the same command goes on from here."
AGAIN_SEC = 0.05
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
def lost_interrupts_again() -> Iterator[None]:
    """A KeyboardInterrupt that is raised where Python only reports it comes again a moment later,
    until it is heard; it is not reported.
    """
    report = sys.unraisablehook

    def again(lost: Any) -> None:
        if lost.exc_type is not KeyboardInterrupt:
            report(lost)
            return
        timer = threading.Timer(AGAIN_SEC, interrupt_main)
        timer.daemon = True
        timer.start()

    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = report


def interrupt_main() -> None:
    """Ctrl-C for the main thread, which wakes up for it if it waits."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()


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
