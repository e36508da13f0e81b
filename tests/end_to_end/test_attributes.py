"""Attributes and faces of CelebA without pairs, through the real command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.conftest import Command
from tests.plugins.real_sets import celeba

NAMES = {"Male", "Blond_Hair", "Black_Hair", "Eyeglasses", "No_Beard", "Smiling", "Young"}
ALL = {*NAMES, "Pale_Skin"}
RUN = ("run", "--task", "attributes2faces", "--preset", "smoke", "--seeds", 1, "--steps", 3)
HERE = ("--device", "cpu", "--backend", "here", "--offline")


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    celeba(folder)
    return folder


def rows_of(output: Path) -> dict[str, Any]:
    lines = (output / "rows.jsonl").read_text("utf-8").splitlines()
    return {row["model"]: row for row in map(json.loads, lines)}


@pytest.mark.broad
def test_attributes_become_faces_and_faces_attributes(
    ganbench: Command, faces: Path, tmp_path: Path
) -> None:
    output, data = tmp_path / "out", ("--data", f"celeba={faces}")
    models = ("--models", "cyclegan,munit", "--metrics", "attributes,reconstruction")
    refused = ganbench(*RUN, "--models", "cut", *data, *HERE, "--output", output)
    assert refused.returncode == 2 and not output.exists()
    assert "cut: its losses know no attributes with images" in refused.stderr
    done = ganbench(*RUN, *models, *data, *HERE, "--output", output)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    rows = rows_of(output)
    assert rows["munit"]["status"] == "done"
    assert rows["cyclegan"]["data"] == "celeba"
    metrics = rows["cyclegan"]["metrics"]
    assert metrics["reconstruction_mse"] == "skipped: attributes have no squared differences"
    for name in ("attribute_agreement", "attributes_restored", "attribute_probe_accuracy"):
        assert 0 <= metrics[name] <= 1
    assert {name.removeprefix("balanced_") for name in metrics if "balanced_" in name} == {
        *ALL,
        *(f"{name}_BA" for name in ALL),
    }
    oracle = rows["oracle"]["metrics"]
    assert (
        oracle["attribute_agreement_BA"] > 0.8 > rows["real"]["metrics"]["attribute_agreement_BA"]
    )
    assert {rows[name]["status"] for name in ("real", "oracle", "frequency", "untrained")} == {
        "done"
    }
    with np.load(output / "cells" / rows["cyclegan"]["cell"] / "arrays.npz") as arrays:
        shown = {word for text in arrays["BA/samples/fake"].tolist() for word in text.split()}
        assert shown <= {*ALL, "none"}
        assert arrays["AB/samples/fake"].shape[1:] == (3, 16, 16)
    with Image.open(output / "figures" / "attributes2faces-samples.png") as image:
        assert image.width > 300
    assert ganbench("report", output).returncode == 0
    own_samples(ganbench, faces, output, tmp_path)


def own_samples(ganbench: Command, faces: Path, output: Path, folder: Path) -> None:
    """Attributes of a user's own become pictures, and these attributes again."""
    given = folder / "given.txt"
    given.write_text("Male Eyeglasses\nnone\n", encoding="utf-8")
    command = ("translate", "--model", "cyclegan", "--data", f"celeba={faces}")
    there = (*command, "--step", output, "--output", folder / "there", "--phrases")
    done = ganbench(*there, given)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (folder / "there").iterdir()} == {
        "001.png",
        "002.png",
        "chain.png",
    }
    (folder / "there" / "chain.png").unlink()
    back = (*command, "--step", f"{output}:BA", "--output", folder / "back", "--images")
    done = ganbench(*back, folder / "there")
    assert done.returncode == 0, done.stderr
    lines = (folder / "back" / "phrases.txt").read_text("utf-8").splitlines()
    assert len(lines) == 2 and {*" ".join(lines).split()} <= {*ALL, "none"}
    given.write_text("Male\nHat\n", encoding="utf-8")
    refused = ganbench(*there[:-2], folder / "no", "--phrases", given)
    assert refused.returncode == 2 and "Traceback" not in refused.stderr
    assert "unknown attribute 'Hat'" in refused.stderr and "line 2" in refused.stderr


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--set", "network=unet"), "unknown network for attributes 'unet'"),
        (("--set", "cyclegan.augment=noise"), "attributes cannot be augmented like images"),
        (("--set", "attributes2faces.faces=5"), "60 or more"),
        (("--set", "attributes2faces.split=authors"), "split"),
    ],
)
def test_what_attributes_do_not_have_is_one_message_before_training(
    ganbench: Command, tmp_path: Path, given: tuple[str, ...], told: str
) -> None:
    done = ganbench(*RUN, "--models", "cyclegan", *HERE, "--output", tmp_path / "out", *given)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split()) and "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "rows.jsonl").exists()
