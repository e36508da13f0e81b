"""A task from phrases to pictures and back, through the real command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.conftest import Command
from tests.words import SOURCE

PHRASES = {f"{shade} {tint}" for shade in ("dark", "pale") for tint in ("red", "green", "blue")}
RUN = ("run", "--task", "shades", "--seeds", 1, "--backend", "here", "--offline")


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "shades.py").write_text(SOURCE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(ganbench: Command, plugins: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of models with one output and with several, and of the references."""
    output = tmp_path_factory.mktemp("trained") / "out"
    models = ("--models", "discogan,munit,standard")
    done = ganbench(*map(str, RUN), *models, "--plugins", plugins, "--output", output)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return output


def read(output: Path) -> list[dict[str, Any]]:
    """The rows, by seed."""
    lines = (output / "rows.jsonl").read_text("utf-8").splitlines()
    return sorted(map(json.loads, lines), key=lambda row: row["seed"])


def rows_of(output: Path) -> dict[str, Any]:
    return {row["model"]: row for row in read(output)}


def test_words_become_pictures_and_pictures_words(
    ganbench: Command, plugins: Path, trained: Path, tmp_path: Path
) -> None:
    none = tmp_path / "out"
    refused = ganbench(*map(str, RUN), "--models", "cut", "--plugins", plugins, "--output", none)
    assert refused.returncode == 2 and not none.exists()
    assert "cut: its losses know no tokens with images" in refused.stderr
    rows = rows_of(trained)
    assert rows["discogan"]["status"] == "done"
    assert rows["munit"]["metrics"]["variety_mse"] > 0
    assert (
        rows["munit"]["metrics"]["variety_mse_BA"] == "skipped: tokens have no squared differences"
    )
    metrics = rows["discogan"]["metrics"]
    assert metrics["edge_agreement"] == "skipped: tokens have no edges"
    assert metrics["reconstruction_mse"] == "skipped: tokens have no squared differences"
    assert metrics["reconstruction_mse_BA"] >= 0
    assert metrics["azimuth_alignment"] == "skipped: it knows no tokens with images"
    assert {rows[name]["status"] for name in ("real", "untrained", "oracle")} == {"done"}
    folder = trained / "cells" / rows["discogan"]["cell"]
    with np.load(folder / "arrays.npz") as arrays:
        assert {*arrays["AB/samples/input"].tolist()} <= PHRASES
        words = {word for phrase in arrays["BA/samples/fake"].tolist() for word in phrase.split()}
        assert words <= {"dark", "pale", "red", "green", "blue"}
        assert arrays["AB/samples/fake"].shape[1:] == (3, 16, 16)
    for picture in (folder / "samples.png", trained / "figures" / "shades-samples.png"):
        with Image.open(picture) as image:
            assert image.width > 300
    reported = ganbench("report", trained)
    assert reported.returncode == 0, reported.stderr


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--set", "network=unet"), "unknown network for tokens 'unet'"),
        (("--set", "discogan.augment=noise"), "tokens cannot be augmented like images"),
        (("--size", "20"), "not a power of two"),
    ],
)
def test_what_tokens_do_not_have_is_one_message_before_training(
    ganbench: Command, plugins: Path, tmp_path: Path, given: tuple[str, ...], told: str
) -> None:
    output = tmp_path / "out"
    command = (*map(str, RUN), "--models", "discogan", "--plugins", plugins, "--output", output)
    done = ganbench(*command, *given)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split()) and "Traceback" not in done.stderr
    assert not (output / "rows.jsonl").exists()


def test_a_task_names_its_kinds(ganbench: Command, tmp_path: Path) -> None:
    source = SOURCE.replace('kinds = ("tokens", "image")', "")
    (tmp_path / "shades.py").write_text(source, encoding="utf-8")
    command = (*map(str, RUN), "--models", "standard", "--plugins", tmp_path)
    done = ganbench(*command, "--output", tmp_path / "out")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "write `kinds = ('tokens', 'image')` there" in " ".join(done.stderr.split())


@pytest.mark.broad
def test_seeds_of_words_train_as_one_program(
    ganbench: Command, plugins: Path, tmp_path: Path
) -> None:
    """Stacked, they come to what they come to alone."""
    command = ("run", "--task", "shades", "--models", "discogan", "--references", "none")
    where = ("--device", "cpu", "--backend", "here", "--offline", "--plugins", plugins)
    shared = (*command, "--seeds", "2", *where)
    alone = ganbench(*shared, "--output", tmp_path / "alone", "--together", "1")
    stacked = ganbench(*shared, "--output", tmp_path / "stacked", "--together", "2")
    assert alone.returncode == stacked.returncode == 0, stacked.stderr
    for one, other in zip(read(tmp_path / "alone"), read(tmp_path / "stacked"), strict=True):
        assert one["status"] == other["status"] == "done"
        number = "reconstruction_mse_BA"
        assert one["metrics"][number] == pytest.approx(other["metrics"][number], rel=1e-3)


def test_the_kit_passes_such_a_task(ganbench: Command, plugins: Path) -> None:
    done = ganbench("check", plugins / "shades.py")
    assert done.returncode == 0, done.stdout


def translated(ganbench: Command, plugins: Path, folder: Path, output: Path, *more: object) -> Any:
    step = ("translate", "--step", folder, "--model", "discogan", "--plugins", plugins)
    return ganbench(*step, "--output", output, *more)


def test_a_phrase_becomes_several_pictures(
    ganbench: Command, plugins: Path, trained: Path, tmp_path: Path
) -> None:
    phrases = tmp_path / "phrases.txt"
    phrases.write_text("dark red\npale blue\n", encoding="utf-8")

    def several(model: str, output: str, *more: object) -> Any:
        step = ("translate", "--step", trained, "--model", model, "--phrases", phrases)
        return ganbench(*step, "--plugins", plugins, "--output", tmp_path / output, *more)

    done = several("munit", "three", "--outputs", 3)
    assert done.returncode == 0, done.stderr
    made = {path.stem: path.read_bytes() for path in (tmp_path / "three").iterdir()}
    assert {*made} == {f"00{i}-{seed}" for i in (1, 2) for seed in range(3)} | {"chain"}
    assert len({*made.values()}) == len(made)
    assert several("munit", "last", "--output-seed", 2).returncode == 0
    assert (tmp_path / "last" / "002.png").read_bytes() == made["002-2"]
    refused = several("standard", "no", "--outputs", 3)
    assert refused.returncode == 2 and not (tmp_path / "no").exists()
    assert "standard has one output for an input" in refused.stderr


def test_own_phrases_become_pictures_and_own_pictures_phrases(
    ganbench: Command, plugins: Path, tmp_path: Path
) -> None:
    run = (*map(str, RUN), "--models", "discogan", "--references", "none", "--metrics", "variety")
    folder = tmp_path / "run"
    assert ganbench(*run, "--plugins", plugins, "--output", folder).returncode == 0
    phrases = tmp_path / "phrases.txt"
    phrases.write_text("dark red\npale blue\n", encoding="utf-8")
    output = tmp_path / "there"
    done = translated(ganbench, plugins, folder, output, "--phrases", phrases)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in output.iterdir()} == {"001.png", "002.png", "chain.png"}
    with Image.open(output / "001.png") as picture:
        assert picture.size == (16, 16)
    (output / "chain.png").unlink()
    back = tmp_path / "back"
    done = translated(ganbench, plugins, f"{folder}:BA", back, "--images", output)
    assert done.returncode == 0, done.stderr
    lines = (back / "phrases.txt").read_text("utf-8").splitlines()
    assert len(lines) == 2 and {*" ".join(lines).split()} <= {*" ".join(PHRASES).split()}
    done = translated(ganbench, plugins, folder, tmp_path / "test")
    assert done.returncode == 0, done.stderr
    for given, told in (
        (("--images", output), "translates tokens"),
        (("--phrases", tmp_path / "none.txt"), "cannot be read"),
    ):
        refused = translated(ganbench, plugins, folder, tmp_path / "no", *given)
        assert refused.returncode == 2 and "Traceback" not in refused.stderr
        assert told in " ".join(refused.stderr.split())
        assert not (tmp_path / "no").exists()
    phrases.write_text("dark red\nred dark\n", encoding="utf-8")
    refused = translated(ganbench, plugins, folder, tmp_path / "no", "--phrases", phrases)
    assert refused.returncode == 2 and "'red' never stands as word 1" in refused.stderr
