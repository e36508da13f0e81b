"""Waiting for what a tested command does, however long it takes on a busy machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

LAST_NET_SEC = 1_800  # for what would never end; no test depends on it
POLL_SEC = 0.05
INTERRUPTED = "Interrupted; the same command goes on from here."
EVENTS = "EVENTS_FOLDER"


class Process(Protocol):
    """A started command: a subprocess.Popen, or what is forked."""

    def poll(self) -> int | None: ...

    def communicate(self, *, timeout: float) -> tuple[str, str]: ...


def heed_interrupts() -> None:
    """A shell's background job is born deaf to SIGINT; the command under test must not be."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(
    *arguments: str | Path,
    cache: Path,
    hook: Path | None = None,
    program: Sequence[str] = ("-m", "ganbench"),
    **more: str,
) -> subprocess.Popen[str]:
    """`ganbench ARGUMENTS` with a process group of its own.

    hook: a folder with a sitecustomize.py, which each Python process runs first; what it writes
    into this folder are events. more: variables of the environment.
    """
    return subprocess.Popen(
        [sys.executable, *program, *map(str, arguments)],
        env=environment_of(cache, hook, more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,  # noqa: PLW1509 (one call, no threads yet)
    )


def environment_of(cache: Path, hook: Path | None, more: Mapping[str, str]) -> dict[str, str]:
    """Of a command that is started."""
    env = {**os.environ, "GANBENCH_CACHE": str(cache), "COLUMNS": "120", **more}
    if hook is not None:
        path = [str(hook), *filter(None, [os.environ.get("PYTHONPATH")])]
        env |= {"PYTHONPATH": os.pathsep.join(path), EVENTS: str(hook)}
    return env


def hooked(folder: Path, code: str) -> Path:
    """A folder whose sitecustomize.py runs `code` after `HEAD`."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(HEAD + code)
    return folder


HEAD = f'''
import os, signal, sys
from pathlib import Path

FOLDER = Path(os.environ.get("{EVENTS}", "."))
COMMAND = " ".join(sys.orig_argv)
IS_SERVER, IS_TRACKER = "forkserver" in COMMAND, "resource_tracker" in COMMAND


def tell(event):
    """Adds a line to the file of the event; how many it has then."""
    with open(FOLDER / event, "ab", buffering=0) as file:
        file.write(b".")
        return file.tell()


'''


# Ctrl-C as the second of two cells writes its first losses.
AT_SECOND_CELL = """
def interrupt(event, arguments):
    if event == "open" and str(arguments[0]).endswith("losses.csv") and arguments[1] == "a":
        cells = {f.parent for f in Path(arguments[0]).parent.parent.glob("*/losses.csv")}
        if len(cells) == 2 and tell("interrupted") == 1:
            os.killpg(0, signal.SIGINT)


sys.addaudithook(interrupt)
"""


# A cell stays for ever where it writes its second losses.
AT_SECOND_LOSSES = """
def stay(event, arguments):
    if event == "open" and str(arguments[0]).endswith("losses.csv") and arguments[1] == "a":
        while Path(arguments[0]).stat().st_size:
            signal.pause()


sys.addaudithook(stay)
"""

# Tells when a command looks whether another one is at a cell.
LOOKS = """
def look(event, arguments):
    if event == "open" and ".locks" in str(arguments[0]):
        tell("looked")


sys.addaudithook(look)
"""


def told(hook: Path, event: str) -> int:
    """How often a hook has told of the event."""
    file = hook / event
    return file.stat().st_size if file.exists() else 0


def wait_for(condition: Callable[[], bool], process: Process | None = None) -> None:
    """Until the condition holds; fails if the process that is to bring it about ends before."""
    until = time.monotonic() + LAST_NET_SEC
    while not condition():
        ended = process is not None and process.poll() is not None
        if ended and not condition():
            raise AssertionError(f"the command ended before: {end_of(process)}")
        assert time.monotonic() < until, "it did not happen"
        time.sleep(POLL_SEC)


def end_of(process: Process) -> tuple[str, str]:
    """What it printed, and its errors, when it and all that share its output have ended."""
    return process.communicate(timeout=LAST_NET_SEC)


def sleeps(pid: int) -> bool:
    """Whether the main thread of the process waits for something; from /proc."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "S"
