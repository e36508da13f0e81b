"""Rows of several folders side by side, apart by protocol, and along a swept option."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from ganbench.reporting.report.loading import Folder, settings_of
from ganbench.reporting.report.tradeoffs import cost_panels, sweeps_of
from ganbench.results.records import Row
from tests.reporting import test_protocols
from tests.reporting.test_tables import BASE, COLUMNS, row


def folder(name: str, *rows: Row) -> Folder:
    return Folder(name, Path(name), rows, "")


def labels(*folders: Folder) -> list[list[str]]:
    return [list(setting.group.by_model) for setting in settings_of(folders)]


def test_a_label_of_two_folders_is_told_apart() -> None:
    one = folder("one", row("a", 0, 1.0), row("b", 0, 1.0))
    two = folder("two", row("a", 0, 2.0))
    assert labels(one, two) == [["a · one", "b", "a · two"]]


def test_the_later_row_of_a_seed_counts_within_a_folder_alone() -> None:
    older, newer = row("a", 0, 1.0), structs.replace(row("a", 0, 3.0), cell="newer")
    (setting,) = settings_of([folder("one", older, newer), folder("two", row("a", 0, 2.0))])
    scores = {k: [r.metrics["score"] for r in rows] for k, rows in setting.group.by_model.items()}
    assert scores == {"a · one": [3.0], "a · two": [2.0]}
    assert setting.group.older == 1


def test_other_presets_are_other_settings() -> None:
    assert labels(folder("f", row("a", 0, 1.0), row("a", 1, 1.0, preset="paper"))) == [["a"], ["a"]]


def test_rows_of_two_protocols_are_parted_by_folder() -> None:
    """And rows that tell no protocol stay with those of their own folder."""
    made = test_protocols.row
    one = folder("one", made("a", 0), made("a", 1))
    old = structs.replace(made("c", 0), protocol={})
    two = folder("two", made("a", 0, weights="sha256:bb"), old)
    first, second = settings_of([one, two])
    assert (list(first.group.by_model), list(second.group.by_model)) == (["a"], ["a", "c"])
    assert "weights sha256:bb" in first.apart and first.apart == second.apart


def test_rows_of_one_protocol_stay_together_whatever_other_metrics_they_have() -> None:
    made = test_protocols.row
    more = structs.replace(made("b", 0), protocol={**made("b", 0).protocol, "note": {}})
    (setting,) = settings_of([folder("one", made("a", 0)), folder("two", more)])
    assert (list(setting.group.by_model), setting.apart) == (["a", "b"], "")


def test_a_number_that_was_swept_is_a_curve() -> None:
    def at(value: float, seed: int, name: str = "lambda_rec") -> Row:
        return row("a", seed, value + seed, hparams={**BASE.hparams, name: value})

    folders = [folder(str(v), at(v, 0), at(v, 1)) for v in (1.0, 10.0, 100.0)]
    (sweep,) = sweeps_of(settings_of(folders), COLUMNS, ["score"], "t")
    assert (sweep.option, sweep.values) == ("a.lambda_rec", ("1", "10", "100"))
    (drawn,) = sweep.panels[0].series
    assert drawn.told == "1: 1.5 (n = 2); 10: 10.5 (n = 2); 100: 100.5 (n = 2)"
    assert drawn.line.count("L") == 2 and drawn.bars.count("M") == 3
    assert [tick.text for tick in sweep.panels[0].x_ticks] == ["1", "10", "100"]


def test_an_option_of_the_task_and_the_budget_can_be_swept_too() -> None:
    wide = [
        row("a", s, 1.0, options={"sigma": x}, cell=f"{x}{s}") for x in (0.1, 0.2) for s in (0, 1)
    ]
    (sweep,) = sweeps_of(settings_of([folder("f", *wide)]), COLUMNS, ["score"], "t")
    assert (sweep.option, sweep.values) == ("toy.sigma", ("0.1", "0.2"))
    steps = [
        row("a", 0, 1.0, preset=f"quick{n}", budget={**BASE.budget, "name": str(n), "width": n})
        for n in (8, 16)
    ]
    (sweep,) = sweeps_of(settings_of([folder("f", *steps)]), COLUMNS, ["score"], "t")
    assert (sweep.option, sweep.values) == ("width", ("8", "16"))


def test_a_batch_and_a_length_in_samples_can_be_swept_too() -> None:
    """Though steps go with either."""

    def at(kimg: float, batch_size: int) -> Row:
        name, steps = f"quick+kimg={kimg}", round(1000 * kimg / batch_size)
        budget = {**BASE.budget, "name": name, "budget_steps": steps}
        hparams = {"lr": 1e-3, "batch_size": batch_size}
        return row("a", 0, 1.0, preset=name, budget=budget, hparams=hparams)

    for rows, option, values in (
        ([at(0.8, 4), at(0.8, 8)], "a.batch_size", ("4", "8")),
        ([at(0.8, 4), at(1.6, 4)], "kimg", ("0.8", "1.6")),
    ):
        (sweep,) = sweeps_of(settings_of([folder("f", *rows)]), COLUMNS, ["score"], "t")
        assert (sweep.option, sweep.values) == (option, values)


@pytest.mark.parametrize("other", [{"lr": 2.0}, {"distance": "l1"}])
def test_what_differs_in_more_than_a_number_is_no_sweep(other: dict[str, object]) -> None:
    rows = [
        row("a", 0, 1.0, hparams={"lambda_rec": 1.0, "batch_size": 8, "lr": 1.0}),
        row("a", 0, 1.0, hparams={"lambda_rec": 2.0, "batch_size": 8, "lr": 1.0, **other}),
    ]
    assert sweeps_of(settings_of([folder("f", *rows)]), COLUMNS, ["score"], "t") == []


def test_cost_is_seconds_against_the_mean() -> None:
    rows = [
        row(m, s, 1.0 + s, cost={"train_sec": t}) for m, t in (("a", 2), ("b", 4)) for s in (0, 1)
    ]
    (setting,) = settings_of([folder("f", *rows)])
    (panel,) = cost_panels(setting, COLUMNS, ["score"], {"a": 0, "b": 1}, "t")
    assert [one.told for one in panel.series] == ["a: 2 s, 1.5", "b: 4 s, 1.5"]
