"""Processes that are started with the settings of `portable`."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ganbench.core.portable import is_portable, portable_environment, require_processor

Given = TypeVar("Given")
Found = TypeVar("Found")

ASKED, ANSWER = "asked.pickle", "answer.pickle"


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
    """What the function gives, in a process of its own that has the settings. Ctrl-C is passed on.

    function: at the top of its module. Raises what it raises there, UserError as
    `require_processor`, and RuntimeError where the process ends without an answer.
    """
    require_processor()
    with tempfile.TemporaryDirectory() as folder:
        answer_file = Path(folder) / ANSWER
        (Path(folder) / ASKED).write_bytes(pickle.dumps((function, given)))
        code = _wait_for([*python_command(f"from {__name__} import answer; answer()"), folder])
        if not answer_file.exists():
            raise RuntimeError(f"the process of the portable run ended with exit code {code}")
        is_error, answered = pickle.loads(answer_file.read_bytes())
    if is_error:
        raise answered
    found: Found = answered
    return found


def python_command(code: str) -> list[str]:
    """A new process of this Python that finds the same modules and runs the code. Arguments that
    are added come to be its `sys.argv[1:]`.
    """
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    return [sys.executable, *flags, "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"]


def _wait_for(command: list[str]) -> int:
    """The exit code of the command in a portable environment."""
    environment = portable_environment(os.environ)
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE) as process:
        try:
            return process.wait()
        except BaseException:
            process.send_signal(signal.SIGINT)  # training writes its checkpoint
            process.wait()
            raise


def answer() -> None:
    """In that process."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder = Path(sys.argv[1])
    function, given = pickle.loads((folder / ASKED).read_bytes())
    try:
        answered = pickle.dumps((False, function(given)))
    except (Exception, KeyboardInterrupt) as error:
        answered = pickle.dumps((True, error))
    (folder / "partial").write_bytes(answered)
    (folder / "partial").rename(folder / ANSWER)


def _end_with_parent() -> None:
    """The parent holds the other end of the standard input for as long as it lives. (It is read
    without Python's buffer, which may not be in use when Python ends.)
    """
    while os.read(0, 1):
        continue
    os._exit(1)
