"""Ctrl-C while a command starts: told in a line, and nothing runs on."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.events import INTERRUPTED, end_of, hooked, sleeps, start, told, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

RUN = ("run", "--models", "standard", "--task", "toy", "--steps", "100000")
AT_AN_IMPORT = """
class Interrupt:
    def __del__(self):
        os.killpg(0, signal.SIGINT)


class AtAnImport:
    def find_spec(self, name, path=None, target=None):
        if name == "MODULE" and not (IS_SERVER or IS_TRACKER):
            tell("interrupted")
            Interrupt()


sys.meta_path.insert(0, AtAnImport())
"""
WITH_A_STOPPED_SERVER = """
class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == "torch" and IS_SERVER:
            os.kill(os.getpid(), signal.SIGSTOP)


def listen(event, arguments):
    if event == "socket.connect":
        tell("connected")


if IS_SERVER:
    sys.meta_path.insert(0, Stop())
elif not IS_TRACKER:
    sys.addaudithook(listen)
"""


def check_told(returncode: int | None, printed: str, errors: str) -> None:
    assert returncode == 130, errors
    assert errors.splitlines()[-1] == INTERRUPTED and "Traceback" not in errors + printed


@pytest.mark.parametrize(
    "module", ["click", "multiprocessing.forkserver", "torch", "ganbench.reporting.figures"]
)
def test_an_early_interruption_is_told_in_a_line(
    cache_dir: Path, tmp_path: Path, module: str
) -> None:
    """While the command imports, from its first package to its last, and the server too. In a
    destructor, as the import system's callbacks are, what Python raises is lost.
    """
    hook = hooked(tmp_path / "hook", AT_AN_IMPORT.replace("MODULE", module))
    started = start(*RUN, "--output", tmp_path / "out", cache=cache_dir, hook=hook)
    printed, errors = end_of(started)  # the server has ended too, for it shares the pipes
    assert told(hook, "interrupted") == 1
    check_told(started.returncode, printed, errors)
    assert not (tmp_path / "out").exists()


WITHOUT_SERVER = """
if IS_SERVER:
    tell("server")
"""


@pytest.mark.broad
@pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked elsewhere")
def test_a_command_forks_its_workers_itself(cache_dir: Path, tmp_path: Path) -> None:
    """So PyTorch is imported once, and each of them has it without a copy."""
    hook = hooked(tmp_path / "hook", WITHOUT_SERVER)
    few = (*RUN[:-1], "20", "--seeds", "2", "--workers", "2", "--references", "none")
    done = start(*few, "--output", tmp_path / "out", cache=cache_dir, hook=hook)
    _, errors = end_of(done)
    assert done.returncode == 0 and told(hook, "server") == 0, errors


@pytest.mark.broad
@pytest.mark.skipif(sys.platform != "linux", reason="there is no server elsewhere")
def test_an_interruption_does_not_wait_for_the_server(cache_dir: Path, tmp_path: Path) -> None:
    """The first worker is asked for while the server still imports, which would end some time. A
    process that does not run the command alone has a server.
    """
    hook = hooked(tmp_path / "hook", WITH_A_STOPPED_SERVER)
    program = "-c", "from ganbench.cli.main import main; main()"
    started = start(*RUN, "--output", tmp_path / "out", cache=cache_dir, hook=hook, program=program)
    wait_for(lambda: told(hook, "connected") == 1 and sleeps(started.pid), started)
    os.killpg(started.pid, signal.SIGINT)
    printed, errors = end_of(started)
    check_told(started.returncode, printed, errors)
