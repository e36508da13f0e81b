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


def test_equal_cells_are_counted(ganbench: Command, tmp_path: Path) -> None:
    a = folder(tmp_path / "a", ready("standard", 0, 1.0), ready("standard", 1, 1.0))
    failed = {"status": "failed", "reason": "no memory", "metrics": {}}
    b = folder(tmp_path / "b", ready("standard", 0, 1.0), ready("standard", 1, 0.0, **failed))
    told = ganbench("merge", a, b, "-o", tmp_path / "c").stdout
    assert f"{a}: 2 cells\n{b}: 2 cells\n" in told
    assert f"{tmp_path / 'c'}: 2 cells, without 1 equal to one of another folder and 1 " in told
    told = ganbench("merge", a, "-o", tmp_path / "d").stdout
    assert f"{tmp_path / 'd'}: 2 cells\n" in told
