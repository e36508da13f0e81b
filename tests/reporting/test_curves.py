"""Curves of result folders: what is read, what is left out and said, and what the picture shows."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from ganbench.core.errors import UserError
from ganbench.core.spec import Column, Preset
from ganbench.reporting.curve_figure import curve_figure, line_labels
from ganbench.reporting.curves import FIELDS, csv_text, curves_of, records
from ganbench.reporting.figures import figure_bytes
from ganbench.results.curves import CURVES, LOSS_LOG, add_point
from ganbench.results.folder import CONFIG, cell_folder
from ganbench.results.records import Cell

BASE = Cell(
    model="recon",
    task="toy",
    data="procedural",
    data_hash="d",
    preset=Preset("smoke", budget_steps=100, width=8),
    recipe="code",
    hparams={"lr": 1e-3},
    options={},
    precision="fp32",
    device="cpu",
    threads=1,
    split="test",
    seed=0,
    code_hash="c",
    torch="2",
)
UNDEFINED = "undefined: D does not score train samples above translations"
COLUMNS = {"score": Column("", True, "a score")}
TRAINED = {50: 1.0, 100: 3.0}


def stored(output: Path, scores: dict[int, float] | None = None, **changes: object) -> Path:
    """The folder of a trained cell: curves of `scores`, and losses."""
    cell = replace(BASE, **changes)  # type: ignore[arg-type]
    folder = cell_folder(output, cell.id)
    folder.mkdir(parents=True)
    (folder / CONFIG).write_text(json.dumps(asdict(cell)))
    for step, score in (scores or {}).items():
        add_point(
            folder, step, {"overfit_D": UNDEFINED, "score": score + cell.seed, "score_BA": score}
        )
    if cell.recipe:
        (folder / LOSS_LOG).write_text("step,D_B\n50,0.5\n100,nan\n")
    return folder


def lines(*folders: Path, columns: tuple[str, ...] = ()) -> list[dict[str, str]]:
    text = csv_text(records(curves_of(folders, columns)))
    return list(csv.DictReader(io.StringIO(text)))


def test_lines_are_told_apart_by_what_differs_on_their_task(tmp_path: Path) -> None:
    for radius in (3, 5):
        stored(tmp_path / "out", {50: 1.0}, options={"radius_A": radius})
    stored(tmp_path / "out", {50: 1.0}, task="ring8", recipe="paper", hparams={"lr": 0.5})
    labels = {(line["task"], line["model"]) for line in lines(tmp_path / "out")}
    assert labels == {
        ("toy", "recon (radius_A=3)"),
        ("toy", "recon (radius_A=5)"),
        ("ring8", "recon"),
    }


def test_each_number_and_each_reason_has_a_line(tmp_path: Path) -> None:
    stored(tmp_path / "out", {50: 1.0})
    found = lines(tmp_path / "out")
    head = {"folder": "out", "task": "toy", "preset": "smoke", "split": "test", "model": "recon"}
    assert all(line.items() >= head.items() for line in found)
    assert [tuple(line[name] for name in FIELDS[5:]) for line in found] == [
        ("code", "0", "50", "overfit_D", "", UNDEFINED),
        ("code", "0", "50", "score", "1.0", ""),
        ("code", "0", "50", "score_BA", "1.0", ""),
        ("code", "0", "50", "loss/D_B", "0.5", ""),
        ("code", "0", "100", "loss/D_B", "", "undefined: the loss was nan"),
    ]


def test_variants_of_a_model_are_told_apart(tmp_path: Path) -> None:
    stored(tmp_path / "out", TRAINED)
    stored(tmp_path / "out", TRAINED, hparams={"lr": 1e-4})
    assert {line["model"] for line in lines(tmp_path / "out")} == {
        "recon (lr=0.001)",
        "recon (lr=0.0001)",
    }


def test_references_and_strange_folders_are_no_curves(tmp_path: Path) -> None:
    stored(tmp_path / "out", TRAINED)
    stored(tmp_path / "out", recipe="", model="oracle", hparams={})
    (tmp_path / "out" / "cells" / "notes").mkdir()
    assert {line["model"] for line in lines(tmp_path / "out")} == {"recon"}


def test_cells_of_older_code_are_left_out_and_counted(tmp_path: Path) -> None:
    """Whatever their order by name: the description is written anew when a cell is run."""
    for name, sec in (("b", 2_000), ("a", 3_000), ("c", 1_000)):
        folder = stored(tmp_path, {50: float(sec)}, code_hash=name)
        os.utime(folder / CONFIG, (sec, sec))
    found = curves_of([tmp_path])
    assert [one.cell.code_hash for one in found.trained] == ["a"]
    assert [
        note
        for note in found.notes
        if "2 cells" in note and "by older code or of other data" in note
    ]


def test_an_old_folder_shows_its_losses_and_says_what_to_do(tmp_path: Path) -> None:
    stored(tmp_path)
    found = curves_of([tmp_path])
    assert found.columns() == ("loss/D_B",)
    (note,) = found.notes
    assert CURVES in note and "only losses" in note and "run again, with another --output" in note


def test_cells_without_curves_among_others_are_counted(tmp_path: Path) -> None:
    stored(tmp_path, TRAINED)
    stored(tmp_path, seed=1)
    (note,) = curves_of([tmp_path]).notes
    assert f"1 of 2 cells have no {CURVES}" in note


@pytest.mark.parametrize("make", [False, True])
def test_a_folder_without_trained_cells_is_refused(tmp_path: Path, make: bool) -> None:
    folder = tmp_path / "out"
    if make:
        stored(folder, recipe="", model="oracle", hparams={})
    with pytest.raises(UserError, match="no cell of the folder" if make else "no such result"):
        curves_of([folder])


def test_a_column_can_be_chosen_and_a_mistyped_one_is_named(tmp_path: Path) -> None:
    stored(tmp_path, TRAINED)
    assert {line["column"] for line in lines(tmp_path, columns=("score", "loss/D_B"))} == {
        "score",
        "loss/D_B",
    }
    with pytest.raises(UserError, match="did you mean 'score'"):
        curves_of([tmp_path], ["scor"])


def drawn(*folders: Path, both_ways: bool = False) -> dict[str, list[tuple[str, list[float]]]]:
    """By the panel's title, each line's colour and heights, but for guides."""
    sheet = curve_figure(curves_of(folders).trained, COLUMNS, both_ways)
    assert sheet is not None
    assert figure_bytes(sheet).startswith(b"\x89PNG")
    panels = [axes for axes in sheet.axes if axes.axison]
    return {
        axes.get_title(): [
            (str(line.get_color()), [float(y) for y in line.get_ydata()])  # type: ignore[union-attr]
            for line in axes.get_lines()
            if line.get_linestyle() != ":"
        ]
        for axes in panels
    }


def test_a_line_is_the_mean_of_the_seeds_that_are_there(tmp_path: Path) -> None:
    """The second seed was interrupted after its first snapshot."""
    stored(tmp_path, TRAINED)
    stored(tmp_path, {50: 1.0}, seed=1)
    found = drawn(tmp_path)
    assert list(found) == ["overfit_D", "score ↑", "loss/D_B"]
    assert found["score ↑"] == [("C0", [1.5, 3.0])]
    ((_, heights),) = found["loss/D_B"]
    assert heights[0] == 0.5 and math.isnan(heights[1])  # so that the line ends where it diverged
    assert list(drawn(tmp_path, both_ways=True)) == [
        "overfit_D",
        "score ↑",
        "score_BA ↑",
        "loss/D_B",
    ]


def test_the_axis_of_memorising_is_told_though_it_has_no_number(tmp_path: Path) -> None:
    stored(tmp_path, TRAINED)
    sheet = curve_figure(curves_of([tmp_path]).trained, COLUMNS)
    assert sheet is not None
    axes = sheet.axes[0]
    assert "r_v" in axes.get_ylabel()
    assert [text.get_text().startswith("undefined") for text in axes.texts] == [True]


def test_models_and_folders_have_lines_of_their_own(tmp_path: Path) -> None:
    for name in ("before", "after"):
        stored(tmp_path / name, TRAINED)
        stored(tmp_path / name, TRAINED, model="standard")
    both = curves_of([tmp_path / "before", tmp_path / "after"])
    assert set(line_labels(both.trained)) == {
        f"{model} · {folder}" for model in ("recon", "standard") for folder in ("before", "after")
    }
    found = drawn(tmp_path / "before", tmp_path / "after")
    assert {colour for colour, _ in found["score ↑"]} == {"C0", "C1", "C2", "C3"}


def test_folders_of_one_name_are_told_by_their_paths(tmp_path: Path) -> None:
    for name in ("a", "b"):
        stored(tmp_path / name / "out", TRAINED)
    found = curves_of([tmp_path / name / "out" for name in ("a", "b")])
    assert {one.folder for one in found.trained} == {str(tmp_path / n / "out") for n in ("a", "b")}


def test_without_any_number_there_is_no_picture(tmp_path: Path) -> None:
    folder = stored(tmp_path)
    (folder / LOSS_LOG).write_text("step,D_B\n50,nan\n")
    assert curve_figure(curves_of([tmp_path]).trained, COLUMNS) is None
