"""`ganbench export` and `ganbench.load_generator`: trained models on their own."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

import ganbench as package
from ganbench.cli.export import FORMATS as OFFERED
from ganbench.results.folder import cell_folder, read_rows
from ganbench.results.records import Row, number_of
from ganbench.running.export import CARD, FORMATS, program_name
from ganbench.running.trained import WEIGHTS
from tests.broad import broad
from tests.conftest import Command

PICTURES = torch.rand(7, 3, 16, 16, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def trained(ganbench: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result folder with a model of both directions, and one of one."""
    folder = tmp_path_factory.mktemp("trained")
    done = ganbench(
        *("run", "--models", "cyclegan,standard", "--task", "gender"),
        *("--preset", "smoke", "--steps", 3, "--seeds", 1, "--references", "real"),
        *("--output", folder),
    )
    assert done.returncode == 0, done.stderr
    return folder


def row_of(trained: Path, model: str) -> Row:
    return next(row for row in read_rows(trained).rows if row.model == model)


def test_the_command_line_offers_the_formats_that_there_are() -> None:
    assert set(OFFERED) == set(FORMATS)


@pytest.mark.parametrize(("model", "direction"), [("cyclegan", "BA"), broad("standard", "AB")])
def test_a_program_does_what_the_model_does(
    ganbench: Command, trained: Path, tmp_path: Path, model: str, direction: str
) -> None:
    """For any number of pictures, and without ganbench."""
    cell = row_of(trained, model).cell
    done = ganbench("export", cell, "--output", trained, "--to", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    name = program_name(direction)
    assert name in done.stdout
    program = torch.export.load(tmp_path / "out" / name).module()
    generator = package.load_generator(cell_folder(trained, cell), direction)
    with torch.no_grad():
        assert not any(module.training for module in generator.modules())
        for number in (1, 7):
            expected = generator(PICTURES[:number])
            assert expected.shape == (number, 3, 16, 16)
            torch.testing.assert_close(program(PICTURES[:number]), expected)
    again = ganbench("export", cell, "--output", trained, "--to", tmp_path / "out")
    assert again.returncode == 0, again.stderr


def test_weights_are_those_of_use_alone(ganbench: Command, trained: Path, tmp_path: Path) -> None:
    """No discriminator, no average, and no pool, which holds translated training data."""
    cell = row_of(trained, "cyclegan").cell
    done = ganbench(
        *("export", cell, "--output", trained, "--to", tmp_path / "out"),
        *("--format", "safetensors"),
    )
    assert done.returncode == 0, done.stderr
    with safe_open(tmp_path / "out" / WEIGHTS, framework="pt") as file:
        assert {name.split(".")[0] for name in file.keys()} == {"generators"}  # noqa: SIM118
    for direction in ("AB", "BA"):
        ours = package.load_generator(tmp_path / "out", direction)
        theirs = package.load_generator(cell_folder(trained, cell), direction)
        assert torch.equal(ours(PICTURES), theirs(PICTURES))
    assert 'load_generator("FOLDER", "AB")' in (tmp_path / "out" / CARD).read_text()


def test_a_card_is_one_of_hugging_face(ganbench: Command, trained: Path, tmp_path: Path) -> None:
    hub = pytest.importorskip("huggingface_hub")
    row = row_of(trained, "cyclegan")
    done = ganbench("export", row.cell, "--output", trained, "--to", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    card = hub.ModelCard.load(tmp_path / "out" / CARD)
    assert (card.data.library_name, card.data.pipeline_tag) == ("ganbench", "image-to-image")
    found = {
        (result.metric_type, result.task_name): result.metric_value
        for result in card.data.eval_results
    }
    for name, given in row.metrics.items():
        key = name.removesuffix("_BA"), "B to A" if name.endswith("_BA") else "A to B"
        value = number_of(given)
        if value is not None:
            assert found.pop((key[0], f"Unpaired translation, {key[1]}")) == value
    assert not found
    text = card.text
    assert "no licence of others binds them" in text and "compare models over several" in text
    (again,) = (line for line in text.splitlines() if line.startswith("ganbench run"))
    listed = ganbench(*shlex.split(again)[1:], "--dry-run")
    assert row.cell in listed.stdout  # the very cell
    assert "samples AB: " in text and f"- cell: {row.cell}" in text


def test_what_cannot_be_exported_is_told(ganbench: Command, trained: Path, tmp_path: Path) -> None:
    """Before anything is written."""
    output = ("--output", trained, "--to", tmp_path / "out")
    standard, real = (row_of(trained, name).cell for name in ("standard", "real"))
    for arguments, message in (
        ((standard, "--direction", "BA"), "no direction BA"),
        ((standard, "--output-seed", "1"), "one output for an input"),
        ((real,), "is a reference"),
        (("ffffffff",), "no cell"),
    ):
        done = ganbench("export", *arguments, *output)
        assert done.returncode == 2 and message in done.stderr, done.stderr
        assert "Traceback" not in done.stderr and not (tmp_path / "out").exists()
    inside = ganbench("export", standard, "--output", trained, "--to", trained / "cells" / "new")
    assert inside.returncode == 2 and "would lie in what is read" in inside.stderr
    assert not (trained / "cells" / "new").exists()
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / CARD).write_text("mine")
    done = ganbench("export", standard, "--output", trained, "--to", tmp_path / "taken")
    assert done.returncode == 2 and "there already" in done.stderr
    assert (tmp_path / "taken" / CARD).read_text() == "mine"


def test_a_damaged_export_is_told(ganbench: Command, trained: Path, tmp_path: Path) -> None:
    cell = row_of(trained, "standard").cell
    done = ganbench(
        *("export", cell, "--output", trained, "--to", tmp_path / "out"),
        *("--format", "safetensors"),
    )
    assert done.returncode == 0, done.stderr
    whole = (tmp_path / "out" / WEIGHTS).read_bytes()
    (tmp_path / "out" / WEIGHTS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(package.UserError, match="cannot be read"):
        package.load_generator(tmp_path / "out")
    with pytest.raises(package.UserError, match="no direction BA"):
        package.load_generator(cell_folder(trained, cell), "BA")


def test_a_folder_without_a_model_is_told(trained: Path, tmp_path: Path) -> None:
    real = cell_folder(trained, row_of(trained, "real").cell)
    for folder, what in (
        (real, "is a reference"),
        (tmp_path, "no folder of a trained model"),
        (tmp_path / "none", "no folder of a trained model"),
        (trained, "no folder of a trained model"),
    ):
        with pytest.raises(package.UserError, match=what) as told:
            package.load_generator(folder)
        assert "cells/" in told.value.fix and "overwrite" not in told.value.fix
