"""`ganbench why`: what has changed since a cell was run, in a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from events import LAST_NET_SEC

from ganbench.registry import built_in_folder
from ganbench.source import PACKAGE_DIR

Ganbench = Callable[..., subprocess.CompletedProcess[str]]
RUN = ("run", "--models", "standard", "--task", "toy", "--preset", "smoke", "--seeds", "1")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("project")
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE_DIR, base / "ganbench", ignore=skipped)
    shutil.copytree(built_in_folder(), base / "plugins", ignore=skipped)
    return base


@pytest.fixture(scope="module")
def ganbench(copy: Path) -> Ganbench:
    """The copy's command, in the copy's folder."""

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "PYTHONPATH": str(copy), "GANBENCH_CACHE": str(copy / "cache")}
        command = [sys.executable, "-m", "ganbench", *args]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=copy,
            env=env,
            timeout=LAST_NET_SEC,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def cell(ganbench: Ganbench, copy: Path) -> str:
    done = ganbench(*RUN, "--steps", "4", "--references", "none", "--output", "results/first")
    assert done.returncode == 0, done.stderr
    (folder,) = (copy / "results" / "first" / "cells").iterdir()
    return folder.name


def edit(file: Path) -> Callable[[], None]:
    """Adds a comment; the function that comes back takes it away."""
    before = file.read_text()
    file.write_text(before + "\n# another thought\n")
    return lambda: file.write_text(before) and None


@pytest.mark.parametrize(
    ("edited", "told"),
    [
        ("", "nothing has changed"),
        ("ganbench/losses.py", "trained again:\n    ganbench/losses.py was changed"),
        ("ganbench/networks/points.py", "ganbench/networks/points.py was changed"),
        ("plugins/models/standard.py", "plugins/models/standard.py was changed"),
        ("plugins/metrics/modes.py", "scored again:\n    plugins/metrics/modes.py was changed"),
        ("plugins/models/recon.py", "nothing has changed"),
        ("ganbench/tables.py", "nothing has changed"),
    ],
)
def test_what_was_edited_is_told(
    ganbench: Ganbench, copy: Path, cell: str, edited: str, told: str
) -> None:
    restore = edit(copy / edited) if edited else lambda: None
    try:
        done = ganbench("why", cell[:6])
        left = ganbench(
            *RUN,
            *("--steps", "4", "--references", "none", "--output", "results/first", "--dry-run"),
        )
    finally:
        restore()
    assert done.returncode == 0, done.stderr
    assert told in done.stdout
    assert ("nothing has changed" in done.stdout) == ("to do: 0" in left.stdout)


def test_a_cell_without_a_row_is_told(ganbench: Ganbench, copy: Path, cell: str) -> None:
    shutil.copytree(copy / "results" / "first" / "cells", copy / "results" / "second" / "cells")
    done = ganbench("why", cell, "--output", "results/second")
    assert "it has no row yet" in done.stdout
    shutil.rmtree(copy / "results" / "second")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("zzzz",), "no cell"),
        (("../..",), "no id of a cell"),
        (("a", "--output", "nowhere"), "no cell"),
    ],
)
def test_mistakes_are_told(
    ganbench: Ganbench, cell: str, arguments: tuple[str, ...], message: str
) -> None:
    done = ganbench("why", *arguments)
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr
