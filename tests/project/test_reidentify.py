"""`benchmarks/reidentify.py`: rows get the identity of today, and nothing else of them changes."""

from __future__ import annotations

import json
import runpy
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ganbench.registry.registry import discover
from ganbench.running.provenance import empty_row, provenance
from ganbench.running.request import Request
from ganbench.running.resolve import resolve

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "benchmarks" / "reidentify.py"))
COMMITTED = sorted((ROOT / "results" / "reference").rglob("*.jsonl"))
Row = dict[str, Any]
Change = Callable[[Row], None]


def of_before(tmp_path: Path) -> tuple[Row, Row]:
    """A row as a run of today writes it, and as it was when code had other hashes."""
    request = Request(("recon",), ("toy",), (3,), tmp_path, preset="smoke", references=())
    (job,) = resolve(replace(request, budget={"budget_steps": 7}), discover()).jobs

    def row_of(code: str) -> Row:
        now = replace(job, cell=replace(job.cell, code_hash=code))
        row = json.loads(empty_row(now).to_json())
        return {**row, "provenance": provenance(now, "once")}

    now, old = row_of(job.cell.code_hash), row_of("0" * 64)
    columns = [c for name in job.metrics for c in discover().find("metric", name).columns]
    for row in (now, old):
        row["metrics"] = dict.fromkeys(columns, 0.1)
    old["provenance"]["evaluation_hash"] = "1" * 64
    return now, old


def reidentify(file: Path, rows: list[Row]) -> tuple[list[Row], str]:
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    told = "\n".join(SCRIPT["reidentify"](file, discover(), write=True))
    return [json.loads(line) for line in file.read_text().splitlines()], told


def test_a_row_gets_the_identity_that_a_run_would_give_it(tmp_path: Path) -> None:
    now, old = of_before(tmp_path)
    assert old["cell"] != now["cell"]
    found, told = reidentify(tmp_path / "rows.jsonl", [old])
    assert found == [now]
    assert "1 with the identity of today, 1 of them with an old id that follows" in told
    assert "cell (1)" in told and "metrics" not in told


def dropped(*path: str) -> Change:
    def change(row: Row) -> None:
        *outer, last = path
        for key in outer:
            row = row[key]
        del row[last]

    return change


def put(value: object, *path: str) -> Change:
    def change(row: Row) -> None:
        *outer, last = path
        for key in outer:
            row = row[key]
        row[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("nobody", "model"), "unknown model"),
        (put("nowhere", "recipe"), "nowhere"),
        (put(1.0, "hparams", "gone"), "gone"),
        (dropped("hparams", "lr"), "hparams lr: another today"),
        (put(1.0, "options", "gone"), "gone"),
        (dropped("options", "sigma_A"), "options sigma_A: another today"),
        (put(999, "budget", "width"), "preset width: another today"),
        (put(1, "budget", "gone"), "gone"),
        (put("elsewhere", "data"), "are not made here"),
    ],
)
def test_what_would_not_be_run_so_today_is_left_as_it_is(
    tmp_path: Path, change: Change, reason: str
) -> None:
    _, old = of_before(tmp_path)
    change(old)
    found, told = reidentify(tmp_path / "rows.jsonl", [old])
    assert found == [old]
    assert "1 left as they are" in told and reason in told and "differ: none" in told


def test_an_ingredient_that_a_user_put_out_stays_out(tmp_path: Path) -> None:
    """The row does not name it, and the recipe has it."""
    request = Request(("recon",), ("car2car",), (0,), tmp_path, preset="smoke", references=())
    request = replace(request, recipe="stable", sets=("recon.starts=1", "recon.r1=0"))
    (job,) = resolve(request, discover()).jobs
    row = {**json.loads(empty_row(job).to_json()), "provenance": provenance(job, "once")}
    assert not {"starts", "r1"} & row["hparams"].keys()
    found, told = reidentify(tmp_path / "rows.jsonl", [row])
    assert found == [row] and "1 of them with an old id" in told


def test_a_row_that_lacks_a_column_is_to_be_scored_again(tmp_path: Path) -> None:
    now, old = of_before(tmp_path)
    lacking = next(iter(old["metrics"]))
    del old["metrics"][lacking], now["metrics"][lacking]
    now["provenance"]["evaluation_hash"] = old["provenance"]["evaluation_hash"]
    found, told = reidentify(tmp_path / "rows.jsonl", [old])
    assert found == [now]
    assert f"scored before there was {lacking}" in told


def test_another_change_or_a_lost_cell_is_refused(tmp_path: Path) -> None:
    _, old = of_before(tmp_path)
    with pytest.raises(AssertionError, match="seed"):
        SCRIPT["changes_of"]([old], [{**old, "seed": 4}])
    with pytest.raises(AssertionError, match="reason"):
        SCRIPT["changes_of"]([old], [{k: v for k, v in old.items() if k != "reason"}])
    twins = [old, {**old, "cell": "other"}]
    file = tmp_path / "rows.jsonl"
    with pytest.raises(AssertionError, match="2 cells would become 1"):
        reidentify(file, twins)
    assert [json.loads(line) for line in file.read_text().splitlines()] == twins


@pytest.mark.parametrize("file", COMMITTED, ids=lambda f: "-".join(f.parts[-3:]))
def test_committed_rows_are_those_cells(file: Path, tmp_path: Path) -> None:
    """Each old id follows from its row's fields, and the new ones keep all numbers."""
    copy = Path(shutil.copy(file, tmp_path))
    before = [json.loads(line) for line in file.read_text().splitlines()]
    told = "\n".join(SCRIPT["reidentify"](copy, discover(), write=True))
    after = [json.loads(line) for line in copy.read_text().splitlines()]
    whole = f"{len(before)} with the identity of today, {len(before)} of them with an old id"
    assert whole in told, told
    for old, new in zip(before, after, strict=True):
        for row in (old, new):
            del row["cell"], row["provenance"]
        assert old == new
