"""The looks at a folder that runs note in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.core.errors import UserError
from ganbench.results.folder import LOOKS, refuse_strangers
from ganbench.results.looks import begin_design, merged_looks, note_look, read_looks


def test_looks_are_noted_once_for_what_they_saw(tmp_path: Path) -> None:
    assert read_looks(tmp_path) == ()
    for seeds in (5, 5, 10):
        note_look(tmp_path, "fixed", seeds)
    assert [(look.design, look.seeds) for look in read_looks(tmp_path)] == [
        ("fixed", 5),
        ("fixed", 10),
    ]


def test_a_sequential_design_is_noted_before_it_begins(tmp_path: Path) -> None:
    begin_design(tmp_path, "fixed")
    assert not (tmp_path / LOOKS).exists()
    for _ in range(2):
        begin_design(tmp_path, "until decided")
    assert [(look.design, look.seeds) for look in read_looks(tmp_path)] == [("until decided", 0)]
    (tmp_path / "cells").mkdir()
    refuse_strangers(tmp_path)


def test_merged_folders_have_the_looks_of_all(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b", "c")]
    for seeds, folder in enumerate(folders[:2], 3):
        folder.mkdir()
        note_look(folder, "fixed", seeds)
    (tmp_path / LOOKS).write_bytes(merged_looks([*folders, folders[0]]))
    assert sorted(look.seeds for look in read_looks(tmp_path)) == [3, 4]


def test_a_broken_file_is_refused_with_its_fix(tmp_path: Path) -> None:
    (tmp_path / LOOKS).write_text("{")
    with pytest.raises(UserError, match="restore the file"):
        read_looks(tmp_path)
