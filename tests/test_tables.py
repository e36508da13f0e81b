"""Tables from rows: estimates, reasons instead of blanks, honest counts, every format."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace

import pytest

from ganbench.statistics import estimate
from ganbench.tables import Table, build_tables, number, records, renderers
from ganbench.types import Column, Row

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
    return replace(BASE, **fields)  # type: ignore[arg-type]


ROWS = [row("standard", s, 1.0 + s) for s in range(3)] + [row("recon", s, 5.0) for s in range(2)]


def only(rows: list[Row]) -> Table:
    (table,) = build_tables(rows)
    return table


def test_estimate_is_the_t_interval() -> None:
    found = estimate([1.0, 2.0, 3.0])
    assert (found.mean, found.n) == (2.0, 3)
    half = 4.302652729911275 / math.sqrt(3)  # t(0.975, 2) from a printed table, sd 1
    assert found.low == pytest.approx(2 - half)
    assert found.high == pytest.approx(2 + half)
    assert math.isnan(estimate([1.0]).low)


def test_means_by_model() -> None:
    table = only(ROWS)
    entry = table.entries["score", "standard"].estimate
    assert entry is not None and (entry.mean, entry.n) == (2.0, 3)
    assert table.counts["recon"]["done"] == 2
    assert table.train_sec["recon"] == 2.0


def test_zeros_are_shown_as_zeros() -> None:
    zeros = build_tables([row("standard", s, 0.0) for s in range(2)])
    assert "| score ↑ | 0 ± 0 |" in renderers()["markdown"](zeros, COLUMNS)


def test_a_diverged_seed_is_counted_and_told_and_never_averaged() -> None:
    bad = row("standard", 9, 0.0, status="diverged", reason="adv_B was not finite", metrics={})
    table = only([*ROWS, bad])
    assert table.counts["standard"] == {"done": 3, "diverged": 1, "failed": 0, "skipped": 0}
    assert "standard seed 9 diverged: adv_B was not finite" in table.notes
    entry = table.entries["score", "standard"].estimate
    assert entry is not None and entry.n == 3


def test_a_skip_shows_its_reason_and_the_cell_is_never_blank() -> None:
    table = only([*ROWS, row("discogan", 0, "skipped: no way back")])
    assert "discogan score skipped: no way back" in table.notes
    for text in (renderers()["markdown"]([table], COLUMNS), renderers()["latex"]([table], COLUMNS)):
        assert "skipped" in text
    extra = row("discogan", 1, 1.0, metrics={"score": 1.0, "score_BA": 2.0})
    one_way = only([*ROWS, extra]).entries["score_BA", "standard"]
    assert one_way.reason == "skipped: A to B only"


def test_settings_that_differ_are_never_in_one_table() -> None:
    others = [
        row("standard", 0, 1.0, preset="paper"),
        row("standard", 0, 1.0, data="meshes"),
        row("standard", 0, 1.0, options={"sigma": 1}),
        row("standard", 0, 1.0, provenance={"precision": "bf16"}),
    ]
    assert len(build_tables([*ROWS, *others])) == 5


def test_variants_of_one_model_get_labels_of_their_own() -> None:
    other = {"lr": 2e-3, "batch_size": 8}
    table = only([*ROWS, row("standard", 0, 3.0, hparams=other)])
    assert table.models == ("standard (lr=0.001)", "recon", "standard (lr=0.002)")
    recipes = only([*ROWS, row("standard", 0, 3.0, recipe="code")])
    assert "standard (code)" in recipes.models
    assert recipes.recipe == ""


def test_a_row_of_newer_code_replaces_the_older_of_its_seed() -> None:
    table = only([*ROWS, row("recon", 0, 9.0, cell="newer code")])
    entry = table.entries["score", "recon"].estimate
    assert entry is not None and (entry.mean, entry.n) == (7.0, 2)
    assert any("1 older rows" in note for note in table.notes)


def test_the_budget_is_told_and_that_it_is_not_the_papers() -> None:
    assert (
        only(ROWS).notes[0]
        == "quick: 100 steps, width 8, batch 8, lr 0.001; this is not the paper's budget"
    )


def test_a_warm_up_longer_than_the_budget_is_told() -> None:
    hparams = {"lr": 1e-3, "batch_size": 8, "warmup_steps": 100}
    notes = only([row("recon", 0, 1.0, hparams=hparams)]).notes
    assert any("recon: the warm-up of 100 steps outlasts the budget" in note for note in notes)
    assert not any("warm-up" in note for note in only(ROWS).notes)


def test_csv_and_json_hold_the_same_records() -> None:
    tables = build_tables(ROWS)
    expected = records(tables, COLUMNS)
    assert json.loads(renderers()["json"](tables, COLUMNS))["records"] == expected
    read = list(csv.DictReader(io.StringIO(renderers()["csv"](tables, COLUMNS))))
    assert [r["model"] for r in read] == ["standard", "recon"]
    assert float(read[0]["mean"]) == 2.0
    assert (read[0]["unit"], read[0]["n"]) == ("deg", "3")


def test_markdown_and_latex() -> None:
    tables = build_tables(ROWS)
    markdown = renderers()["markdown"](tables, COLUMNS)
    assert "| metric | standard | recon |" in markdown
    assert "| score ↑ | 2.00 ± 2.48 | 5.00 ± 0.00 |" in markdown
    latex = renderers()["latex"](tables, COLUMNS)
    assert r"score $\uparrow$ & 2.00 $\pm$ 2.48" in latex
    assert r"train\_sec" in latex


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.12345, "0.123"), (12.345, "12.3"), (1234.5, "1234"), (1e-9, "1.00e-09")],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert number(value) == text
