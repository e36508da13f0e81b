"""Worker processes, which are there at once: forked from a server that has imported all they need.

The server imports while its starter still works, so this module imports nothing heavy itself.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext

NEEDED = ["ganbench.executor", "torch._dynamo"]  # the latter is imported by the first optimiser


def worker_context() -> BaseContext:
    """Fresh processes, none of which shares the parent's threads or device; where a server that has
    imported PyTorch cannot be forked safely, each of them imports it by itself.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(NEEDED)
    return context


def start_server() -> None:
    """Let the server begin its imports now; it ends with this process."""
    if worker_context().get_start_method() == "forkserver":
        resource_tracker.ensure_running()  # the server starts it too, and then holds nothing
        with interrupts_held():
            forkserver.ensure_running()


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C reaches this process when the context ends, and never the processes that it starts
    meanwhile: their parent tells them to stop.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, frame: held.append(number))
    mask = block_interrupts()  # which a new process keeps, and not the handler
    try:
        yield
    finally:
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
        if held:
            signal.raise_signal(signal.SIGINT)


def block_interrupts() -> set[int] | None:
    """The mask of signals before; None on a system that has none."""
    if not hasattr(signal, "pthread_sigmask"):
        return None
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}))
