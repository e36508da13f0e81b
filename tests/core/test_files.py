"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.files import for_shell, write_atomically


@given(name=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_a_path_in_a_command_that_is_copied_is_one_argument(name: str) -> None:
    @click.command()
    @click.argument("folder", type=click.Path(path_type=Path))
    def command(folder: Path) -> None:
        assert folder == Path(name)

    (word,) = shlex.split(for_shell(Path(name)))
    assert CliRunner().invoke(command, [word], catch_exceptions=False).exit_code == 0


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
