"""What is printed in bold and marked: the best, its equals, and what a test tells apart from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ganbench.reporting.emphasis import best_emphasised
from ganbench.reporting.sheets import Sheet
from ganbench.reporting.tables import table_sheets
from ganbench.results.records import Row
from tests.reporting.test_tables import COLUMNS, row

SEEDS = 8  # can find a difference in a family of six
NEAR = [0.01, -0.01, 0.02, -0.02, 0.005, -0.005, 0.0, 0.001]


def rows_of(scores: Mapping[str, Sequence[float]], metric: str = "score") -> list[Row]:
    return [
        row(model, seed, 0.0, metrics={metric: value})
        for model, values in scores.items()
        for seed, value in enumerate(values)
    ]


def sheet_of(rows: list[Row]) -> Sheet:
    (sheet,) = table_sheets(rows, COLUMNS, emphasise=best_emphasised)
    return sheet


def told(rows: list[Row]) -> tuple[set[str], set[str]]:
    """The models in bold and those with a mark, in the first line."""
    sheet = sheet_of(rows)
    return (
        {sheet.head[j] for i, j in sheet.bold if i == 0},
        {sheet.head[j] for i, j in sheet.marked if i == 0},
    )


def test_the_best_is_bold_and_the_clearly_worse_marked() -> None:
    scores = {"a": [5 + x for x in NEAR], "b": [1 + x for x in NEAR], "c": [2 - x for x in NEAR]}
    assert told(rows_of(scores)) == ({"a"}, {"b", "c"})
    assert told(rows_of(scores, "loss")) == ({"b"}, {"a", "c"})


def test_who_is_not_told_apart_from_the_best_is_bold_too() -> None:
    scores = {"a": [1.001 + x for x in NEAR], "b": [1 - x for x in NEAR], "c": [0.0] * SEEDS}
    assert told(rows_of(scores)) == ({"a", "b"}, {"c"})


def test_a_paired_test_tells_apart_what_intervals_do_not() -> None:
    wide = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    scores = {"a": [x + 0.1 for x in wide], "b": wide}
    assert told(rows_of(scores)) == ({"a"}, {"b"})


def test_equal_means_are_all_bold_but_not_where_all_are_equal() -> None:
    scores = {"a": [1.0, 3.0], "b": [3.0, 1.0], "c": [0.0, 0.0]}
    assert told(rows_of(scores))[0] >= {"a", "b"}
    assert told(rows_of({"a": [1.0, 2.0], "b": [2.0, 1.0]})) == (set(), set())


def test_few_seeds_mark_nobody_and_the_caption_says_so() -> None:
    rows = rows_of({"a": [5.0, 5.1, 5.2], "b": [1.0, 1.1, 1.2]})
    assert told(rows) == ({"a"}, set())
    assert "3 seeds give no p below 0.250; 6 seeds could" in sheet_of(rows).caption


def test_one_seed_has_a_best_number_and_no_word_of_intervals_or_tests() -> None:
    rows = rows_of({"a": [1.0], "b": [2.0], "c": [2.0]})
    assert told(rows) == ({"b", "c"}, set())
    caption = sheet_of(rows).caption
    assert "one seed cannot tell" in caption
    assert "±" not in caption and "test" not in caption


def test_holm_runs_over_all_tests_of_the_table() -> None:
    far = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]  # p is 2 / 2**6, so one test alone finds it
    rows = rows_of({"a": far, "b": [0.0] * 6})
    assert told(rows) == ({"a"}, {"b"})
    wide = [x + y for x, y in zip(far, [0, 9, -9, 5, -5, 1], strict=True)]
    assert told(rows + rows_of({"c": wide}))[1] == set()


def test_references_and_columns_without_a_better_end_take_no_part() -> None:
    oracle = [row("oracle", s, 9.0, recipe="", hparams={}) for s in range(SEEDS)]
    rows = rows_of({"a": [1 + x for x in NEAR], "b": NEAR})
    assert told([*rows, *oracle]) == ({"a"}, {"b"})
    assert told(rows_of({"a": [1.0], "b": [2.0]}, "neither")) == (set(), set())
    assert told([*oracle, row("real", 0, 1.0, recipe="", hparams={})]) == (set(), set())


def test_a_lone_model_is_not_the_best() -> None:
    sheet = sheet_of(rows_of({"a": NEAR}))
    assert not sheet.bold and "Bold" not in sheet.caption
