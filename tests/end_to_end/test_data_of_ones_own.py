"""Meshes and data sets of one's own, through the real command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.plugins.real_sets import celeba
from tests.plugins.test_mirrors import kaggle_deeper
from tests.plugins.test_own_meshes import UPRIGHT, arrows


def test_the_command_reads_a_mirror(ganbench: Command, tmp_path: Path) -> None:
    celeba(tmp_path / "set")
    kaggle_deeper(tmp_path / "set")
    done = ganbench("data", "verify", "celeba", tmp_path / "set")
    assert done.returncode == 0, done.stderr
    assert "120" in done.stdout
    shutil.rmtree(tmp_path / "set" / "celeba" / "img_align_celeba")
    (tmp_path / "set" / "celeba" / "img_align_celeba.zip").touch()
    gone = ganbench("data", "verify", "celeba", tmp_path / "set" / "celeba")
    assert gone.returncode == 2 and "Traceback" not in gone.stderr
    assert "no img_align_celeba in the data folder, which holds img_align" in gone.stderr


@pytest.mark.broad
def test_from_the_command_line(tmp_path: Path, ganbench: Command, cache_dir: Path) -> None:
    a = arrows(tmp_path / "a", "obj", UPRIGHT)
    b = arrows(tmp_path / "b", "glb", UPRIGHT)
    (b / "broken.ply").write_bytes(b"ply\n")
    command = (
        *("run", "--models", "standard", "--task", "chair2car", "--preset", "smoke"),
        *("--seeds", "1", "--steps", "2", "--references", "none", "--metrics", "azimuth"),
        *("--data", f"meshes_A={a}", "--data", f"meshes_B={b}"),
        *("--set", "chair2car.up_B=z", "--set", "chair2car.front_B=x"),
        *("--output", tmp_path / "out", "--cache-dir", cache_dir, "--skip-unreadable"),
    )
    done = ganbench(*command)
    assert done.returncode == 0, done.stderr
    assert "left out broken.ply" in done.stderr and "preview.png" in done.stderr
