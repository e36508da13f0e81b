"""Ctrl-C at events of a run: it is not lost, is told in a line, and leaves nothing running."""

from __future__ import annotations

import signal
import sys
import weakref
from threading import Event

import pytest

from ganbench.core.interrupts import interrupts_held, lost_interrupts_again

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


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
