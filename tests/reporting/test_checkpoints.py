"""Checkpoints side by side, and that nothing is built on the one that is best on test."""

from __future__ import annotations

import pytest
from msgspec import structs

from ganbench.core.errors import UserError
from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.comparisons import comparison_sheets
from ganbench.reporting.sheets import Sheet
from ganbench.reporting.tables import table_sheets
from ganbench.results.benchmark_file import Claim
from ganbench.results.best_on_test import refuse_best_on_test, steps_tried, told
from ganbench.results.records import Row
from tests.reporting.test_tables import COLUMNS, row

CHOSEN = {
    "by": "loss",
    "step": 50,
    "validation": {50: 1.0, 100: 3.0},
    "metrics": {"loss": 1.0, "score": 7.0},
}
SELECTED = {"by": "score", "step": 100, "validation": {}, "metrics": {"loss": 3.0, "score": 5.0}}


def asked(model: str, seed: int) -> Row:
    metrics = {"score": 5.0 + seed, "loss": 3.0}
    changes = {"metrics": metrics, "training": told(CHOSEN), "selected": SELECTED}
    return structs.replace(row(model, seed, 0.0), **changes)


def side_by_side(rows: list[Row]) -> Sheet:
    (sheet,) = [s for s in table_sheets(rows, COLUMNS) if "side by side" in s.title]
    return sheet


def test_three_checkpoints_stand_side_by_side() -> None:
    sheet = side_by_side([asked("standard", seed) for seed in range(3)])
    assert sheet.head[1:] == tuple(f"standard, {c}" for c in ("last", "selected", "best on test *"))
    loss = next(cells for cells in sheet.lines if cells[0].startswith("loss"))
    score = next(cells for cells in sheet.lines if cells[0].startswith("score"))
    assert [text.split()[0] for text in loss[1:]] == ["3.00", "3.00", "1.00"]
    assert [text.split()[0] for text in score[1:]] == ["6.00", "5.00", "7.00"]
    text = "\n".join(sheet.notes)
    for words in (
        "chosen by loss on the test split itself, of 2 checkpoints",
        "not to be trusted",
        "standard 50, 50, 50",
        "changes loss by -2.00 against the last, -2.00 against the selected",
    ):
        assert words in text, text


def test_only_models_that_were_asked_are_there_and_records_have_their_own_names() -> None:
    rows = [asked("standard", 0), row("recon", 0, 4.0)]
    sheet = side_by_side(rows)
    assert not any("recon" in head for head in sheet.head)
    assert {(r["model"], r["checkpoint"]) for r in sheet.records} == {("standard", "best_on_test")}
    assert {r["metric"] for r in sheet.records} == {"best_on_test/loss", "best_on_test/score"}
    (plain,) = table_sheets([row("recon", 0, 4.0)], COLUMNS)
    assert "side by side" not in plain.title


def test_the_reported_tables_do_not_know_of_it() -> None:
    rows = [asked("standard", seed) for seed in range(3)]
    without = [structs.replace(each, training={}) for each in rows]
    plain = table_sheets(without, COLUMNS)
    assert [s for s in table_sheets(rows, COLUMNS) if "side by side" not in s.title] == plain


def test_a_run_without_any_number_on_test_says_so() -> None:
    empty = structs.replace(asked("standard", 0), training=told({}))
    assert steps_tried(empty) == 0
    best = [cells[-1] for cells in side_by_side([empty]).lines]
    assert set(best) == {"skipped"}


def claim(metric: str) -> Claim:
    return Claim("c", "1", "a sentence", "toy", metric, better="recon", worse="standard")


@pytest.mark.parametrize("metric", ["best_on_test/loss", "best_on_test.score_at_50"])
def test_nothing_is_concluded_from_it(metric: str) -> None:
    rows = [asked(model, seed) for model in ("standard", "recon") for seed in range(3)]
    for refuse in (
        lambda: comparison_sheets(rows, COLUMNS, "", [metric], "t"),
        lambda: claim_sheets([claim(metric)], rows, COLUMNS),
        lambda: refuse_best_on_test(metric, "here"),
    ):
        with pytest.raises(UserError, match="was chosen on the test split, so nothing can be"):
            refuse()
    tested = {r["metric"] for r in comparison_sheets(rows, COLUMNS, "", [], "t")[0].records}
    assert not any("best_on_test" in name for name in tested)
