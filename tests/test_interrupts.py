"""Ctrl-C at events of a run: it is not lost, is told in a line, and leaves nothing running."""

from __future__ import annotations

import os
import signal
import sys
import weakref
from pathlib import Path
from threading import Event

import pytest
from events import INTERRUPTED, end_of, hooked, sleeps, start, told, wait_for

from ganbench.interrupts import interrupts_held, lost_interrupts_again

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
    "module", ["click", "multiprocessing.forkserver", "torch", "ganbench.figures"]
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


@pytest.mark.skipif(sys.platform != "linux", reason="there is no server elsewhere")
def test_an_interruption_does_not_wait_for_the_server(cache_dir: Path, tmp_path: Path) -> None:
    """The first worker is asked for while the server still imports, which would end some time."""
    hook = hooked(tmp_path / "hook", WITH_A_STOPPED_SERVER)
    started = start(*RUN, "--output", tmp_path / "out", cache=cache_dir, hook=hook)
    wait_for(lambda: told(hook, "connected") == 1 and sleeps(started.pid), started)
    os.killpg(started.pid, signal.SIGINT)
    printed, errors = end_of(started)
    check_told(started.returncode, printed, errors)


class Here:
    """Something to be collected."""


def test_an_interruption_in_a_callback_comes_again(capsys: pytest.CaptureFixture[str]) -> None:
    here = Here()
    kept = weakref.ref(here, lambda _: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt), lost_interrupts_again():
        del here
        assert kept() is None  # the callback was called, and nothing raised
        Event().wait()
    assert capsys.readouterr().err == ""


def test_other_exceptions_that_are_lost_are_reported() -> None:
    before, seen = sys.unraisablehook, []
    sys.unraisablehook = lambda lost: seen.append(lost.exc_type)
    try:
        here = Here()
        kept = weakref.ref(here, lambda _: {}["no key"])
        with lost_interrupts_again():
            del here
    finally:
        sys.unraisablehook = before
    assert kept() is None and seen == [KeyError]


def test_held_interruptions_are_handed_over_where_asked() -> None:
    """To the handler that was there, which is there again then."""
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    mine = signal.getsignal(signal.SIGINT)
    try:
        also: list[str] = []
        with interrupts_held(also=lambda: also.append("at once")) as held:
            signal.raise_signal(signal.SIGINT)
            assert (came, also) == ([], ["at once"])
            held.pass_on()
            held.pass_on()
            assert came == [signal.SIGINT]
            signal.raise_signal(signal.SIGINT)
        assert came == [signal.SIGINT] * 2 and signal.getsignal(signal.SIGINT) is mine
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_ignored_interruption_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts_held() as held:
            signal.raise_signal(signal.SIGINT)
            held.pass_on()
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
