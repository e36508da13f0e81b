"""File locks are tried, and what is found is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.core import locks
from ganbench.core.errors import UserError
from ganbench.core.locks import FREE, HELD, file_system, locks_told
from tests.conftest import Command


def test_they_hold_here(tmp_path: Path) -> None:
    assert locks_told(tmp_path) == "hold between processes of this machine"
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    assert locks_told(tmp_path / "a" / "b") == "hold between processes of this machine"
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("answers", [[FREE, FREE], [HELD, HELD], [b"", b""]])
def test_where_another_process_sees_something_else_they_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[bytes]
) -> None:
    left = iter(answers)
    monkeypatch.setattr(locks, "answer_while", lambda name, is_held: next(left))
    assert locks_told(tmp_path).startswith("do not hold")


def test_a_file_system_without_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """filelock raises that where the system call is not implemented."""

    def refuse(name: str, is_held: bool) -> bytes:
        raise NotImplementedError("FileSystem does not appear to support flock")

    monkeypatch.setattr(locks, "answer_while", refuse)
    assert locks_told(tmp_path).startswith("there are none")


def test_where_nothing_can_be_written_is_told(ganbench: Command) -> None:
    with pytest.raises(UserError, match="locks cannot be tried"):
        locks_told(Path("/proc/none"))
    done = ganbench("info", "--output", "/proc/none")
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_the_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    assert file_system(Path("/proc/self")).endswith(" on /proc")
    assert " on " in file_system(tmp_path / "not there")


def test_info_tells(ganbench: Command, tmp_path: Path) -> None:
    done = ganbench("info", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("locks")]
    assert line.split(maxsplit=1)[1] == "hold between processes of this machine"
    assert "locks" not in ganbench("info").stdout
