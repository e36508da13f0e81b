"""Lines of a command that takes a while, on a terminal and in a pipe."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

PROGRAM = """
from ganbench.cli.commands.stderr_lines import stderr_lines
from ganbench.core.reports import Passing
with stderr_lines() as say:
    say("unpacking")
    say(Passing("files: 1 of 3"))
    say(Passing("files: 2 of 3, " + 200 * "x"))
    say("done")
"""


def on_a_terminal() -> str:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "40"}
    program = subprocess.Popen([sys.executable, "-c", PROGRAM], stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    try:
        while more := os.read(ours, 4_096):
            shown += more
    except OSError:  # so Linux tells that the other end is closed
        pass
    finally:
        os.close(ours)
    assert program.wait() == 0
    return shown.decode()


def lines_left(shown: str) -> list[str]:
    """What a person reads in the end: of each line, what follows its last erasure."""
    return [line.rsplit("\x1b[2K", 1)[-1].strip() for line in shown.split("\n")]


def test_passing_lines_stand_on_a_terminal_until_the_next() -> None:
    shown = on_a_terminal()
    assert "files: 1 of 3" in shown and "files: 2 of 3" in shown
    assert lines_left(shown) == ["unpacking", "done", ""]
    assert max(map(len, shown.replace("\n", "\x1b[2K").split("\x1b[2K"))) <= 40


def test_a_pipe_gets_only_lines_that_stay() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert done.stderr.splitlines() == ["unpacking", "done"]
