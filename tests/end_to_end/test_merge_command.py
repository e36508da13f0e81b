"""`ganbench merge` tells mistakes, and its folder is a result folder."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Command
from tests.reporting.test_merge import folder, ready


def test_mistakes_are_told(ganbench: Command, tmp_path: Path) -> None:
    a = folder(tmp_path / "a", ready("standard", 0, 1.0))
    for arguments, message in (
        ((a, a, "-o", tmp_path / "c"), "the same folder twice"),
        ((a, tmp_path / "none", "-o", tmp_path / "c"), "no such result folder"),
        ((a, "-o", a), "there already"),
    ):
        done = ganbench("merge", *arguments)
        assert done.returncode == 2
        assert message in done.stderr and "Traceback" not in done.stderr
    assert ganbench("merge", a, "-o", tmp_path / "c").returncode == 0
    assert ganbench("table", tmp_path / "c").returncode == 0
