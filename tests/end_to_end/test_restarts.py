"""Random restarts by the command: what a row tells of them, and what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.results.folder import read_rows
from tests.conftest import Command

RUN = ("run", "--models", "standard,discogan", "--task", "toy", "--preset", "smoke")
SHORT = ("--seeds", "1", "--steps", "40", "--batch-size", "8", "--references", "none")


def of_both(setting: str) -> tuple[str, ...]:
    return ("--set", f"standard.{setting}", "--set", f"discogan.{setting}")


def test_a_row_tells_the_score_of_each_start(ganbench: Command, tmp_path: Path) -> None:
    done = ganbench(
        *RUN, *SHORT, *of_both("starts=3"), *of_both("start_kimg=0.04"), "--output", tmp_path
    )
    assert done.returncode == 0, done.stderr
    rows = read_rows(tmp_path).rows
    assert len(rows) == 2
    for row in rows:
        scores = [row.training[f"start_{i}"] for i in (1, 2, 3)]
        assert all(isinstance(score, float) and -1 <= score <= 1 for score in scores)
        assert len(set(scores)) == 3
        assert "start_4" not in row.training
        assert row.cost["steps"] == row.cost["d_updates"] == row.cost["g_updates"] == 40


@pytest.mark.parametrize("wrong", ["starts=0", "start_kimg=0"])
def test_no_start_is_refused_before_anything_is_trained(
    ganbench: Command, tmp_path: Path, wrong: str
) -> None:
    done = ganbench(*RUN, *SHORT, *of_both(wrong), "--output", tmp_path / "out")
    assert done.returncode != 0
    assert wrong.partition("=")[0] in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
