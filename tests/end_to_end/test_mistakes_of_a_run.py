"""Mistakes in folders of one's own, through the real command."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tests.cli.test_mistakes import folder_run, folders
from tests.conftest import Command


def test_folders_of_ones_own(tmp_path: Path, cache_dir: Path, ganbench: Command) -> None:
    a, b = folders(tmp_path)
    Image.new("L", (30, 30), 90).save(a / "grey.jpg")
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(a / "clear.PNG")
    done = ganbench(*folder_run(a, b, tmp_path / "out", cache_dir))
    assert done.returncode == 0, done.stderr
    assert "domain A: 8 images" in done.stderr
    assert (tmp_path / "out" / "figures" / "folder-samples.png").exists()
