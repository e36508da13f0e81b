"""A run that leaves before its time is over, with checkpoints."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ganbench.core.errors import UserError
from ganbench.core.interrupts import interrupt_main
from ganbench.running.backends.backend import GRACE_SEC

MARGIN_SEC = GRACE_SEC + 7.0  # for checkpoints, and for what ends with the process
MARGIN_SHARE = 0.25  # of a limit, at most
WORK_IS_LEFT = 75  # the exit code that sysexits.h has for "try again later"


class TimeIsUp(UserError):
    """The limit is near: cells have stopped with checkpoints, and the same command goes on."""

    exit_code = WORK_IS_LEFT


def stops_after(limit_sec: float) -> float:
    """Seconds of work within a limit."""
    return limit_sec - min(MARGIN_SEC, MARGIN_SHARE * limit_sec)


@contextmanager
def time_limited(limit_sec: float) -> Iterator[None]:
    """What runs in the context is interrupted, as by Ctrl-C, a moment before the limit; TimeIsUp is
    raised then. 0 is no limit.

    Raises UserError in another thread than the main one, for no other hears an interrupt.
    """
    if not limit_sec:
        yield
        return
    if threading.current_thread() is not threading.main_thread():
        raise UserError(
            "only a process's main thread can be stopped in time",
            "time_limit_sec",
            "call it from there, or drop the limit",
        )
    ended, is_up = threading.Event(), threading.Event()

    def stop() -> None:
        if not ended.wait(stops_after(limit_sec)):
            is_up.set()
            interrupt_main()

    stopping = threading.Thread(target=stop, daemon=True)
    stopping.start()
    try:
        try:
            yield
        finally:
            ended.set()
            stopping.join()
    except KeyboardInterrupt:
        if not is_up.is_set():
            raise
        raise TimeIsUp(
            "the time limit is near; cells have stopped with checkpoints",
            f"--time-limit {limit_sec:g}s",
            "the same command goes on from here",
        ) from None
