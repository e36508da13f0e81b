"""The committed results are whole, told rightly by tables and claims, and had again by a rerun."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from ganbench.core.devices import device_name
from ganbench.registry.registry import discover
from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.formats import renderers
from ganbench.reporting.tables import table_sheets
from ganbench.results.benchmark_file import read_benchmark
from ganbench.results.folder import BENCHMARK, read_rows
from ganbench.results.jsonl import RowReader
from ganbench.results.records import Row
from ganbench.running.provenance import told_of_portable
from tests.conftest import Command
from tests.end_to_end.test_portable import OTHER_PROCESSOR

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(file.parent for file in (ROOT / "results" / "reference").glob("*/*/rows.jsonl"))
MIN_SEEDS = 5
every_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: "-".join(f.parts[-2:]))


@every_folder
def test_rows_are_whole_and_say_where_they_come_from(folder: Path) -> None:
    stored = read_rows(folder)
    assert not stored.torn
    seeds: dict[str, set[int]] = {}
    for row in stored.rows:
        assert row.status in {"done", "diverged"} and row.split == "test"
        assert row.provenance["torch"] and row.provenance["git"] and row.provenance["device"]
        seeds.setdefault(row.model, set()).add(row.seed)
    assert all(len(found) >= MIN_SEEDS for found in seeds.values())
    assert len({frozenset(found) for found in seeds.values()}) == 1  # so that all are paired
    assert (folder / BENCHMARK).read_text() == (
        ROOT / "benchmarks" / f"{folder.parent.name}.toml"
    ).read_text()


@every_folder
def test_tables_and_claims_are_those_of_the_rows(folder: Path) -> None:
    rows, columns = read_rows(folder).rows, discover().columns
    table = renderers()["markdown"](table_sheets(rows, columns), "records")
    assert (folder / "table.md").read_text() == table
    told = json.loads((folder / "claims.json").read_text())["claims"]
    claims = read_benchmark(folder / BENCHMARK).claims
    found = [r for sheet in claim_sheets(claims, rows, columns) for r in sheet.records]
    assert {c["id"]: c["verdict"] for c in told} == {r["id"]: r["verdict"] for r in found}
    for kept, record in zip(told, found, strict=True):
        assert kept["effect"] == pytest.approx(record["effect"])
        assert kept["p"] == pytest.approx(record["p"])


def tolerance(rows: list[Row], metric: str) -> float:
    """On another processor or torch, sums differ in the last digit and training drifts apart: a
    rerun is then as good as another seed, and must lie within 4 standard deviations of the seeds.
    """
    values = [float(row.metrics[metric]) for row in rows]
    return 4 * statistics.stdev(values) + 0.02 * abs(statistics.fmean(values)) + 1e-9


def is_had_to_the_digit(row: Row) -> bool:
    """Whether a rerun here computes what the row's machine did."""
    if row.provenance["torch"] != torch.__version__:
        return False
    if row.provenance.get("portable"):  # whatever the processor, and what it is limited to
        told = told_of_portable()
        return all(row.provenance[name] == value for name, value in told.items())
    limits = ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS")
    is_limited = any(name in os.environ for name in limits)
    return row.provenance["device"] == device_name("cpu") and not is_limited


def check_rerun(ganbench: Command, what: Sequence[Any], rows: list[Row], tmp_path: Path) -> None:
    """The cell of the first seed. what: a benchmark or task. rows: those of one model and task."""
    first = min(rows, key=lambda row: row.seed)
    preset, steps = first.preset.partition("+")[0], first.budget["budget_steps"]
    done = ganbench(
        *("run", *what, "--models", first.model, "--seed-list", first.seed),
        *("--preset", preset, "--steps", steps, "--references", "none", "--device", "cpu"),
        *(["--portable"] if first.provenance.get("portable") else []),
        *("--output", tmp_path),
    )
    assert done.returncode == 0, done.stderr
    (again,) = read_rows(tmp_path).rows
    is_same = is_had_to_the_digit(first)
    for name, value in first.metrics.items():
        if is_same or isinstance(value, str):
            assert again.metrics[name] == value, name
        else:
            off = abs(
                float(again.metrics[name]) - statistics.fmean(float(r.metrics[name]) for r in rows)
            )
            assert off <= tolerance(rows, name), name


def rows_in(file: Path) -> list[Row]:
    with open(file, "rb") as lines:
        return list(RowReader().read_all(lines))


@pytest.mark.numeric
def test_a_committed_cell_is_had_again(ganbench: Command, tmp_path: Path) -> None:
    """One of a tenth of the steps, for its time; the slow test below has the others."""
    folder = ROOT / "results" / "reference" / "figure4"
    rows = rows_in(folder / "short.jsonl")
    check_rerun(ganbench, [folder / "quick" / BENCHMARK], rows, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["standard", "recon", "discogan"])
@pytest.mark.parametrize("name", ["figure4", "figure5", "figure6"])
def test_every_kind_of_committed_cell_is_had_again(
    ganbench: Command, tmp_path: Path, name: str, model: str
) -> None:
    folder = ROOT / "results" / "reference" / name / "quick"
    rows = [row for row in read_rows(folder).rows if row.model == model]
    check_rerun(ganbench, [folder / BENCHMARK], rows, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("model", sorted(discover().of_kind("model")))
def test_a_cell_of_every_model_is_had_again(ganbench: Command, tmp_path: Path, model: str) -> None:
    """A change of its code that changes its numbers would else go unseen once its rows have new
    identities.
    """
    file = ROOT / "results" / "reference" / "models" / "car2car-stable.jsonl"
    rows = [row for row in rows_in(file) if row.model == model]
    check_rerun(ganbench, ["--task", "car2car", "--recipe", "stable"], rows, tmp_path)


@pytest.mark.slow
def test_a_portable_committed_cell_is_had_again_under_other_settings(
    ganbench: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would stand for another processor does not count for it."""
    for name, value in OTHER_PROCESSOR.items():
        monkeypatch.setenv(name, value)
    folder = ROOT / "results" / "reference" / "figure5" / "quick"
    rows = [row for row in read_rows(folder).rows if row.model == "standard"]
    assert all(row.provenance["portable"] for row in rows)
    check_rerun(ganbench, [folder / BENCHMARK], rows, tmp_path)
