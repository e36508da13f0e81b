"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ganbench.core.files import write_atomically


def test_two_that_write_the_same_file_at_once_both_succeed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two commands with one output draw the same figures when the last cell is done."""
    path, replace, others = tmp_path / "figure.png", os.replace, [b"other"]

    def late(source: Path, target: Path) -> None:
        if others:
            write_atomically(path, others.pop())
            assert path.read_bytes() == b"other"
        replace(source, target)

    monkeypatch.setattr(os, "replace", late)
    write_atomically(path, b"mine")
    assert path.read_bytes() == b"mine"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
