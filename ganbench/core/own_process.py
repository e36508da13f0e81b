"""Functions that are called in a process of their own, and what must not begin in a helper's."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from ganbench.core.errors import UserError
from ganbench.core.interrupts import interrupts_blocked, interrupts_unblocked

Given = TypeVar("Given")
Found = TypeVar("Found")

ASKED, ANSWER = "asked.pickle", "answer.pickle"


def called_apart(
    function: Callable[[Given], Found], given: Given, environment: Mapping[str, str]
) -> Found:
    """What the function gives, in a process of its own that has the environment. Ctrl-C is passed
    on.

    function: at the top of its module. Raises what it raises there, and RuntimeError where that
    cannot be pickled or the process ends without an answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer_file = Path(folder) / ANSWER
        (Path(folder) / ASKED).write_bytes(pickle.dumps((function, given)))
        command = [*python_command(f"from {__name__} import answer; answer()"), folder]
        code = _wait_for(command, environment)
        if not answer_file.exists():
            raise RuntimeError(f"the process of {function.__name__} ended with exit code {code}")
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


def _wait_for(command: list[str], environment: Mapping[str, str]) -> int:
    """The exit code of the command, which starts deaf to Ctrl-C."""
    with interrupts_blocked():
        process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)
    with process:
        try:
            return process.wait()
        except BaseException:
            process.send_signal(signal.SIGINT)  # training writes its checkpoint
            process.wait()
            raise


def answer() -> None:
    """In that process. Ctrl-C, which may come from the terminal and from the parent, is heard once:
    an answer is on its way then.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder = Path(sys.argv[1])
    try:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _interrupt_once)
        interrupts_unblocked()
        function, given = pickle.loads((folder / ASKED).read_bytes())
        answered = pickle.dumps((False, function(given)))
    except (Exception, KeyboardInterrupt) as error:
        answered = _carried(error)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    (folder / "partial").write_bytes(answered)
    (folder / "partial").rename(folder / ANSWER)


def _carried(error: BaseException) -> bytes:
    """The answer that is an error; of one that cannot be pickled and read again, what it says."""
    try:
        answered = pickle.dumps((True, error))
        pickle.loads(answered)
    except Exception:
        answered = pickle.dumps((True, RuntimeError(f"{type(error).__name__}: {error}")))
    return answered


def _interrupt_once(number: int, frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _end_with_parent() -> None:
    """The parent holds the other end of the standard input for as long as it lives. (It is read
    without Python's buffer, which may not be in use when Python ends.)
    """
    while os.read(0, 1):
        continue
    os._exit(1)


def require_started() -> None:
    """Raises UserError in a helper process that imports the user's script: a run in there would
    wait for what the script itself, which waits for its helpers, has begun.
    """
    process = multiprocessing.current_process()
    if getattr(process, "_inheriting", False):  # there is no public name
        raise UserError(
            "a helper process imports your script, and the script runs ganbench again",
            process.name,
            'call ganbench below `if __name__ == "__main__":` in your script',
        )


@contextmanager
def without_script_of_no_file() -> Iterator[None]:
    """Helper processes import the user's script by its path. One that Python reads from its
    standard input has a path that leads nowhere, and they do without it.
    """
    script = sys.modules["__main__"]
    path = getattr(script, "__file__", None)
    if path is None or Path(path).exists():
        yield
        return
    del script.__file__
    try:
        yield
    finally:
        script.__file__ = path
