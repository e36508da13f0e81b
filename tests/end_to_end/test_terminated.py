"""SIGTERM, which `kill` and schedulers send, ends a run as Ctrl-C does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ganbench.results.folder import ROWS, read_rows
from ganbench.training.loop import CHECKPOINT
from tests.broad import broad
from tests.conftest import Command, Start
from tests.events import INTERRUPTED, end_of, hooked, told

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

RUN = (
    *("run", "--models", "standard,recon", "--task", "toy", "--preset", "smoke"),
    *("--steps", "300", "--seeds", "1", "--workers", "2", "--references", "none"),
)
# As the second of two cells writes its first losses; WHOM gets the signal, once.
AT_SECOND_CELL = """
import threading
PARENT = os.getpgid(0)


def end(event, arguments):
    if event == "open" and str(arguments[0]).endswith("losses.csv") and arguments[1] == "a":
        cells = {f.parent for f in Path(arguments[0]).parent.parent.glob("*/losses.csv")}
        if len(cells) == 2 and tell("terminated") == 1:
            WHOM


sys.addaudithook(end)
"""
WHOM = {
    "the command": "os.kill(PARENT, signal.SIGTERM)",
    "all its processes": "os.killpg(0, signal.SIGTERM)",
}
DEAF = "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"  # as in the background of a script


@pytest.mark.parametrize(
    ("whom", "backend", "deaf"),
    [
        ("the command", "processes", True),
        broad("the command", "here", False),
        broad("all its processes", "processes", False),
        ("all its processes", "here", True),
    ],
)
def test_a_terminated_run_tells_that_it_goes_on(
    start_command: Start, ganbench: Command, tmp_path: Path, whom: str, backend: str, deaf: bool
) -> None:
    run = RUN if backend == "processes" else (*RUN[:-4], "--references", "none")
    code = (DEAF if deaf else "") + AT_SECOND_CELL.replace("WHOM", WHOM[whom])
    out, hook = tmp_path / "out", hooked(tmp_path / "hook", code)
    started = start_command(*run, "--backend", backend, "--output", out, hook=hook)
    printed, errors = end_of(started)
    assert started.returncode == 130, errors
    assert errors.splitlines()[-1] == INTERRUPTED
    assert "Traceback" not in errors + printed and "semaphore" not in errors
    assert len(list(out.glob(f"cells/*/{CHECKPOINT}"))) == 2
    left = 2 - len(read_rows(out).rows)
    assert left
    done = ganbench(*run, "--output", out)
    assert done.returncode == 0 and f"cells: 2, to do: {left}" in done.stderr, done.stderr


@pytest.mark.broad
def test_a_terminated_worker_keeps_its_training(start_command: Start, tmp_path: Path) -> None:
    """Its cell is then run again, from the checkpoint, by the same command."""
    code = AT_SECOND_CELL.replace("WHOM", "signal.raise_signal(signal.SIGTERM)")
    out, hook = tmp_path / "out", hooked(tmp_path / "hook", code)
    started = start_command(*RUN, "--checkpoint-every", "9999", "--output", out, hook=hook)
    _, errors = end_of(started)
    assert told(hook, "terminated") >= 1
    assert started.returncode == 0, errors
    assert [row.status for row in read_rows(out).rows] == ["done", "done"]
    assert len((out / ROWS).read_text().splitlines()) == 2
