"""`ganbench report` on what real runs leave, and on folders with something wrong in them."""

from __future__ import annotations

import html
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ganbench.results.folder import ROWS, cell_folder, read_rows
from tests.conftest import Command
from tests.result_folders import COMMITTED, changed, committed_rows, write_folder

RUN = (
    "run",
    "--models",
    "recon,discogan",
    "--task",
    "car2car",
    "--preset",
    "smoke",
    "--steps",
    "8",
)
MODELS = ("standard", "recon", "discogan")


@pytest.fixture(scope="module")
def output(ganbench: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "cars"
    sets = ("--set", "recon.lambda_rec=0.5", "--seeds", "2", "--references", "oracle")
    done = ganbench(*RUN, *sets, "--output", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def copy(output: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(output, tmp_path / "copy"))


def leave_out(model: str, folder: Path) -> None:
    """The folder as if the model had not been run."""
    rows = read_rows(folder).rows
    (folder / ROWS).write_text("".join(f"{row.to_json()}\n" for row in rows if row.model != model))
    for row in rows:
        if row.model == model:
            shutil.rmtree(cell_folder(folder, row.cell))


def made(ganbench: Command, *folders: Path, file: Path) -> tuple[str, str]:
    """The report's text, and what the command says of what it left out."""
    done = ganbench("report", *folders, "-o", file)
    assert done.returncode == 0, done.stderr
    return file.read_text(encoding="utf-8"), done.stderr


def commands(text: str) -> list[str]:
    found = re.findall(r'<div class="command"><code>(.*?)</code>', text)
    return [html.unescape(command) for command in found]


def test_every_command_gives_the_cells_of_the_rows(
    ganbench: Command, output: Path, tmp_path: Path
) -> None:
    text, said = made(ganbench, output, file=tmp_path / "report.html")
    assert said == ""
    runs = [command for command in commands(text) if command.startswith("ganbench run")]
    known = {row.cell for row in read_rows(output).rows}
    named: set[str] = set()
    for command in runs:
        done = ganbench(*shlex.split(command)[1:], "--dry-run")
        assert done.returncode == 0, done.stderr
        assert ", to do: 0, " in done.stdout, command
        named |= set(re.findall(r"^[0-9a-f]{16}", done.stdout, re.M))
    assert named == known
    for command in set(commands(text)) - set(runs):
        assert ganbench(*shlex.split(command)[1:]).returncode == 0


def test_a_run_has_samples_over_training_and_its_metrics_figures(
    ganbench: Command, output: Path, tmp_path: Path
) -> None:
    text, _ = made(ganbench, output, file=tmp_path / "report.html")
    steps = re.search(r'data-steps="([\d ]+)"', text)
    assert steps and steps[1].split() == ["2", "4", "6", "8"]
    assert "The figure azimuth of car2car, drawn by its metric" in text
    assert "The figure samples" not in text  # which stand there one by one
    assert "training step" in text and "loss/D_B" in text


def test_two_folders_stand_side_by_side_and_make_a_sweep(
    ganbench: Command, output: Path, tmp_path: Path
) -> None:
    """The other run finds its cells of discogan and of the reference there, and trains recon's."""
    other = Path(shutil.copytree(output, tmp_path / "stronger"))
    leave_out("recon", other)
    sets = ("--set", "recon.lambda_rec=2", "--seeds", "2", "--references", "oracle")
    done = ganbench(*RUN, *sets, "--output", other)
    assert done.returncode == 0 and "cells: 6, to do: 2" in done.stderr, done.stderr
    text, said = made(ganbench, output, other, file=tmp_path / "report.html")
    assert "3 cells" not in said and "cells are in more than one folder" in said
    assert "recon (lambda_rec=0.5)" in text and "recon (lambda_rec=2.0)" in text
    assert "discogan · cars" in text and "discogan · stronger" in text
    assert re.search(r"<h3>recon\.lambda_rec <small>of recon on car2car, .*: 0\.5, 2<", text)


def test_rows_of_other_protocols_are_shown_apart(ganbench: Command, tmp_path: Path) -> None:
    rows = committed_rows(MODELS, seeds=2)
    metrics = rows[0].protocol["metrics"]
    visible = {**metrics["visible"], "resizer": "to 64 px"}
    protocol = {**rows[0].protocol, "metrics": {**metrics, "visible": visible}}
    others = [changed(row, i, protocol=protocol) for i, row in enumerate(rows)]
    folders = write_folder(tmp_path / "one", rows), write_folder(tmp_path / "two", others)
    text, said = made(ganbench, *folders, file=tmp_path / "report.html")
    assert "by protocols that do not compare: they are shown apart" in said
    assert text.count("Shown apart from other rows of this setting") == 2
    assert "resizer to 64 px" in text
    assert text.count('<section id="setting-') == 2


def test_one_seed_is_one(ganbench: Command, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "rows", committed_rows(MODELS, seeds=1))
    text, _ = made(ganbench, folder, file=tmp_path / "report.html")
    assert "1 seed" in text and "1 seeds" not in text


def test_rows_without_pictures_are_told(ganbench: Command, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "rows", committed_rows(MODELS, seeds=3))
    text, said = made(ganbench, folder, file=tmp_path / "report.html")
    assert "no cell has its arrays in the folder" in said
    assert "0.00" in text and "<svg" in text


def test_damaged_files_are_told_and_the_rest_is_shown(
    ganbench: Command, copy: Path, tmp_path: Path
) -> None:
    row = next(row for row in read_rows(copy).rows if row.model == "recon" and row.seed == 0)
    cell = copy / "cells" / row.cell
    arrays = cell / "arrays.npz"
    arrays.write_bytes(arrays.read_bytes()[:-40])
    (cell / "curves.json").write_text("{")
    (cell / "samples/4.npz").write_bytes(b"PK no array")
    figure = copy / "figures/car2car-azimuth.png"
    figure.write_bytes(figure.read_bytes()[:3000])
    text, said = made(ganbench, copy, file=tmp_path / "report.html")
    assert "3 pictures are damaged and left out" in said
    for path in (arrays, cell / "samples/4.npz", figure, cell / "curves.json"):
        assert str(path) in text
    counts = [text.count(f'aria-label="{model} in B"') for model in ("recon", "discogan")]
    assert counts == [1, 2]  # of two seeds, one of them damaged
    assert [text.count(f'aria-label="{what}"') for what in ("real, of B", "input A")] == [2, 2]


def test_a_torn_row_is_told(ganbench: Command, copy: Path, tmp_path: Path) -> None:
    with (copy / "rows.jsonl").open("a") as file:
        file.write('{"cell": "00')
    _, said = made(ganbench, copy, file=tmp_path / "report.html")
    assert "the last line of its rows was cut off" in said


def test_claims_have_their_verdicts(ganbench: Command, tmp_path: Path) -> None:
    text, _ = made(ganbench, COMMITTED, file=tmp_path / "report.html")
    done = ganbench("claims", COMMITTED, "--format", "json")
    assert text.count('class="verdict replicated"') == done.stdout.count('"replicated"') > 0


def test_the_same_rows_give_the_same_file(ganbench: Command, output: Path, tmp_path: Path) -> None:
    first = made(ganbench, output, file=tmp_path / "first.html")[0]
    assert first == made(ganbench, output, file=tmp_path / "second.html")[0]


def test_a_report_replaces_a_report_and_nothing_else(
    ganbench: Command, output: Path, tmp_path: Path
) -> None:
    file, other = tmp_path / "report.html", tmp_path / "notes.html"
    other.write_text("mine")
    made(ganbench, output, file=file)
    made(ganbench, COMMITTED, output, file=file)
    for place in (other, tmp_path, output / "report.html"):
        done = ganbench("report", output, "-o", place)
        assert done.returncode == 2 and "Traceback" not in done.stderr, place
    assert other.read_text() == "mine"


@pytest.mark.parametrize("folders", [["nowhere"], [str(COMMITTED), str(COMMITTED)]])
def test_wrong_folders_are_one_message(
    ganbench: Command, folders: list[str], tmp_path: Path
) -> None:
    done = ganbench("report", *folders, "-o", tmp_path / "report.html")
    assert done.returncode == 2 and "fix:" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "report.html").exists()


def test_light_libraries_are_enough(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom ganbench.cli.main import main\n"
        f"try:\n    main(['report', {str(COMMITTED)!r}, '-o', {str(tmp_path / 'r.html')!r}])\n"
        "except SystemExit as stop:\n    assert not stop.code\n"
        "heavy = {'torch', 'pandas', 'matplotlib', 'pyvista', 'scipy.stats'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
