"""Two processes with one output share the cells; what one leaves behind the other takes over."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from ganbench.results.folder import claimed, read_rows
from tests.conftest import Start
from tests.events import AT_SECOND_LOSSES, LOOKS, end_of, hooked, told, wait_for
from tests.forked import Forked


def begin(
    start: Start, output: Path, seeds: int, steps: int, hook: Path | None = None
) -> subprocess.Popen[str] | Forked:
    run = ("run", "--models", "standard,recon", "--task", "toy", "--preset", "smoke")
    how = ("--seeds", str(seeds), "--steps", str(steps), "--references", "none")
    return start(*run, *how, "--output", output, hook=hook)


def table(printed: str) -> str:
    """Without the seconds that training took, which are each row's own."""
    lines = printed.split("rows:", maxsplit=1)[0].splitlines()
    return "\n".join(line for line in lines if "train_sec" not in line)


def share(start_command: Start, output: Path, seeds: int) -> None:
    pair = [begin(start_command, output, seeds, steps=60) for _ in range(2)]
    ended = [end_of(process) for process in pair]
    assert [process.returncode for process in pair] == [0, 0], ended
    lines = (output / "rows.jsonl").read_text().splitlines()
    assert len(lines) == len(read_rows(output).rows) == 2 * seeds  # none twice, none lost
    assert "seeds done" in ended[0][0] and table(ended[0][0]) == table(ended[1][0])


def test_two_processes_train_each_cell_once(start_command: Start, tmp_path: Path) -> None:
    share(start_command, tmp_path / "out", seeds=2)


@pytest.mark.slow
def test_two_processes_share_twenty_cells(start_command: Start, tmp_path: Path) -> None:
    share(start_command, tmp_path / "out", seeds=10)


def test_the_cells_of_a_killed_process_are_taken_over(start_command: Start, tmp_path: Path) -> None:
    """By one that has looked for a cell while the first was at it."""
    output, hook = tmp_path / "out", hooked(tmp_path / "hook", LOOKS)
    stays = hooked(tmp_path / "stays", AT_SECOND_LOSSES)
    first = begin(start_command, output, seeds=1, steps=120, hook=stays)
    wait_for(lambda: any(log.stat().st_size for log in output.glob("cells/*/losses.csv")), first)
    second = begin(start_command, output, seeds=1, steps=120, hook=hook)
    wait_for(lambda: told(hook, "looked") > 0, second)
    os.killpg(first.pid, signal.SIGKILL)
    end_of(first)
    printed, errors = end_of(second)
    assert second.returncode == 0, errors
    assert {row.status for row in read_rows(output).rows} == {"done"}
    assert len((output / "rows.jsonl").read_text().splitlines()) == 2
    assert "Traceback" not in errors + printed


def test_a_claim_is_one_process_alone(tmp_path: Path) -> None:
    with (
        claimed(tmp_path, "cell") as mine,
        claimed(tmp_path, "other") as free,
        claimed(tmp_path, "cell") as twice,
    ):
        assert (mine, free, twice) == (True, True, False)
    with claimed(tmp_path, "cell") as again:
        assert again
