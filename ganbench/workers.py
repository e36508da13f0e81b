"""Worker processes, which are there at once: forked from a server that has imported all they need.

The server imports while its starter still works, so this module imports nothing heavy itself.
"""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing import forkserver
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
        forkserver.ensure_running()
