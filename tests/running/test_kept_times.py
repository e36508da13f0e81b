"""Commands that measure wait for each other, and say so."""

from __future__ import annotations

import threading
from pathlib import Path

from ganbench.running.kept_times import measuring_alone
from tests.running.test_compile_choice import grid_of, request


def test_who_waits_for_another_command_says_so(tmp_path: Path) -> None:
    job = grid_of(request(tmp_path)).jobs[0]
    said: list[str] = []
    waits, ended = threading.Event(), threading.Event()

    def say(line: str) -> None:
        said.append(line)
        waits.set()

    def measure() -> None:
        with measuring_alone(job, say):
            ended.set()

    with measuring_alone(job, said.append):
        assert not said
        other = threading.Thread(target=measure)
        other.start()
        assert waits.wait(10) and not ended.is_set()
    other.join(10)
    assert ended.is_set() and len(said) == 1 and said[0].startswith("waiting for another command")
