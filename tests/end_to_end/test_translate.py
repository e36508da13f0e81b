"""`ganbench translate`: trained models in a chain, through the real command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import Command

RUN = ("run", "--preset", "smoke", "--seeds", "1", "--references", "none")


@pytest.fixture(scope="module")
def trained(ganbench: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Result folders of two conversions."""
    base = tmp_path_factory.mktemp("trained")
    for task, models in (("gender", "standard,discogan"), ("hair", "discogan")):
        done = ganbench(*RUN, "--models", models, "--task", task, "--output", base / task)
        assert done.returncode == 0, done.stderr
    return base


def test_a_sequence_is_read_step_by_step(ganbench: Command, trained: Path, tmp_path: Path) -> None:
    done = ganbench(
        "translate",
        *("--step", trained / "gender", "--step", f"{trained / 'hair'}:BA"),
        *("--model", "discogan", "--output", tmp_path / "out", "--format", "json"),
    )
    assert done.returncode == 0, done.stderr
    read = {r["attribute"]: r for r in json.loads(done.stdout)["records"]}
    assert read["male"]["measure"] == read["blond"]["measure"] == "has it"
    assert read["glasses"]["measure"] == "as the input"
    for record in read.values():
        assert all(0 <= record[str(step)] <= 1 for step in range(3))
    with Image.open(tmp_path / "out" / "chain.png") as picture:
        assert picture.width > 300


def test_repeated_application_of_images_of_ones_own(
    ganbench: Command, trained: Path, tmp_path: Path
) -> None:
    for i in range(3):
        colour = (40 * i, 90, 200)
        (tmp_path / "in" / "sub").mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), colour).save(tmp_path / "in" / "sub" / f"{i}.jpg")
    chain = ("--step", trained / "gender", "--model", "standard", "--images", tmp_path / "in")
    for times in (1, 3):
        done = ganbench("translate", *chain, "--times", times, "--output", tmp_path / f"out{times}")
        assert done.returncode == 0, done.stderr
    once, thrice = (
        [np.asarray(Image.open(tmp_path / f"out{t}" / "sub" / f"{i}.png")) for i in range(3)]
        for t in (1, 3)
    )
    assert once[0].shape == (16, 16, 3)
    assert any((a != b).any() for a, b in zip(once, thrice, strict=True))
    again = ganbench("translate", *chain, "--output", tmp_path / "again")
    assert again.returncode == 0
    assert (np.asarray(Image.open(tmp_path / "again" / "sub" / "0.png")) == once[0]).all()


@pytest.mark.broad
def test_a_model_with_several_outputs_gives_them_by_seed(ganbench: Command, tmp_path: Path) -> None:
    run = ("--models", "munit", "--task", "gender", "--preset", "smoke", "--seeds", "1")
    done = ganbench("run", *run, "--steps", 4, "--references", "none", "--output", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    rows = (tmp_path / "run" / "rows.jsonl").read_text()
    assert json.loads(rows)["metrics"]["variety_efficientnet_lite0"] > 0
    pictures = []
    for i, seed in enumerate((0, 0, 5)):
        chain = ("--step", tmp_path / "run", "--model", "munit", "--output", tmp_path / str(i))
        done = ganbench("translate", *chain, "--output-seed", seed)
        assert done.returncode == 0, done.stderr
        pictures.append((tmp_path / str(i) / "chain.png").read_bytes())
    assert pictures[0] == pictures[1] != pictures[2]


def test_pictures_keep_their_own_sizes(ganbench: Command, trained: Path, tmp_path: Path) -> None:
    sizes = {"wide": (90, 40), "high": (17, 50), "tiny": (5, 6)}
    for name, size in sizes.items():
        (tmp_path / "in").mkdir(exist_ok=True)
        Image.effect_noise(size, 60).save(tmp_path / "in" / f"{name}.png")
    chain = ("--step", trained / "gender", "--model", "standard", "--images", tmp_path / "in")
    made = {}
    for way in ("tiles", "whole"):
        out = tmp_path / way
        done = ganbench("translate", *chain, "--own-size", way, "--output", out)
        assert done.returncode == 0, done.stderr
        assert done.stderr == f"picture: {out / 'chain.png'}\n"  # and no library's warning
        assert Image.open(out / "chain.png").width > 3 * 16
        made[way] = {name: Image.open(out / f"{name}.png") for name in sizes}
        assert {name: each.size for name, each in made[way].items()} == sizes
    assert made["tiles"]["wide"].tobytes() != made["whole"]["wide"].tobytes()
    (tmp_path / "in" / "broken.png").write_text("no picture")
    for more, message in (
        ((), "1 of 4 images cannot be read: broken.png"),
        (("--skip-unreadable",), "broken.png"),
    ):
        out = ("--own-size", "tiles", "--output", tmp_path / "again")
        done = ganbench("translate", *chain, *out, *more)
        assert done.returncode == (0 if more else 2) and message in done.stderr
        assert (tmp_path / "again").exists() == bool(more)
    none = ("--step", trained / "gender", "--model", "standard", "--own-size", "whole")
    done = ganbench("translate", *none, "--output", tmp_path / "o")
    assert done.returncode == 2 and "give --images too" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--model", "discgan"), "did you mean"),
        (("--model", "discogan", "--output-seed", "1"), "one output for an input"),
        (("--model", "discogan", "--seed", "4"), "seeds: 0"),
        (("--model", "standard", "--direction"), "No such option"),
    ],
)
def test_mistakes_are_told(
    ganbench: Command, trained: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = ganbench(
        "translate", "--step", trained / "gender", "--output", tmp_path / "o", *arguments
    )
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr


def test_steps_that_cannot_be_taken_are_told(
    ganbench: Command, trained: Path, tmp_path: Path
) -> None:
    out = ("--model", "standard", "--output", tmp_path / "o")
    back = ganbench("translate", "--step", f"{trained / 'gender'}:BA", *out)
    assert back.returncode == 2 and "no direction BA" in back.stderr
    nothing = ganbench("translate", "--step", tmp_path, *out)
    assert nothing.returncode == 2 and "no trained model here" in nothing.stderr
