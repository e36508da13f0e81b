"""A disk that is full."""

from __future__ import annotations

import errno
import re

from safetensors import SafetensorError

from ganbench.core.errors import UserError

# The disk, the user's quota, the largest file that the system allows.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
OS_ERROR = re.compile(r"\(os error (\d+)\)")


class NoRoom(UserError):
    """The disk is full: the run stops, and goes on from its checkpoints when there is room."""

    exit_code = 1


def is_disk_full(error: BaseException) -> bool:
    """safetensors has the system's error in its text only."""
    if isinstance(error, SafetensorError):
        match = OS_ERROR.search(str(error))
        return match is not None and int(match[1]) in FULL
    return isinstance(error, OSError) and error.errno in FULL
