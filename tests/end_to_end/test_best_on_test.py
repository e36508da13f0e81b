"""`ganbench run --best-on-test`: told beside the other checkpoints, of which it changes none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors.torch import load_file

from ganbench.results.best_on_test import BY, STEP, best_on_test_metrics, steps_tried
from ganbench.results.folder import read_rows
from ganbench.results.records import Row
from ganbench.training.loop import CHECKPOINT
from tests.conftest import Command

RUN = (
    *("run", "--models", "standard,discogan", "--task", "toy", "--preset", "smoke"),
    *("--seeds", "1", "--references", "oracle", "--steps", "120", "--snapshots", "6"),
)
ASKED = ("--best-on-test", "reverse_kl")


@pytest.fixture(scope="module")
def folders(ganbench: Command, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same run without and with it."""
    root = tmp_path_factory.mktemp("best")
    plain, asked = root / "plain", root / "asked"
    for folder, more in ((plain, ()), (asked, ASKED)):
        done = ganbench(*RUN, *more, "--output", folder)
        assert done.returncode == 0, done.stderr
        assert ("checkpoints side by side" in done.stdout) == bool(more)
    return plain, asked


def by_cell(folder: Path) -> dict[str, Row]:
    return {row.cell: row for row in read_rows(folder).rows}


def test_it_changes_nothing_else(folders: tuple[Path, Path]) -> None:
    """Neither which cells there are, nor a weight, a choice or a number."""
    plain, asked = map(by_cell, folders)
    assert plain.keys() == asked.keys()
    for cell, row in plain.items():
        assert not any(name.startswith("best_on_test") for name in row.training)
        assert (row.metrics, row.selected) == (asked[cell].metrics, asked[cell].selected)
        assert row.training.items() <= asked[cell].training.items()
        if not row.is_reference:
            one, other = (load_file(folder / "cells" / cell / CHECKPOINT) for folder in folders)
            assert one.keys() == other.keys()
            assert all(one[name].equal(other[name]) for name in one)


def test_it_is_the_best_of_all_points(folders: tuple[Path, Path]) -> None:
    for row in by_cell(folders[1]).values():
        if row.is_reference:
            assert not row.training
            continue
        scores = {
            int(name.rpartition("_")[2]): value
            for name, value in row.training.items()
            if ".score_at_" in name
        }
        assert steps_tried(row) == len(scores) == 8  # six and four, two of them the same
        assert row.training[BY] == "reverse_kl"
        assert min(scores, key=lambda step: (scores[step], -step)) == row.training[STEP]
        best = best_on_test_metrics(row)
        assert best.keys() == row.metrics.keys()
        both = [float(best[n]) for n in ("reverse_kl", "reverse_kl_BA") if n in row.metrics]
        if row.model == "standard":
            both = both[:1]
        assert sum(both) / len(both) == pytest.approx(scores[int(row.training[STEP])])


def test_done_cells_are_told_that_it_is_too_late(
    ganbench: Command, folders: tuple[Path, Path]
) -> None:
    done = ganbench(*RUN, *ASKED, "--output", folders[0])
    assert done.returncode == 0 and "2 cells were run without --best-on-test" in done.stderr
    again = ganbench(*RUN, *ASKED, "--output", folders[1])
    assert "without --best-on-test" not in again.stderr and "to do: 0" in again.stderr


def test_programs_get_it_under_its_own_names(ganbench: Command, folders: tuple[Path, Path]) -> None:
    told = json.loads(ganbench("table", folders[1], "--format", "json").stdout)["records"]
    checkpoints = {record["checkpoint"] for record in told}
    assert checkpoints >= {"final", "best_on_test"}
    for record in told:
        assert record["metric"].startswith("best_on_test/") == (
            record["checkpoint"] == "best_on_test"
        )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--best-on-test", "reverse_k"), "did you mean 'reverse_kl'"),
        (("--best-on-test", "fid"), "add --metrics inception_v3"),
        ((*ASKED, "--split", "validation"), "nothing is scored on test"),
    ],
)
def test_mistakes(ganbench: Command, tmp_path: Path, more: tuple[str, ...], words: str) -> None:
    done = ganbench(*RUN, *more, "--output", tmp_path / "out")
    assert done.returncode == 2 and words in done.stderr
    assert not (tmp_path / "out").exists()


def test_it_is_refused_as_a_basis(ganbench: Command, folders: tuple[Path, Path]) -> None:
    done = ganbench("compare", folders[1], "--metrics", "best_on_test/reverse_kl")
    assert done.returncode == 2 and "use reverse_kl, which is of the last weights" in done.stderr
