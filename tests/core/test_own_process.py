"""Functions that are called in a process of their own, and Ctrl-C meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ganbench.core.own_process import called_apart

SLOW = """
import os, pathlib, sys, time
from ganbench.core.own_process import called_apart

if __name__ == "__main__":
    import slow_to_import
    try:
        called_apart(slow_to_import.wait, None, os.environ)
    except KeyboardInterrupt:
        print("interrupted")
"""
IMPORTED = """
import os, pathlib, sys, time

def mark(name):
    pathlib.Path(name).touch()

if "-c" in sys.argv:  # in the process of its own
    mark("importing")
    time.sleep({import_sec})

def wait(nothing):
    mark("called")
    try:
        time.sleep(60)
    finally:
        time.sleep(0.5)  # the second Ctrl-C comes meanwhile
"""


@pytest.mark.parametrize(("moment", "import_sec"), [("importing", 60), ("called", 0)])
def test_an_interrupt_of_all_processes_is_no_traceback(
    moment: str, import_sec: int, tmp_path: Path
) -> None:
    (tmp_path / "main.py").write_text(SLOW)
    (tmp_path / "slow_to_import.py").write_text(IMPORTED.format(import_sec=import_sec))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = subprocess.Popen(
        [sys.executable, "main.py"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (tmp_path / moment).exists():
        assert command.poll() is None
        time.sleep(0.02)
    os.killpg(command.pid, signal.SIGINT)
    assert command.communicate(timeout=30) == ("interrupted\n", "")


class Unlike(Exception):
    """Is made from something else than it is given on."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(f"{text} {number}")


class Closed(Exception):
    """Cannot be pickled."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.close = lambda: None


def fail(kind: str) -> None:
    raise Unlike(3, "no") if kind == "Unlike" else Closed("no 3")


@pytest.mark.parametrize("kind", ["Unlike", "Closed"])
def test_of_an_error_that_cannot_be_handed_over_its_text_is(
    kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RuntimeError, match=f"^{kind}: no 3$"):
        called_apart(fail, kind, os.environ)
    assert capfd.readouterr() == ("", "")
