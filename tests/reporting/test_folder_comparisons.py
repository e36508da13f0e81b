"""Two result folders: each model against itself, paired by task and seed; the rest is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ganbench.core.errors import UserError
from ganbench.reporting.folder_comparisons import folder_sheets
from ganbench.reporting.sheets import Sheet
from ganbench.reporting.statistics import compare, holm
from ganbench.results.records import Row
from tests.reporting.test_claims import COLUMNS, rows

FLOATS = st.floats(-100, 100, allow_nan=False).map(lambda x: round(x, 3))


def sheets(old: list[Row], new: list[Row], *metrics: str) -> list[Sheet]:
    return folder_sheets(("runs/old", old), ("runs/new", new), COLUMNS, metrics, "t")


def only(old: list[Row], new: list[Row], *metrics: str) -> Sheet:
    (sheet,) = sheets(old, new, *metrics)
    return sheet


def protocol(weights: str) -> dict[str, Any]:
    plugin = {"columns": ["score"], "extractor": "x", "weights": weights}
    return {"samples": {"AB": {"real": 5, "fake": 5}}, "metrics": {"x": plugin}}


def test_means_difference_and_tests() -> None:
    old = rows("a", [1.0, 2.0, 3.0]) + rows("b", [1.0, 1.0, 1.0])
    new = rows("a", [2.0, 4.0, 3.5]) + rows("b", [0.0, 0.5, 0.9])
    sheet = only(old, new)
    assert sheet.title == "toy · data mixture · new less old"
    assert sheet.head[:5] == ("metric", "model", "old", "new", "difference")
    first, second = sheet.records
    assert (first["model"], first["mean_before"], first["n"]) == ("a", 2.0, 3)
    assert first["mean_after"] == pytest.approx(9.5 / 3)
    assert first["difference"] == pytest.approx(3.5 / 3)
    assert first["ci_low"] < first["difference"] < first["ci_high"]
    assert (first["p"], second["p"], first["p_holm"]) == (0.25, 0.25, 0.5)
    assert any("3 seeds can give no p below 0.250" in note for note in sheet.notes)


@given(
    pairs=st.lists(st.tuples(FLOATS, FLOATS), min_size=2, max_size=6),
    extra=st.lists(FLOATS, max_size=3),
)
def test_a_difference_is_that_of_the_paired_seeds(
    pairs: list[tuple[float, float]], extra: list[float]
) -> None:
    before, after = ([pair[i] for pair in pairs] for i in (0, 1))
    (record,) = only(rows("a", [*before, *extra]), rows("a", after)).records
    expected = compare(dict(enumerate(after)), dict(enumerate([*before, *extra])))
    assert expected is not None
    assert record["difference"] == pytest.approx(expected.difference.mean)
    assert record["mean_after"] - record["mean_before"] == pytest.approx(record["difference"])
    assert (record["n"], record["dropped"]) == (len(pairs), len(extra))
    back = only(rows("a", after), rows("a", [*before, *extra])).records[0]
    assert back["difference"] == pytest.approx(-record["difference"])
    assert back["p"] == record["p"]


def test_holm_leaves_out_what_is_equal_in_every_seed() -> None:
    old = rows("a", [1.0] * 6) + rows("b", [1.0] * 6)
    new = rows("a", [1.0] * 6) + rows("b", [2.0, 2.1, 2.2, 2.3, 2.4, 2.5])
    sheet = only(old, new)
    assert sheet.lines[0][4] == "equal"
    assert sheet.records[0]["p"] is None and sheet.records[0]["p_holm"] is None
    assert [sheet.records[1]["p_holm"]] == holm([sheet.records[1]["p"]])
    assert "1 of 2 numbers are equal in every seed" in sheet.notes


def test_of_one_seed_there_is_no_interval_and_no_test() -> None:
    sheet = only(rows("a", [1.0]), rows("a", [2.0]))
    assert sheet.lines[0][2:] == ("1.00", "2.00", "1.00", "none", "none", "1")
    assert sheet.notes == ("one seed in common, so there is no interval and no test",)


def test_recipes_and_settings_may_differ_and_are_told() -> None:
    old = rows("a", [1.0, 2.0], hparams={"lr": 1e-3, "lambda_rec": 1.0})
    new = rows("a", [1.0, 3.0], hparams={"lr": 1e-3, "lambda_rec": 3.0}, recipe="code")
    old += rows("b", [1.0, 2.0], provenance={"git": "abc", "precision": "fp32"})
    new += rows("c", [1.0, 2.0], provenance={"git": "def", "precision": "fp32"})
    sheet = only(old, new)
    assert [record["model"] for record in sheet.records] == ["a"]
    assert {"only in runs/old: b", "only in runs/new: c"} <= set(sheet.notes)
    (told,) = [note for note in sheet.notes if note.startswith("not alike in old and new")]
    assert "recipe paper and code (a); lambda_rec 1.0 and 3.0 (a)" in told
    assert "git abc and def" in told and "lr" not in told


def test_models_that_changed_alike_are_told_at_once() -> None:
    old, new = (
        [r for m in "ab" for r in rows(m, [1.0 + i, 2.0], hparams={"lr": lr})]
        for i, lr in enumerate((1e-3, 2e-3))
    )
    assert "not alike in old and new: lr 0.001 and 0.002 (a, b)" in only(old, new).notes


def test_a_column_of_another_protocol_is_left_out_with_words() -> None:
    old = rows("a", [1.0, 2.0], protocol=protocol("sha256:aa"))
    old += rows("b", [1.0, 2.0], metric="loss")
    new = rows("a", [2.0, 4.0], protocol=protocol("sha256:bb"))
    new += rows("b", [1.5, 2.5], metric="loss")
    sheet = only(old, new)
    assert {record["metric"] for record in sheet.records} == {"loss"}
    (told,) = [note for note in sheet.notes if "protocols differ" in note]
    assert told == (
        "score is not compared, for its protocols differ: weights sha256:aa and weights sha256:bb"
    )
    with pytest.raises(UserError, match=r"(?s)no numbers that compare.*protocols differ"):
        sheets(old[:2], new[:2])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"options": {"sigma": 0.5}}, "for the data differ: sigma 0.3 and 0.5"),
        ({"split": "validation"}, "split test and validation"),
        ({"data": "mine"}, "data mixture and mine"),
        ({"budget": {"name": "quick", "budget_steps": 9, "width": 8, "size": 64}}, "size 0 and 64"),
        ({"provenance": {"data_hash": "bb"}}, "for the data differ: other samples"),
        ({"task": "ring8"}, "only in runs/old"),
    ],
)
def test_other_data_are_refused_with_what_differs(changes: dict[str, Any], told: str) -> None:
    common = {"options": {"sigma": 0.3}, "provenance": {"data_hash": "aa"}}
    old, new = rows("a", [1.0, 2.0], **common), rows("a", [2.0, 3.0], **{**common, **changes})
    with pytest.raises(UserError, match="no numbers that compare") as raised:
        sheets(old, new)
    assert told in raised.value.where
    both = sheets(old + rows("a", [1.0, 2.0], task="grid25"), new + rows("a", [2.0], task="grid25"))
    assert [sheet.title[:6] for sheet in both] == ["grid25"]
    assert any(told in note for note in both[0].notes)


def of_samples(model: str, kimg: float, batch_size: int, value: float) -> list[Row]:
    name, steps = f"quick+kimg={kimg}", round(1000 * kimg / batch_size)
    budget = {"name": name, "budget_steps": steps, "width": 8, "size": 0}
    more = {"hparams": {"batch_size": batch_size}, "preset": name, "budget": budget}
    return rows(model, [value, value + 1.0], **more)


def test_budgets_in_samples_are_paired_whatever_models_stand_first() -> None:
    """Whose batches, and so whose steps, are others."""
    cycles = of_samples("cyclegan", 0.8, 4, 5.0) + of_samples("cyclegan", 1.6, 4, 7.0)
    both = of_samples("a", 0.8, 8, 1.0) + of_samples("a", 1.6, 8, 2.0) + cycles
    assert [s.records[0]["difference"] for s in sheets(both, cycles)] == [0.0, 0.0]
    told = "\n".join(note for sheet in sheets(both, cycles) for note in sheet.notes)
    assert "not alike" not in told
    longer = only(of_samples("a", 0.8, 8, 1.0), of_samples("a", 1.6, 8, 2.0))
    assert any("kimg 0.8 and 1.6" in note for note in longer.notes)
    assert not any("budget_steps" in note for note in longer.notes)


def test_of_several_presets_the_equal_ones_are_paired() -> None:
    paper = {"name": "paper", "budget_steps": 900, "width": 8, "size": 0}
    old = rows("a", [1.0, 2.0]) + rows("a", [5.0, 6.0], preset="paper", budget=paper)
    new = rows("a", [1.5, 2.5]) + rows("a", [5.0, 7.0], preset="paper", budget=paper)
    assert [s.records[0]["difference"] for s in sheets(old, new)] == [0.5, 0.5]
    assert any("budget_steps 100 and 900" in note for note in only(old[:2], new[2:]).notes)
    (alone,) = sheets(old, new[2:])
    assert alone.records[0]["mean_before"] == 5.5
    assert any("not compared: toy" in note and "preset quick" in note for note in alone.notes)


def test_models_without_a_seed_in_common_are_refused() -> None:
    late = [row for row in rows("a", [1.0, 2.0, 3.0]) if row.seed == 2]
    with pytest.raises(UserError, match=r"(?s)no model has a number of one column and seed"):
        sheets(rows("a", [1.0, 2.0]), late)


def test_columns_are_chosen() -> None:
    old, new = rows("a", [1.0, 2.0], metric="sign"), rows("a", [2.0, 2.0], metric="sign")
    assert only(old, new, "sign").records[0]["difference"] == 0.5
    with pytest.raises(
        UserError, match=r"(?s)unknown metric 'sing'.*did you mean 'sign'"
    ) as raised:
        sheets(old, new, "sing")
    assert raised.value.where == "--metrics"


def test_folders_of_one_name_keep_their_paths() -> None:
    old, new = rows("a", [1.0, 2.0]), rows("a", [2.0, 2.0])
    (sheet,) = folder_sheets(("x/runs", old), ("y/runs/", new), COLUMNS, (), "t")
    assert sheet.head[2:4] == ("x/runs", "y/runs/")


def test_compiled_steps_are_told_also_where_but_some_rows_have_them() -> None:
    old = rows("a", [1.0, 2.0])
    one, two = rows("a", [2.0, 3.0])
    new = [one, structs.replace(two, provenance={**two.provenance, "compiled": 1})]
    (told,) = [note for note in only(old, new).notes if note.startswith("not alike")]
    assert "compiled no and no/yes" in told
    assert not any("compiled" in note for note in only(old, old).notes)
