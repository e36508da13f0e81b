"""`score` and `run --task folder` on folders as people have them, through the real command."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Command = Callable[..., subprocess.CompletedProcess[str]]


def pictures(folder: Path, count: int, seed: int, deep: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    for i in range(count):
        grey = np.kron(rng.integers(0, 256, (4, 4)), np.ones((8, 8))).astype(np.uint16)
        image = grey * 257 if deep else grey.astype(np.uint8)
        Image.fromarray(image).save(folder / f"{i:02d}.png")
    return folder


def score(ganbench: Command, *args: str | Path) -> dict[str, dict[str, float]]:
    done = ganbench("score", *args, "--json", "--offline")
    assert done.returncode == 0, done.stderr
    told: dict[str, dict[str, float]] = json.loads(done.stdout)
    return told


def test_deep_pictures_score_as_their_twins(ganbench: Command, tmp_path: Path) -> None:
    sides = [
        [pictures(tmp_path / f"{side}{deep}", 8, seed, deep) for side, seed in (("r", 1), ("f", 2))]
        for deep in (False, True)
    ]
    for size in ([], ["--size", "16"]):
        twins, deep = (score(ganbench, *pair, *size)["metrics"] for pair in sides)
        assert deep == pytest.approx(twins, rel=1e-4)


def test_what_is_left_out_is_counted(ganbench: Command, tmp_path: Path) -> None:
    real, fake = pictures(tmp_path / "real", 8, 1), pictures(tmp_path / "fake", 8, 2)
    pictures(fake / ".ipynb_checkpoints", 3, 3)
    pictures(fake / "__MACOSX", 2, 4)
    (fake / "readme.txt").write_text("ours")
    (real / "broken.jpg").write_text("none")
    refused = ganbench("score", real, fake)
    assert refused.returncode == 2
    assert "1 of 9 images cannot be read: broken.jpg" in refused.stderr
    told = score(ganbench, real, fake, "--skip-unreadable")
    assert (told["protocol"]["n_real"], told["protocol"]["n_fake"]) == (8, 8)
    text = "\n".join(told["warnings"])
    for words in ("3 hidden", "2 left over", "1 .txt", "1 of 9 images that cannot be read"):
        assert words in text


def test_copies_among_the_fakes_are_told(ganbench: Command, tmp_path: Path) -> None:
    real, fake = pictures(tmp_path / "real", 8, 1), pictures(tmp_path / "fake", 8, 2)
    (fake / "memorised.png").write_bytes((real / "03.png").read_bytes())
    (line,) = (t for t in score(ganbench, real, fake)["warnings"] if "REAL" in t)
    assert line == "1 of 9 pictures of FAKE are in REAL too: 03.png = memorised.png"


def folder_run(ganbench: Command, a: Path, b: Path, output: Path, *more: str):  # type: ignore[no-untyped-def]
    data = ("--data", f"A={a}", "--data", f"B={b}")
    return ganbench(
        *("run", "--models", "standard", "--task", "folder", "--preset", "smoke", "--seeds", "1"),
        *("--references", "none", "--steps", "1", "--output", output, *data, *more),
    )


def test_a_run_tells_what_it_left_out_and_what_repeats(ganbench: Command, tmp_path: Path) -> None:
    a, b = pictures(tmp_path / "a", 12, 1), pictures(tmp_path / "b", 12, 2)
    pictures(a / ".trash", 2, 5)
    (b / "copy.png").write_bytes((a / "00.png").read_bytes())
    (a / "cut.png").write_bytes((a / "00.png").read_bytes()[:60])
    refused = folder_run(ganbench, a, b, tmp_path / "out")
    assert refused.returncode == 2 and "1 of 13 images cannot be read: cut.png" in refused.stderr
    done = folder_run(ganbench, a, b, tmp_path / "out", "--skip-unreadable")
    assert done.returncode == 0, done.stderr
    for words in ("2 hidden", "1 of 13 images that cannot be read: cut.png", "00.png = copy.png"):
        assert words in done.stderr


def test_a_run_on_folders_that_overlap_is_refused(ganbench: Command, tmp_path: Path) -> None:
    a = pictures(tmp_path / "a", 8, 1)
    done = folder_run(ganbench, a, pictures(a / "b", 8, 2), tmp_path / "out")
    assert done.returncode == 2 and "A and B overlap" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_very_large_scan_is_let_in_by_the_option(ganbench: Command, tmp_path: Path) -> None:
    real, fake = pictures(tmp_path / "real", 8, 1), pictures(tmp_path / "fake", 8, 2)
    Image.new("L", (1500, 1000), 90).save(real / "scan.png")
    refused = ganbench("score", real, fake, "--size", "16", "--max-megapixels", "1.4")
    assert refused.returncode == 2
    assert "scan.png (more than 1.4 megapixels: allow more by --max-megapixels" in refused.stderr
    told = score(ganbench, real, fake, "--size", "16", "--max-megapixels", "1.5")
    assert told["protocol"]["n_real"] == 9


def test_a_side_of_one_picture_alone_is_told(ganbench: Command, tmp_path: Path) -> None:
    real, fake = pictures(tmp_path / "real", 8, 1), tmp_path / "fake"
    fake.mkdir()
    for i in range(8):
        Image.new("L", (32, 32), 255).save(fake / f"{i}.png")
    (line,) = (t for t in score(ganbench, real, fake)["warnings"] if "same" in t)
    assert line.startswith("all 8 images of FAKE look the same")
    done = folder_run(ganbench, real, fake, tmp_path / "out")
    assert "domain B: all 8 pictures are the same, of the one colour (255, 255, 255)" in done.stderr


def test_what_cannot_be_read_on_both_sides_is_told_at_once(
    ganbench: Command, tmp_path: Path
) -> None:
    real, fake = pictures(tmp_path / "real", 8, 1), pictures(tmp_path / "fake", 8, 2)
    for folder, name in ((real, "a.png"), (fake, "b.jpg"), (fake, "new\nline.png")):
        (folder / name).write_text("404")
    scored = ganbench("score", real, fake)
    run = folder_run(ganbench, real, fake, tmp_path / "out")
    for done in (scored, run):
        assert done.returncode == 2
        assert "3 of 19 images cannot be read: a.png (no picture" in done.stderr
        assert f"{real} and {fake}" in done.stderr


def test_an_empty_path_is_not_the_current_folder(ganbench: Command, tmp_path: Path) -> None:
    pictures(tmp_path, 8, 1)
    done = ganbench("score", "", pictures(tmp_path / "fake", 8, 2), cwd=tmp_path)
    assert done.returncode == 2 and "the path is empty" in done.stderr
