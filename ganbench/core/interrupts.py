"""Ctrl-C, and a termination that is treated alike, where they do no harm and are not lost.

Python raises KeyboardInterrupt between any two steps. In a destructor, or in a callback such as the
import system's, it is lost, and in a pool it can leave a lock held for which others wait.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

INTERRUPTED = "Interrupted; the same command goes on from here."
AGAIN_SEC = 0.05
Handler = Callable[[int, Any], Any]


def nothing() -> None:
    """What else is done at an interrupt where nothing is."""


@contextmanager
def terminations_as_interrupts() -> Iterator[None]:
    """SIGTERM, which schedulers and `kill` send, raises KeyboardInterrupt as Ctrl-C does; left as
    it is where the starter of the process has it ignored.
    """
    before = signal.getsignal(signal.SIGTERM)
    if before is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        if before is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, before)


def heard() -> dict[int, Handler]:
    """The signals that interrupt this process, with their handlers. A handler of SIGTERM that is
    not that of `terminations_as_interrupts` means something else.
    """
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    if handlers[signal.SIGTERM] is not signal.default_int_handler:
        del handlers[signal.SIGTERM]
    return {number: handler for number, handler in handlers.items() if callable(handler)}


@dataclass(frozen=True)
class Held:
    """Interrupts that came while they were held, and whom they are for, by their number."""

    handlers: Mapping[int, Handler]
    came: list[int] = field(default_factory=list)

    def pass_on(self) -> None:
        """Hand over those that came; Python's own handler then raises KeyboardInterrupt."""
        while self.came:
            number = self.came.pop()
            self.handlers[number](number, None)


@contextmanager
def interrupts_held(also: Callable[[], None] = nothing) -> Iterator[Held]:
    """Ctrl-C is handed over where `pass_on` is called, and else when the context ends.

    also: what to do at once when one comes; it must be short. Where Ctrl-C is not handled by Python
    code, or this thread is not the one that handles it, it is left as it is.
    """
    is_main = threading.current_thread() is threading.main_thread()
    held = Held(heard() if is_main else {})

    def hold(number: int, frame: Any) -> None:
        held.came.append(number)
        also()

    for number in held.handlers:
        signal.signal(number, hold)
    try:
        yield held
    finally:
        for number, handler in held.handlers.items():
            signal.signal(number, handler)
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
    """Ctrl-C for the main thread, which wakes up for it if it waits; or a termination, where the
    process is deaf to Ctrl-C, as in the background of a script.
    """
    if hasattr(signal, "pthread_kill"):
        is_deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        number = signal.SIGTERM if is_deaf else signal.SIGINT
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        _thread.interrupt_main()


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Processes that are started meanwhile never get Ctrl-C, and a SIGTERM only when they unblock
    it; this one gets both at the end.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def interrupts_unblocked() -> None:
    """For a process that was started while they were blocked, and has its own handlers by now."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
