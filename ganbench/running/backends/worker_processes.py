"""Worker processes, which are there at once: forked from a server that has imported all they need.

The server imports while its starter still works, so this module imports nothing heavy itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext

from ganbench.core.interrupts import interrupts_blocked, interrupts_held

# Every plugin imports the second, and the first optimiser of a process the third.
NEEDED = ["ganbench.running.backends.processes", "ganbench.api", "torch._dynamo"]


def import_needed() -> None:
    for module in NEEDED:
        import_module(module)


def worker_context() -> BaseContext:
    """Fresh processes, none of which shares the parent's threads or device; where a server that has
    imported PyTorch cannot be forked safely, each of them imports it by itself.
    """
    if not can_fork():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(NEEDED)
    return context


def has_server() -> bool:
    return worker_context().get_start_method() == "forkserver"


def start_server() -> None:
    """Let the server begin its imports now, if it has not; it ends with this process."""
    if has_server():
        resource_tracker.ensure_running()  # the server starts it too, and that unblocks Ctrl-C
        with interrupts_held(), interrupts_blocked():
            forkserver.ensure_running()


def end_server() -> None:
    """At once, even while it imports. Otherwise it would end only after that, and a reader of the
    output that it shares with this process would wait for it.
    """
    pid = getattr(forkserver._forkserver, "_forkserver_pid", None)  # there is no public name
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def can_fork() -> bool:
    """Whether a process that has imported PyTorch can be forked safely."""
    return sys.platform == "linux"


@contextmanager
def server_at_hand() -> Iterator[None]:
    """The server runs from the beginning of the context to its end."""
    start_server()
    try:
        yield
    finally:
        end_server()


@contextmanager
def starting_workers() -> Iterator[None]:
    """Workers that are started meanwhile never get Ctrl-C: their parent tells them to stop. It gets
    Ctrl-C at the end.

    Those of a server are as deaf as it is. While it still imports, their start waits for it; Ctrl-C
    ends the server then, so that the start fails at once.
    """
    if has_server():
        start_server()
        with interrupts_held(also=end_server):
            yield
    else:
        with interrupts_held(), interrupts_blocked():
            yield
