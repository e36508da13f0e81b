"""Memory that is freed stays with the process, which asks for as much again at once.

By default glibc gives large blocks back to the system, and each tensor's pages are faulted in anew:
a tenth of the time of commands that score pictures.
"""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # as in malloc.h
LARGE_BYTES = 2**28


def keep_freed_memory() -> None:
    """In this process and those that are forked from it; nothing where the C library is another."""
    if sys.platform != "linux":
        return
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        for option in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
            set_option(option, LARGE_BYTES)
