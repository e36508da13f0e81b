"""One command trains CycleGAN and CUT on a set with its own splits as their papers do."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from ganbench.registry.registry import discover
from ganbench.results.folder import read_cell, read_rows
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from tests.conftest import Command
from tests.data.stand_in_sets import write_animals, write_horses

RUN = ("run", "--task", "folder", "--preset", "published", "--device", "cpu")
SMALL = ("--size", "32", "--width", "4", "--steps", "8", "--set", "folder.load_px=36")


def test_the_preset_has_the_recipe_and_the_protocol_of_the_paper(tmp_path: Path) -> None:
    models = ("cyclegan", "cut", "discogan")
    paths = {"set": write_horses(tmp_path / "horse2zebra")}
    request = Request(models, ("folder",), (0,), tmp_path, preset="published", data=paths)
    cells = {job.cell.model: job.cell for job in resolve(request, discover()).jobs}
    for name in models:
        cell = cells[name]
        preset = cell.preset
        assert (preset.size, preset.width, preset.network) == (256, 64, "resnet")
        assert (preset.budget_steps, cell.hparams["batch_size"]) == (200 * 1_334, 1)
        assert (cell.recipe, cell.hparams["lr"]) == ("paper", 2e-4)
        assert (cell.options["load_px"], cell.options["mirrored"]) == (286, True)
    assert cells["cyclegan"].hparams["decay"] == cells["cut"].hparams["decay"] == 0.5
    assert (cells["cyclegan"].hparams["lambda_cyc"], cells["cyclegan"].hparams["pool_size"]) == (
        10,
        50,
    )


@pytest.fixture(scope="module")
def horses(ganbench: Command, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The results, and what the command said."""
    root = tmp_path_factory.mktemp("published")
    data = write_horses(root / "horse2zebra")
    done = ganbench(
        *(*RUN, *SMALL, "--models", "cyclegan,cut", "--seeds", "1", "--data", f"set={data}"),
        *("--best-on-test", "kd_visible", "--output", root / "out"),
    )
    assert done.returncode == 0, done.stderr
    return root / "out", done.stdout + done.stderr


@pytest.mark.broad
def test_all_test_images_and_no_others_are_scored(horses: tuple[Path, str]) -> None:
    output, said = horses
    rows = {row.model: row for row in read_rows(output).rows}
    assert rows["cyclegan"].protocol["samples"]["AB"] == {"real": 7, "fake": 6}
    assert rows["cyclegan"].protocol["samples"]["BA"] == {"real": 6, "fake": 7}
    assert all(row.status == "done" for row in rows.values())
    for words in ("domain A, train: 12 images", "domain B, test: 7 images", "side by side"):
        assert words in said, said
    cell = read_cell(output / "cells" / rows["cut"].cell)
    assert (cell.data, cell.recipe) == ("split_set", "paper")


def test_a_set_by_classes_in_either_direction(ganbench: Command, tmp_path: Path) -> None:
    data = write_animals(tmp_path / "afhq")
    plan = (*RUN, "--models", "cut", "--data", f"set={data}", "--dry-run")
    there, back = (
        ganbench(*plan, "--set", f"folder.class_A={a}", "--set", f"folder.class_B={b}")
        for a, b in (("cat", "dog"), ("dog", "cat"))
    )
    assert there.returncode == back.returncode == 0, there.stderr + back.stderr
    assert there.stdout.split()[0] != back.stdout.split()[0]
    wrong = ganbench(*plan, "--set", "folder.class_A=cat", "--set", "folder.class_B=dig")
    assert wrong.returncode == 2 and "did you mean 'dog'" in wrong.stderr
    none = ganbench(*plan)
    assert none.returncode == 2 and "unknown class of train 'A'" in none.stderr


def test_a_picture_that_is_in_train_and_test_is_told(ganbench: Command, tmp_path: Path) -> None:
    data = write_horses(tmp_path / "horses")
    with Image.open(data / "trainA" / "n0000.jpg") as picture:
        picture.save(data / "testA" / "copy.png")
    done = ganbench(
        *(*RUN, *SMALL, "--models", "cut", "--seeds", "1", "--references", "none", "--steps", "1"),
        *("--data", f"set={data}", "--output", tmp_path / "out"),
    )
    assert done.returncode == 0, done.stderr
    assert "1 of 7 pictures of A (test) are in A (" in done.stderr
    assert "n0000.jpg = copy.png" in done.stderr
