"""A compiled run says so in its rows, and is found again; so does one that chooses for itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ganbench.cli.main import main
from ganbench.results.folder import cell_folder, read_cell, read_rows
from tests.terminals import Terminal
from tests.training.test_compiled import has_compiler


@has_compiler
def test_a_compiled_run(
    ganbench: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    what = ("--models", "standard", "--task", "toy", "--preset", "smoke", "--steps", "12")
    how = ("--seeds", "1", "--references", "none", "--workers", "1", "--output", tmp_path / "out")
    done = ganbench("run", *what, *how, "--compile")
    assert done.returncode == 0, done.stderr
    (row,) = read_rows(tmp_path / "out").rows
    assert row.status == "done" and row.provenance["compiled"]
    assert read_cell(cell_folder(tmp_path / "out", row.cell)).compiled


def test_a_run_that_chooses(
    ganbench: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """A real process times plain steps, and compiles nothing, for so few could not pay for it."""
    what = ("--models", "standard", "--task", "toy", "--preset", "smoke", "--references", "none")
    how = ("--seeds", "1", "--output", tmp_path / "out", "--cache-dir", tmp_path / "cache")
    before = ganbench("run", *what, *how, "--compile", "auto", "--dry-run")
    assert "not been measured yet" in before.stdout and not (tmp_path / "cache").exists()
    done = ganbench("run", *what, *how, "--compile", "auto")
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("standard on toy: ")]
    assert "60 steps take" in told[-1] and told[-1].endswith("so it is not compiled")
    (row,) = read_rows(tmp_path / "out").rows
    assert row.status == "done" and "compiled" not in row.provenance
    assert told[-1] == f"standard on toy: {row.provenance['compile_auto']}"
    plain = ganbench("run", *what, *how, "--dry-run")
    assert plain.stdout.startswith(row.cell) and "to do: 0" in plain.stdout
    again = ganbench("run", *what, *how, "--compile", "auto")
    assert "to do: 0" in again.stderr and "standard on toy" not in again.stderr


def test_its_choices_are_told_in_lines_of_the_terminals_width(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys, "stdout", terminal)
    what = ("--models", "standard", "--task", "toy", "--preset", "smoke", "--references", "none")
    how = ("--output", tmp_path / "out", "--cache-dir", tmp_path / "cache", "--dry-run")
    with pytest.raises(SystemExit, match="0"):
        main(list(map(str, ["run", *what, *how, "--compile", "auto"])))
    assert terminal.getvalue().splitlines()[:2] == [
        "standard on toy: it is not compiled: whether that pays has",
        "  not been measured yet",
    ]
