"""Looks that were not planned are told as what they are."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.designs import design_of
from ganbench.results.looks import begin_design, note_look
from ganbench.results.records import Row
from tests.reporting.test_claims import BETTER, COLUMNS, rows

FOUND = rows("new", [7.0 + 0.1 * i for i in range(8)]) + rows("old", [5.0] * 8)


def notes(folder: Path, found: list[Row] = FOUND) -> str:
    (sheet,) = claim_sheets([BETTER], found, COLUMNS, design=design_of(folder))
    return "\n".join(sheet.notes)


def begun(row: Row, minute: int) -> Row:
    time = f"2026-01-01T10:{minute:02d}:00+00:00"
    return structs.replace(
        row, provenance={**row.provenance, "started": time}, cost={"train_sec": 30.0}
    )


def test_a_folder_without_looks_is_of_a_fixed_number_of_seeds(tmp_path: Path) -> None:
    assert "a number of seeds that is fixed beforehand" in notes(tmp_path)
    note_look(tmp_path, "fixed", 8)
    assert "looked at before" not in notes(tmp_path)


def test_a_second_look_at_more_seeds_is_told(tmp_path: Path) -> None:
    for seeds in (3, 5, 8):
        note_look(tmp_path, "fixed", seeds)
    assert "looked at before, at 3 seeds, 5 seeds, and then at 8" in notes(tmp_path)


def test_a_folder_remembers_that_it_was_run_until_decided(tmp_path: Path) -> None:
    begin_design(tmp_path, "until decided")
    note_look(tmp_path, "fixed", 8)  # the same folder, run again without
    told = notes(tmp_path)
    assert "seeds are added until claims are decided" in told and "fixed beforehand" not in told


def test_a_change_of_design_after_a_verdict_is_told(tmp_path: Path) -> None:
    note_look(tmp_path, "fixed", 5)
    begin_design(tmp_path, "until decided")
    assert "before, 5 seeds were judged as a fixed number of them" in notes(tmp_path)


def test_a_later_look_at_fewer_seeds_is_no_second_look(tmp_path: Path) -> None:
    """Folders of older versions have looks that counted rows."""
    note_look(tmp_path, "fixed", 4)
    note_look(tmp_path, "fixed", 2)
    assert "looked at before" not in notes(tmp_path)
    note_look(tmp_path, "fixed", 5)
    assert "looked at before, at 4 seeds, and then at 5" in notes(tmp_path)


def test_seeds_that_were_added_later_are_seen_in_the_times_of_rows(tmp_path: Path) -> None:
    by_model = [begun(row, 8 * (row.model == "old") + row.seed) for row in FOUND]
    assert " added on " not in notes(tmp_path, by_model)  # as one run does it
    later = [begun(row, row.seed + (30 if row.seed > 4 else 0)) for row in FOUND]
    told = notes(tmp_path, later)
    assert "seeds 5 to 7 were added on 2026-01-01 10:35, when seeds 0 to 4 had ended" in told
    last = [begun(row, row.seed + (30 if row.seed > 6 else 0)) for row in FOUND]
    told = notes(tmp_path, last)
    assert "seed 7 was added on 2026-01-01 10:37, when seeds 0 to 6 had ended" in told
    one_model = [begun(row, row.seed) if row.model == "new" else row for row in FOUND]
    assert " added on " not in notes(tmp_path, one_model)
