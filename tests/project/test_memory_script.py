"""`benchmarks/memory.py`: it sees the memory of a process and of what that has started."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "memory.py"))
MIB_HELD = 32
HOLDS = f"held = b'x' * {MIB_HELD << 20}; print('ready', flush=True); input()"
STARTS = (
    "import subprocess, sys; "
    f"child = subprocess.Popen([sys.executable, '-c', {HOLDS!r}]); child.wait()"
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@pytest.mark.parametrize("code", [HOLDS, STARTS], ids=["own", "of a child"])
def test_the_memory_of_all_processes_counts(code: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        assert process.stdout.readline() == "ready\n"
        seen = SCRIPT["Seen"]()
        SCRIPT["look"](seen, process.pid, ["cells: 1\n"], 0.0)
        process.stdin.write("\n")
        process.stdin.close()
    own_kb = {name: anonymous for name, (_, anonymous) in seen.parts_kb.items()}
    assert len(own_kb) == (1 if code == HOLDS else 2)
    assert MIB_HELD * 1024 <= max(own_kb.values()) < (MIB_HELD + 32) * 1024
    assert seen.peak_kb >= sum(own_kb.values())
    assert seen.said == "cells: 1\n"
    assert f"command {process.pid}" in seen.parts_kb


def test_a_process_that_has_ended_counts_no_more() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    seen = SCRIPT["Seen"]()
    SCRIPT["look"](seen, process.pid, [], 0.0)
    assert seen.peak_kb == 0
    assert seen.parts_kb == {}
