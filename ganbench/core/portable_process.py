"""Processes that are started with the settings of `portable`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TypeVar

from ganbench.core.own_process import called_apart, python_command
from ganbench.core.portable import is_portable, portable_environment, require_processor

Given = TypeVar("Given")
Found = TypeVar("Found")


def restart_portable() -> None:
    """Replaces the process of a command, whose environment lacks the settings, by one that has
    them. Raises UserError as `require_processor`.
    """
    require_processor()
    if is_portable(os.environ):
        return
    command = python_command("from ganbench.__main__ import main; main()")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [*command, *sys.argv[1:]], portable_environment(os.environ))


def called_portable(function: Callable[[Given], Found], given: Given) -> Found:
    """As `called_apart`, in a process that has the settings. Raises UserError as
    `require_processor`, too.
    """
    require_processor()
    return called_apart(function, given, portable_environment(os.environ))
