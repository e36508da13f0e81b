"""What the command prints of results: tables without numbers, families."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.results.folder import read_rows
from tests.conftest import Command
from tests.reporting.test_tables import SKIPPED, row


@pytest.mark.parametrize("name", ["rich", "csv", "json"])
def test_the_command_shows_a_table_without_numbers(
    ganbench: Command, tmp_path: Path, name: str
) -> None:
    rows = [row("standard", s, 0.0, metrics=SKIPPED, cell=f"{s:016x}") for s in range(2)]
    lines = [each.to_json() for each in rows]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines) + "\n")
    done = ganbench("table", tmp_path, "--all", "--format", name)
    assert done.returncode == 0, done.stderr
    assert "standard" in done.stdout and "score_BA" in done.stdout
    assert "skipped: few images" in done.stdout


def test_the_table_of_a_run_tells_the_family(ganbench: Command, tmp_path: Path) -> None:
    done = ganbench(
        *("run", "--models", "standard", "--task", "car2car", "--preset", "smoke"),
        *("--steps", "4", "--seeds", "1", "--references", "", "--set", "network=stylegan2"),
        *("--output", tmp_path / "out"),
    )
    assert done.returncode == 0, done.stderr
    assert "preset smoke+budget_steps=4+network=stylegan2" in " ".join(done.stdout.split())
    (row,) = read_rows(tmp_path / "out").rows
    assert (row.status, row.budget["network"]) == ("done", "stylegan2")


def test_a_budget_in_samples_is_the_same_for_models_of_several_batches(
    ganbench: Command, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = ganbench(
        *("run", "--models", "standard,cyclegan", "--task", "toy", "--preset", "smoke"),
        *("--kimg", "0.64", "--set", "cyclegan.batch_size=16", "--seeds", "1"),
        *("--references", "none", "--output", out),
    )
    assert done.returncode == 0, done.stderr
    assert "smoke+kimg=0.64: 10 (standard) / 40 (cyclegan) steps, width 16" in done.stdout
    rows = read_rows(out).rows
    assert {row.model: row.cost["steps"] for row in rows} == {"standard": 10, "cyclegan": 40}
    assert {row.cost["samples_seen"] for row in rows} == {2 * 640}
