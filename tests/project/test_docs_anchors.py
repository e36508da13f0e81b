"""docs/anchors.md: its commands are taken as they stand, and its numbers name their source."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ganbench.cli.bench import bench
from tests.broad import few_of
from tests.conftest import Command
from tests.data.stand_in_sets import write_animals, write_horses, write_pictures
from tests.plugins.real_sets import WRITERS
from tests.project.test_docs_add_a_model import blocks

PAGE = Path(__file__).parents[2] / "docs" / "anchors.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line)
    for block in blocks(TEXT)
    if block.language == "bash"
    for line in block.text.replace("\\\n", "").splitlines()
]
OF = {name: [more for _, first, *more in COMMANDS if first == name] for name in ("run", "score")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stand-ins for the sets of the page, under their names and in their layouts."""
    root = tmp_path_factory.mktemp("sets")
    for name in ("horse2zebra", "maps"):
        write_horses(root / name)
    write_animals(root / "afhq")
    write_pictures(root / "fake_B", 6, 9)
    for name in ("cad_cars", "basel_faces"):
        WRITERS[name](root / name)
    return root


def test_all_commands_are_of_these_three() -> None:
    assert {(program, first) for program, first, *_ in COMMANDS} == {
        ("ganbench", name) for name in ("run", "score", "bench")
    }
    assert len(OF["run"]) >= 6 and len(OF["score"]) >= 1


@pytest.mark.parametrize(
    "arguments", few_of(OF["run"], OF["run"][:2]), ids=lambda a: " ".join(a)[:90]
)
def test_runs_are_planned(
    ganbench: Command, folder: Path, tmp_path: Path, arguments: list[str]
) -> None:
    """As far as a plan goes: data are read, settings resolved, and nothing is trained."""
    more = ("--dry-run", "--device", "cpu", "--seeds", "1", "--output", tmp_path / "out")
    done = ganbench("run", *arguments, *more, cwd=folder)
    assert done.returncode == 0, done.stderr
    models = arguments[arguments.index("--models") + 1].split(",")
    preset = arguments[arguments.index("--preset") + 1]
    assert all(f" {model} " in done.stdout for model in models)
    assert f"  {preset}" in done.stdout and "to do: " in done.stdout


@pytest.mark.parametrize("arguments", OF["score"], ids=lambda a: " ".join(a)[:90])
def test_scores_lack_only_the_weights(
    ganbench: Command, folder: Path, tmp_path: Path, arguments: list[str]
) -> None:
    done = ganbench("score", *arguments, "--offline", "--cache-dir", tmp_path, cwd=folder)
    assert done.returncode == 1 and "skipped: the weights pt_inception" in done.stdout, done.stderr


def test_the_command_for_speed_is_one() -> None:
    (arguments,) = [more for _, first, *more in COMMANDS if first == "bench"]
    assert bench.make_context("bench", arguments).params["models"] == ("cyclegan",)


def test_every_table_of_numbers_names_its_source() -> None:
    """By a column that tells where each was read, or by the line above the table."""
    sourced = 0
    for table in re.findall(r"(?:^\|.*\n)+", TEXT, re.M):
        head, _, *rows = [line.strip("|\n").split("|") for line in table.splitlines()]
        columns = [cell.strip() for cell in head]
        if "read in" in columns:
            place = columns.index("read in")
            assert all(row[place].strip() for row in rows), table
            sourced += len(rows)
    assert sourced >= 10
    above = TEXT[: TEXT.index("| model | horse → zebra |")]
    assert "cyclomon/UNSB" in above.rpartition("\n## ")[2]


def test_what_is_remembered_is_marked() -> None:
    """Figures of tables that could not be read again."""
    azimuth = TEXT[TEXT.index("## Azimuth") : TEXT.index("## Speed")]
    for number in ("0.306", "0.135", "0.098", "0.117"):
        (line,) = [line for line in azimuth.splitlines() if f" {number} " in line]
        assert "[recall]" in line
