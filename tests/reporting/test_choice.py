"""What a table shows: the main columns, the named ones, the named models."""

from __future__ import annotations

import pytest

from ganbench.core.errors import UserError
from ganbench.core.spec import Column
from ganbench.registry.registry import discover, main_column
from ganbench.reporting.choice import Choice
from ganbench.reporting.sheets import Sheet
from ganbench.reporting.tables import table_sheets
from ganbench.results.records import Row
from tests.reporting.test_tables import COLUMNS, row

METRICS: dict[str, float | str] = {
    **{"score": 1.0, "detail": 2.0, "loss": 0.5, "lost": "skipped: no way back"},
    **{"score_BA": 1.5, "detail_BA": 2.5},
}
ROWS = [row(model, s, 1.0, metrics=METRICS) for model in ("standard", "recon") for s in range(3)]
SHORT = Choice(minor={"detail": Column("", None, ""), "det_*": Column("", True, "")})


def sheet_of(choice: Choice, rows: list[Row] = ROWS) -> Sheet:
    (sheet,) = table_sheets(rows, COLUMNS, choice=choice)
    return sheet


def names(sheet: Sheet) -> list[str]:
    names = [line[0].split(" ")[0] for line in sheet.lines]
    return names[: names.index("seeds")]


def test_a_short_table_has_the_main_columns_and_counts_the_others() -> None:
    family = [row("recon", 9, 1.0, metrics={**METRICS, "det_a": 1.0})]
    sheet = sheet_of(SHORT, ROWS + family)
    assert names(sheet) == ["score", "loss"]
    assert "4 more columns, 2 of them from B to A: --all shows them" in sheet.notes


def test_the_column_that_selects_checkpoints_is_a_main_one() -> None:
    selected = {"by": "detail", "step": 100, "validation": 1.0, "metrics": METRICS}
    rows = [row("recon", 0, 1.0, metrics=METRICS, selected=selected)]
    assert names(sheet_of(SHORT, rows)) == ["score", "detail", "loss"]


def test_a_column_that_no_plugin_at_hand_declares_is_shown() -> None:
    rows = [row("recon", 0, 1.0, metrics={"mine": 1.0, "detail": 2.0, "mine_BA": 3.0})]
    assert names(sheet_of(SHORT, rows)) == ["mine"]
    rows = [row("recon", 0, 1.0, metrics={"score": 1.0, "score_BA": 2.0})]
    assert "1 more column, from B to A: --all shows them" in sheet_of(SHORT, rows).notes


def test_all_columns_where_no_main_one_is_there() -> None:
    rows = [row("recon", 0, 1.0, metrics={"detail": 1.0, "detail_BA": 2.0})]
    sheet = sheet_of(SHORT, rows)
    assert names(sheet) == ["detail", "detail_BA"]
    assert not any("--all" in note for note in sheet.notes)


def test_named_columns_stand_in_their_order_with_or_without_a_number() -> None:
    sheet = sheet_of(Choice(metrics=("loss", "lost", "score_BA")))
    assert names(sheet) == ["loss", "lost", "score_BA"]
    assert dict(line[:2] for line in sheet.lines)["lost"] == "skipped"
    assert {record["metric"] for record in sheet.records} == {"loss", "lost", "score_BA"}
    assert not any("--all" in note for note in sheet.notes)


def test_named_models_stand_in_their_order_with_all_their_variants() -> None:
    other = [row("recon", s, 2.0, recipe="code") for s in range(3)]
    sheet = sheet_of(Choice(models=("recon", "standard")), ROWS + other)
    assert sheet.head == ("metric", "recon (paper)", "recon (code)", "standard")
    sheet = sheet_of(Choice(models=("recon (code)",)), ROWS + other)
    assert sheet.head == ("metric", "recon (code)")


def test_tasks_without_the_named_columns_or_models_are_left_out() -> None:
    other = row("lsgan", 0, 1.0, task="ring8", metrics={"coverage": 1.0})
    assert sheet_of(Choice(metrics=("coverage",)), [*ROWS, other]).title.startswith("ring8")
    assert sheet_of(Choice(models=("recon",)), [*ROWS, other]).title.startswith("toy")


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (Choice(metrics=("scor",)), "unknown metric 'scor'.*--metrics.*did you mean 'score'"),
        (Choice(models=("rekon",)), "unknown model 'rekon'.*--models.*did you mean 'recon'"),
    ],
)
def test_unknown_names(choice: Choice, told: str) -> None:
    with pytest.raises(UserError, match=f"(?s){told}"):
        sheet_of(choice)


def test_the_main_column_is_the_first_with_a_better_end() -> None:
    either, better = Column("", None, ""), Column("", True, "")
    assert main_column({"a": either, "b": better, "c": better}) == "b"
    assert main_column({"a_*": better, "b": either}) == "b"
    assert main_column({"a_*": better}) == ""


def test_every_task_has_few_main_columns() -> None:
    registry = discover()
    main = registry.columns.keys() - registry.minor_columns.keys()
    assert {"azimuth_alignment", "modes_covered", "kd_visible", "flip_rate"} <= main
    assert len(main) <= len(registry.of_kind("metric"))
    assert not any("*" in name for name in main)
