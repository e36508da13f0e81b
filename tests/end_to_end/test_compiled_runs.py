"""A compiled run says so in its rows, and is found again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from ganbench.results.folder import cell_folder, read_cell, read_rows
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
