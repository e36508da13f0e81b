"""What goes between a task's folder and the result folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.results.engine_state import JobState, read_jobs
from ganbench.results.folder import cell_folder
from ganbench.running.backends import ray_mailbox
from ganbench.running.backends.ray_mailbox import Mailbox, files_in, write_safely
from ganbench.running.progress import Progress
from ganbench.training.loop import CHECKPOINT

CELL = "0" * 16
FILES = {"losses.csv": b"50,1.0\n", CHECKPOINT: b"weights", "samples/1.npz": b"\0\1"}


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    (tmp_path / "order" / "jobs").mkdir(parents=True)
    return Mailbox(tmp_path / "out", tmp_path / "order")


def test_a_cell_comes_back_as_it_was(mailbox: Mailbox) -> None:
    mailbox.keep(CELL, FILES)
    assert mailbox.files([CELL, "1" * 16]) == {CELL: FILES, "1" * 16: {}}


def test_the_checkpoint_is_read_first_and_written_last(
    mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is newer than a checkpoint is cut back to it; what is older would leave a gap."""
    written: list[str] = []

    def write(folder: Path, name: str, data: bytes) -> None:
        written.append(name)
        write_safely(folder, name, data)

    monkeypatch.setattr(ray_mailbox, "write_safely", write)
    mailbox.keep(CELL, FILES)
    assert written[-1] == CHECKPOINT and len(written) == 3
    names = [name for name, _ in files_in(cell_folder(tmp_path / "out", CELL))]
    assert names[0] == CHECKPOINT and sorted(names) == sorted(FILES)


def test_files_on_their_way_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.safetensors.1234.partial").write_bytes(b"half")
    assert dict(files_in(tmp_path)) == {}


@given(st.sampled_from(["/etc/passwd", "../other", "a/../../b"]))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    with pytest.raises(ValueError, match="is no file of a cell"):
        write_safely(Path("nowhere"), name, b"")


def test_progress_is_taken_once_and_the_wish_to_stop_is_told(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    job, told = JobState("1", "node", "place", 1, 0.0, "log"), Progress(CELL, 50, {"D": 1.0})
    assert mailbox.tell(job, [told]) is False
    assert read_jobs(tmp_path / "order") == [job]
    assert (mailbox.take(), mailbox.take()) == ([told], [])
    mailbox.stop()
    assert mailbox.tell(job, []) is True
