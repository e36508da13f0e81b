"""Memory that is freed stays with the process, which asks for as much again at the next step.

By default glibc gives large blocks back to the system, and each tensor's pages are faulted in anew.
"""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # as in malloc.h
LARGE_BYTES = 2**28
LARGEST_BYTES_BEFORE_2_35 = 2**25  # that glibc takes


def keep_freed_memory() -> None:
    """In this process and those that are forked from it; nothing where the C library is another."""
    if sys.platform != "linux":
        return
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:
        return
    # Either option ends the threshold's growth by itself, so the second never stands alone.
    if any(set_option(M_MMAP_THRESHOLD, n) for n in (LARGE_BYTES, LARGEST_BYTES_BEFORE_2_35)):
        set_option(M_TRIM_THRESHOLD, LARGE_BYTES)
