"""`ganbench curves` on what the real command leaves: done, interrupted, diverged, old."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganbench.results.curves import CURVES, read_curves
from ganbench.results.folder import ROWS, read_rows
from tests.conftest import Command

RUN = ("run", "--models", "standard,discogan", "--task", "toy", "--preset", "smoke")
RUN_OF_TWO = (*RUN, "--seeds", "2", "--references", "oracle", "--steps", "120")
MEASURED = {"overfit_D", "D_train", "D_validation", "D_fake", "modes_covered", "loss/D_B"}


@pytest.fixture(scope="module")
def output(ganbench: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("curves") / "out"
    done = ganbench(*RUN_OF_TWO, "--snapshots", "6", "--output", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def copy(output: Path, tmp_path: Path) -> Path:
    """To change something in."""
    return Path(shutil.copytree(output, tmp_path / "copy"))


def cells(output: Path) -> list[Path]:
    return sorted(path for path in (output / "cells").iterdir() if (path / CURVES).is_file())


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_snapshot_is_a_point(ganbench: Command, output: Path) -> None:
    """Six of the curves, and those that a checkpoint is chosen from: two of four are among them."""
    done = ganbench("curves", output)
    assert (done.returncode, done.stderr) == (0, "")
    found = records(done.stdout)
    assert {(r["model"], r["seed"]) for r in found} == {
        (model, seed) for model in ("standard", "discogan") for seed in "01"
    }
    assert {r["column"] for r in found} >= MEASURED
    steps = {int(r["step"]) for r in found if r["column"] == "modes_covered"}
    assert steps == {20, 30, 40, 60, 80, 90, 100, 120}
    assert all(bool(r["value"]) != bool(r["reason"]) for r in found)
    assert not {r["column"] for r in found if r["model"] == "standard"} & {"overfit_D_BA"}


def test_the_last_point_is_measured_as_the_row_is(output: Path) -> None:
    """On another split, so its numbers are others, but its columns are those of the row."""
    for row in read_rows(output).rows:
        folder = output / "cells" / row.cell
        if row.is_reference:
            assert not (folder / CURVES).exists()
            assert not row.training
        else:
            last = read_curves(folder)[120]
            assert last.keys() >= row.metrics.keys()
            assert row.training.keys() >= {"overfit_D", "D_train", "D_validation", "D_fake"}
            assert row.training == {name: last[name] for name in row.training}


@pytest.mark.broad
def test_rows_do_not_depend_on_the_number_of_points(
    ganbench: Command, output: Path, tmp_path: Path
) -> None:
    done = ganbench(*RUN_OF_TWO, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    first, again = (
        {row.cell: (row.metrics, row.selected) for row in read_rows(folder).rows}
        for folder in (output, tmp_path / "out")
    )
    assert first == again
    for folder in cells(output):
        few = read_curves(tmp_path / "out" / "cells" / folder.name)
        assert list(few) == [30, 60, 90, 120]
        assert {step: read_curves(folder)[step] for step in few} == few


def test_a_figure_and_a_csv_are_put_into_a_folder(
    ganbench: Command, output: Path, tmp_path: Path
) -> None:
    done = ganbench("curves", output, "-o", tmp_path / "made")
    assert done.returncode == 0, done.stderr
    printed = ganbench("curves", output)
    assert (tmp_path / "made" / "curves.csv").read_text() == printed.stdout
    picture = np.asarray(Image.open(tmp_path / "made" / "toy-curves.png").convert("L"))
    assert picture.std() > 5
    assert done.stdout.splitlines() == [
        str(tmp_path / "made" / name) for name in ("curves.csv", "toy-curves.png")
    ]
    again = ganbench("curves", output, "-o", tmp_path / "made")
    assert again.returncode == 0, again.stderr


def test_nothing_is_overwritten(ganbench: Command, output: Path, tmp_path: Path) -> None:
    (tmp_path / "curves.csv").write_text("mine")
    done = ganbench("curves", output, "-o", tmp_path)
    assert done.returncode == 2 and "curves.csv" in done.stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [
        ("curves.csv", "mine")
    ]
    for place in (output, output / "figures", output.parent):
        done = ganbench("curves", output, "-o", place)
        assert done.returncode == 2 and len(done.stderr.split("Error:")) == 2


def test_a_run_that_was_interrupted_can_be_looked_at(ganbench: Command, copy: Path) -> None:
    """Without rows, with a line of losses and a point's file that are cut short by the crash."""
    (copy / ROWS).unlink()
    folder = cells(copy)[0]
    points = json.loads((folder / CURVES).read_text())
    (folder / CURVES).write_text(json.dumps({"20": points["20"]}))
    with (folder / "losses.csv").open("a") as file:
        file.write("150,0.1")
    (folder / f"{CURVES}.partial").write_text('{"20"')
    done = ganbench("curves", copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert {r["step"] for r in records(done.stdout)} == {
        *map(str, (20, 30, 40, 50, 60, 80, 90, 100, 120))
    }


def test_a_diverged_run_tells_where(ganbench: Command, tmp_path: Path) -> None:
    done = ganbench(
        *(*RUN, "--seeds", "1", "--references", "none", "--steps", "120"),
        *("--set", "standard.lr=1e30", "--set", "discogan.lr=1e30", "--output", tmp_path / "out"),
    )
    assert "diverged" in done.stderr
    found = ganbench("curves", tmp_path / "out", "-o", tmp_path / "made")
    assert found.returncode == 0, found.stderr
    told = records((tmp_path / "made" / "curves.csv").read_text())
    assert {r["reason"] for r in told if r["column"] == "loss/D_B"} == {
        "undefined: the loss was nan"
    }


def test_a_folder_of_an_old_version_gets_one_message(ganbench: Command, copy: Path) -> None:
    for folder in cells(copy):
        (folder / CURVES).unlink()
    done = ganbench("curves", copy)
    assert done.returncode == 0 and len(done.stderr.splitlines()) == 1
    assert "run again, with another --output" in done.stderr
    assert {r["column"].partition("/")[0] for r in records(done.stdout)} == {"loss"}


def test_rows_alone_get_one_message(ganbench: Command, copy: Path) -> None:
    shutil.rmtree(copy / "cells")
    done = ganbench("curves", copy)
    assert done.returncode == 2 and done.stderr.count("Error:") == 1
    assert "no cell of the folder has a curve" in done.stderr


def test_a_damaged_file_gets_one_message(ganbench: Command, copy: Path) -> None:
    (cells(copy)[0] / CURVES).write_text("{")
    done = ganbench("curves", copy)
    assert done.returncode == 2 and CURVES in done.stderr and "Traceback" not in done.stderr


def test_curves_are_followed_where_the_scored_split_is_validation(
    ganbench: Command, tmp_path: Path
) -> None:
    """No checkpoint is chosen there, and the last point is the row."""
    done = ganbench(
        *(*RUN, "--seeds", "1", "--references", "none", "--steps", "8", "--split", "validation"),
        *("--output", tmp_path),
    )
    assert done.returncode == 0, done.stderr
    for row in read_rows(tmp_path).rows:
        points = read_curves(tmp_path / "cells" / row.cell)
        assert list(points) == [2, 4, 6, 8] and not row.selected
        assert points[8].items() >= {"modes_covered": row.metrics["modes_covered"]}.items()


def test_looking_loads_no_torch(output: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom ganbench.cli.main import main\n"
        f"try:\n    main(['curves', {str(output)!r}, '-o', {str(tmp_path / 'made')!r}])\n"
        "except SystemExit as stop:\n    assert not stop.code\n"
        "heavy = {'torch', 'pandas', 'scipy', 'pyvista'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "made" / "toy-curves.png").is_file()
