"""Tables from rows: estimates, reasons instead of blanks, honest counts, every format."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from msgspec import structs

from ganbench.core.spec import Column
from ganbench.reporting.formats import renderers
from ganbench.reporting.groups import group_rows
from ganbench.reporting.sheets import Sheet, number
from ganbench.reporting.tables import table_sheets
from ganbench.results.jsonl import RowReader
from ganbench.results.records import Row

COLUMNS = {"score": Column("deg", True, "a score"), "loss": Column("", False, "a loss")}
BASE = Row(
    cell="",
    model="standard",
    task="toy",
    data="mixture",
    preset="quick",
    recipe="paper",
    seed=0,
    status="done",
    hparams={"lr": 1e-3, "batch_size": 8},
    budget={"name": "quick", "budget_steps": 100, "width": 8, "size": 0, "batch_size": 8},
    cost={"train_sec": 2.0},
    provenance={"precision": "fp32"},
)


def row(model: str, seed: int, score: float | str, **changes: object) -> Row:
    cell = f"{model}{seed}{changes}"
    fields = {"cell": cell, "model": model, "seed": seed, "metrics": {"score": score}, **changes}
    return structs.replace(BASE, **fields)  # type: ignore[arg-type]


ROWS = [row("standard", s, 1.0 + s) for s in range(3)] + [row("recon", s, 5.0) for s in range(2)]


def only(rows: list[Row]) -> Sheet:
    (sheet,) = table_sheets(rows, COLUMNS)
    return sheet


def record(sheet: Sheet, metric: str, model: str) -> dict[str, Any]:
    (found,) = [r for r in sheet.records if (r["metric"], r["model"]) == (metric, model)]
    return dict(found)


def line(sheet: Sheet, name: str) -> tuple[str, ...]:
    (found,) = [cells for cells in sheet.lines if cells[0].startswith(name)]
    return found


def test_means_by_model() -> None:
    sheet = only(ROWS)
    assert sheet.head == ("metric", "standard", "recon")
    found = record(sheet, "score", "standard")
    assert (found["mean"], found["n"]) == (2.0, 3)
    assert line(sheet, "seeds done") == ("seeds done", "3", "2")
    assert line(sheet, "train_sec") == ("train_sec a seed", "2.0", "2.0")


def test_zeros_are_shown_as_zeros() -> None:
    zeros = [row("standard", s, 0.0) for s in range(2)]
    assert line(only(zeros), "score") == ("score ↑", "0 ± 0")


def test_intervals_are_not_spoken_of_where_there_is_none() -> None:
    one = only([row("standard", 0, 1.0), row("recon", 1, 2.0)])
    assert (
        one.notes[-1]
        == "each number is of one seed, so there are no intervals; ↑ higher is better, ↓ lower"
    )
    assert "95 %" not in one.caption and "±" not in one.caption
    assert only(ROWS).notes[-1].startswith("mean ± half of the 95 % t interval over seeds")


def test_a_mean_that_rounds_to_zero_has_no_sign() -> None:
    assert line(only([row("standard", 0, -1e-9), row("standard", 1, 1e-10)]), "score")[1][0] == "0"
    found = line(only([row("standard", s, v) for s, v in enumerate((-1.0, 0.999))]), "score")
    assert found[1].startswith("0.0")


def test_a_bootstrap_interval_is_shown_by_its_ends() -> None:
    (sheet,) = table_sheets([row("standard", s, 1.0 + s) for s in range(6)], COLUMNS, "bca")
    mean, low, high = re.fullmatch(r"(.*) \[(.*), (.*)\]", line(sheet, "score")[1]).groups()  # type: ignore[union-attr]
    assert float(low) < float(mean) == 3.5 < float(high)
    assert "BCa" in sheet.notes[-1]


def test_a_diverged_seed_is_counted_and_told_and_never_averaged() -> None:
    bad = row("standard", 9, 0.0, status="diverged", reason="adv_B was not finite", metrics={})
    sheet = only([*ROWS, bad])
    assert line(sheet, "seeds done") == ("seeds done", "3", "2")
    assert line(sheet, "seeds diverged") == ("seeds diverged", "1", "0")
    assert "standard seed 9 diverged: adv_B was not finite" in sheet.notes
    assert record(sheet, "score", "standard")["n"] == 3


def test_cells_that_ended_alike_share_a_line() -> None:
    bad = [row("recon", s, 0.0, status="failed", reason="no", metrics={}) for s in (7, 8)]
    assert "recon seeds 7, 8 failed: no" in only([*ROWS, *bad]).notes


def test_a_skip_shows_its_reason_and_the_cell_is_never_blank() -> None:
    sheet = only([*ROWS, row("discogan", 0, "skipped: no way back")])
    assert "discogan: score skipped: no way back" in sheet.notes
    assert line(sheet, "score")[-1] == "skipped"
    extra = row("discogan", 1, 1.0, metrics={"score": 1.0, "score_BA": 2.0})
    assert record(only([*ROWS, extra]), "score_BA", "standard")["reason"] == "skipped: A to B only"


def test_a_metric_without_any_number_is_told_but_has_no_line() -> None:
    lost = [row("recon", s, 1.0, metrics={"score": 1.0, "loss": "skipped: why"}) for s in range(2)]
    sheet = only(lost)
    assert not [cells for cells in sheet.lines if cells[0].startswith("loss")]
    assert "recon: loss skipped: why" in sheet.notes


def test_a_number_of_one_model_alone_has_a_line() -> None:
    first = row("standard", 0, 1.0)
    alone = structs.replace(first, metrics={"score": 1.0, "loss": 0.5})
    for rows in ([alone, row("recon", 0, 2.0)], [row("recon", 0, 2.0), alone]):
        assert line(only(rows), "loss")


def test_rows_of_before_there_were_families_of_networks_are_of_the_plain_one() -> None:
    named = {**BASE.budget, "network": "plain"}
    only([row("standard", 0, 1.0), row("standard", 1, 2.0, budget=named)])


def test_models_that_skip_for_one_reason_share_a_line() -> None:
    both = {"a": "skipped: few", "a_BA": "skipped: few", "b": "skipped: few", "score": 1.0}
    rows = [row(m, s, 1.0, metrics=both) for m in ("standard", "recon") for s in range(2)]
    alone = row("discogan", 0, 1.0, metrics={"a": "skipped: few", "score": 1.0})
    notes = only([*rows, alone]).notes
    assert "standard, recon: b skipped: few" in notes
    assert "standard, recon, discogan: a skipped: few" in notes


def test_a_reference_that_the_data_do_not_have_is_told_but_has_no_column() -> None:
    absent = row("oracle", 0, 0.0, status="skipped", reason="no truth", recipe="", metrics={})
    sheet = only([*ROWS, absent])
    assert "oracle" not in sheet.head
    assert "oracle seed 0 skipped: no truth" in sheet.notes
    other = row("discogan", 0, 0.0, status="skipped", reason="no images", metrics={})
    assert "discogan" in only([*ROWS, other]).head


def test_settings_that_differ_are_never_in_one_table() -> None:
    others = [
        row("standard", 0, 1.0, preset="paper"),
        row("standard", 0, 1.0, data="meshes"),
        row("standard", 0, 1.0, split="validation"),
        row("standard", 0, 1.0, options={"sigma": 1}),
        row("standard", 0, 1.0, provenance={"precision": "bf16"}),
        row("standard", 0, 1.0, provenance={"portable": "x86-64-v3-1"}),
    ]
    assert len(table_sheets([*ROWS, *others], COLUMNS)) == 7


def test_variants_of_one_model_get_labels_of_their_own() -> None:
    other = {"lr": 2e-3, "batch_size": 8}
    sheet = only([*ROWS, row("standard", 0, 3.0, hparams=other)])
    assert sheet.head[1:] == ("standard (lr=0.001)", "recon", "standard (lr=0.002)")
    recipes = only([*ROWS, row("standard", 0, 3.0, recipe="code")])
    assert "standard (code)" in recipes.head
    assert "recipes paper, code" in recipes.title


def test_what_models_do_not_have_alike_is_told() -> None:
    """And nothing of what only one has, or all have alike."""
    alike = {**BASE.hparams, "weight_decay": 0.1}
    plain = row("standard", 0, 1.0, hparams={**alike, "feat_share": 0.0})
    others = [
        row(name, 0, 2.0, hparams={**alike, "feat_share": 0.9, "lambda_rec": 0.9})
        for name in ("recon", "discogan")
    ]
    told = [note for note in only([plain, *others]).notes if note.startswith("not alike")]
    assert told == ["not alike: feat_share 0.0 (standard), 0.9 (recon, discogan)"]
    assert not [note for note in only(others).notes if note.startswith("not alike")]


def test_references_stand_last_and_have_no_recipe() -> None:
    reference = row("oracle", 0, 9.0, recipe="", hparams={})
    sheet = only([reference, *ROWS])
    assert sheet.head == ("metric", "standard", "recon", "oracle")
    assert sheet.title.endswith("recipe paper")
    assert sheet.notes[0].startswith("quick: 100 steps, width 8, batch 8, lr 0.001")
    assert record(sheet, "score", "oracle")["recipe"] == ""
    assert only([reference]).title == "toy · data mixture · preset quick"


def test_a_row_of_newer_code_replaces_the_older_of_its_seed() -> None:
    sheet = only([*ROWS, row("recon", 0, 9.0, cell="newer code")])
    found = record(sheet, "score", "recon")
    assert (found["mean"], found["n"]) == (7.0, 2)
    assert any("1 older rows" in note for note in sheet.notes)


def test_pictures_of_other_folders_are_in_no_mean_with_these() -> None:
    """All data of one's own are called `folder`, and have one default output."""
    cats, horses = ({"provenance": {"precision": "fp32", "data_hash": h * 16}} for h in "ch")
    rows = [row("standard", s, 1.0, **cats) for s in range(3)]
    rows += [row("standard", s, 9.0, **horses) for s in range(2)]
    first, second = table_sheets(rows, COLUMNS)
    assert record(first, "score", "standard")["mean"] == 1.0
    assert record(second, "score", "standard")["mean"] == 9.0
    assert first.title.startswith("toy · data mixture (samples cccccccc) ·")
    assert second.title.startswith("toy · data mixture (samples hhhhhhhh) ·")
    assert record(first, "score", "standard")["data"] != record(second, "score", "standard")["data"]
    assert not [note for sheet in (first, second) for note in sheet.notes if "older" in note]


def test_settings_of_the_same_names_are_told_apart() -> None:
    """The options of a task, which may be swept, and the arithmetic."""
    rows = [
        row("standard", 0, 1.0, options={"sigma": s}, provenance={"data_hash": str(s)})
        for s in (1, 2)
    ]
    first, second = table_sheets(rows, COLUMNS)
    assert first.title == "toy · data mixture (sigma=1) · preset quick · recipe paper"
    assert second.title == "toy · data mixture (sigma=2) · preset quick · recipe paper"
    assert [s.records[0]["data"] for s in (first, second)] == [
        "mixture (sigma=1)",
        "mixture (sigma=2)",
    ]
    kinds = [row("standard", 0, 1.0, provenance={"precision": p}) for p in ("fp32", "bf16")]
    told = [sheet.records[0]["data"] for sheet in table_sheets(kinds, COLUMNS)]
    assert told == ["mixture (precision=fp32)", "mixture (precision=bf16)"]


def test_a_mean_over_seeds_of_different_code_is_told() -> None:
    old, new = ({"provenance": {"plugin_hash": h, "torch": "2.15.0"}} for h in "on")
    rows = [row("recon", 0, 1.0, **new), *(row("recon", s, 5.0, **old) for s in (1, 2))]
    assert any(
        "recon: seeds by different code are in one mean (0; 1, 2)" in n for n in only(rows).notes
    )
    alike = [row("recon", s, 1.0, **new) for s in range(3)]
    assert not any("different code" in note for note in only(alike).notes)


def test_csv_and_json_hold_the_same_records() -> None:
    sheets = table_sheets(ROWS, COLUMNS)
    expected = [dict(r) for r in sheets[0].records]
    assert json.loads(renderers()["json"](sheets, "records"))["records"] == expected
    read = list(csv.DictReader(io.StringIO(renderers()["csv"](sheets, "records"))))
    assert [r["model"] for r in read] == ["standard", "recon"]
    assert float(read[0]["mean"]) == 2.0
    assert (read[0]["unit"], read[0]["n"]) == ("deg", "3")


def test_markdown_and_latex() -> None:
    sheets = table_sheets(ROWS, COLUMNS)
    markdown = renderers()["markdown"](sheets, "records")
    assert "| metric | standard | recon |" in markdown
    assert "| score ↑ | 2.00 ± 2.48 | 5.00 ± 0.00 |" in markdown
    latex = renderers()["latex"](sheets, "records")
    assert r"Score $\uparrow$ & $2.00\,{\scriptstyle \pm 2.48}$" in latex
    assert "Training a seed (s) & $2.0$ & $2.0$" in latex


def test_rows_of_before_there_was_a_split_are_of_the_test_split() -> None:
    old = json.loads(ROWS[0].to_json())
    del old["split"]
    assert len(group_rows([RowReader().read(json.dumps(old).encode()), *ROWS[1:]])) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.12345, "0.123"), (12.345, "12.3"), (1234.5, "1234"), (1e-9, "1.00e-09")],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert number(value) == text


SKIPPED = {"score": "skipped: few images", "loss": "undefined: why", "score_BA": "skipped: few"}


def test_a_table_without_any_number_has_its_lines_and_reasons() -> None:
    rows = [row(m, s, 0.0, metrics=SKIPPED) for m in ("standard", "recon") for s in range(2)]
    sheet = only(rows)
    assert line(sheet, "score ↑") == ("score ↑", "skipped", "skipped")
    assert line(sheet, "loss") == ("loss ↓", "undefined", "undefined")
    assert line(sheet, "seeds done") == ("seeds done", "2", "2")
    assert "standard, recon: score skipped: few images" in sheet.notes
    assert record(sheet, "score_BA", "recon")["reason"] == "skipped: few"
    assert sheet.notes[-1] == "no model has a number; ↑ higher is better, ↓ lower"


def test_a_table_of_cells_that_all_ended_early_has_a_line_and_a_record_for_each() -> None:
    bad = {"status": "diverged", "reason": "D_B was not finite", "metrics": {}}
    rows = [row("standard", s, 0.0, **bad) for s in range(2)]
    rows += [row("recon", 0, 0.0, status="skipped", reason="no images", metrics={})]
    sheet = only(rows)
    assert sheet.head == ("metric", "standard", "recon")
    assert line(sheet, "seeds diverged") == ("seeds diverged", "2", "0")
    assert [(r["model"], r["n"], r["diverged"], r["reason"]) for r in sheet.records] == [
        ("standard", 0, 2, "diverged: D_B was not finite"),
        ("recon", 0, 0, "skipped: no images"),
    ]
    real = row("real", 0, 3.0, recipe="", hparams={})
    found = only([*rows, real])
    assert line(found, "score") == ("score ↑", "diverged", "skipped", "3.00")


def test_references_that_are_all_absent_are_shown_all_the_same() -> None:
    absent = {"status": "skipped", "reason": "no truth", "recipe": "", "metrics": {}}
    sheet = only([row(name, 0, 0.0, **absent) for name in ("oracle", "identity")])
    assert sheet.head == ("metric", "oracle", "identity")
    assert [r["reason"] for r in sheet.records] == ["skipped: no truth"] * 2


@pytest.mark.parametrize("metrics", [SKIPPED, {}])
@pytest.mark.parametrize("status", ["done", "diverged", "failed", "skipped"])
def test_every_format_tells_what_has_no_number(status: str, metrics: dict[str, str]) -> None:
    given = {"status": status, "reason": "out of memory", "metrics": metrics}
    sheets = table_sheets([row("standard", s, 0.0, **given) for s in range(2)], COLUMNS)
    reason = "few images" if metrics else "out of memory" if status != "done" else "not computed"
    for name, render in renderers().items():
        text = render(sheets, "records")
        assert "standard" in text
        assert reason in text or (name in ("markdown", "latex") and not metrics), name
    told = json.loads(renderers()["json"](sheets, "records"), parse_constant=pytest.fail)
    assert told["records"] and all(r["mean"] is None for r in told["records"])
    read = list(csv.DictReader(io.StringIO(renderers()["csv"](sheets, "records"))))
    assert [r["reason"] for r in read] == [r["reason"] for r in told["records"]]
    assert all(r["reason"] for r in read)


def test_a_metric_without_any_number_has_records_with_its_reason() -> None:
    lost = [row("recon", s, 1.0, metrics={"score": 1.0, "loss": "skipped: why"}) for s in range(2)]
    assert record(only(lost), "loss", "recon")["reason"] == "skipped: why"


def test_a_name_of_any_letters_stays_in_its_cell() -> None:
    sheet = Sheet("names", ("a|b\nc", r"x\y~z^w"), (("1", "2"),), (), ())
    lines = renderers()["markdown"]([sheet], "records").splitlines()
    assert r"| a\|b c | x\y~z^w |" in lines
    latex = renderers()["latex"]([sheet], "records")
    assert r"x\textbackslash{}y\textasciitilde{}z\textasciicircum{}w" in latex
