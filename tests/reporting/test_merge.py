"""`ganbench merge`: nothing lost, nothing doubled, nothing contradicted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from ganbench.core.errors import UserError
from ganbench.reporting.merge import contradiction, merge
from ganbench.results.folder import append_row, read_rows
from ganbench.results.records import Row
from tests.reporting.test_tables import row

FIGURELESS = "ganbench.reporting.merge.draw_figures"


def folder(path: Path, *rows: Row) -> Path:
    for each in rows:
        cell = path / "cells" / each.cell
        cell.mkdir(parents=True, exist_ok=True)
        (cell / "losses.csv").write_text(f"{path.name} {each.cell}")
        append_row(path, each)
    return path


def ready(model: str, seed: int, score: float | str, **changes: object) -> Row:
    return structs.replace(row(model, seed, score, **changes), cell=f"{model}-{seed}")


@pytest.fixture(autouse=True)
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FIGURELESS, lambda *given: None)


def test_two_folders_become_one(tmp_path: Path) -> None:
    a = folder(tmp_path / "a", ready("standard", 0, 1.0), ready("standard", 1, 2.0))
    b = folder(tmp_path / "b", ready("recon", 0, 3.0), ready("standard", 1, 2.0))
    merged = merge([a, b], tmp_path / "c")
    assert (merged.doubled, merged.superseded, merged.counts) == (1, 0, (2, 2))
    stored = read_rows(tmp_path / "c").rows
    assert [r.cell for r in stored] == ["standard-0", "standard-1", "recon-0"]
    assert {p.name for p in (tmp_path / "c" / "cells").iterdir()} == {r.cell for r in stored}
    assert (tmp_path / "c" / "cells" / "recon-0" / "losses.csv").read_text() == "b recon-0"
    assert len(read_rows(a).rows) == len(read_rows(b).rows) == 2


@settings(deadline=None, max_examples=25)
@given(owners=st.lists(st.sets(st.sampled_from("abc"), min_size=1), min_size=1, max_size=8))
def test_whoever_has_a_cell_it_is_there_once(
    owners: list[set[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.mktemp("merge")
    for seed, names in enumerate(owners):
        for name in sorted(names):
            folder(base / name, ready("standard", seed, float(seed)))
    given_folders = [path for path in sorted(base.iterdir()) if path.is_dir()]
    merge(given_folders, base / "all")
    stored = read_rows(base / "all").rows
    assert sorted(r.seed for r in stored) == list(range(len(owners)))
    assert all(r.metrics == {"score": float(r.seed)} for r in stored)


def test_a_settled_row_goes_before_a_failed_one(tmp_path: Path) -> None:
    failed = ready("standard", 0, 0.0, status="failed", metrics={}, reason="no memory")
    done = ready("standard", 0, 1.0)
    a, b = folder(tmp_path / "a", failed), folder(tmp_path / "b", done)
    for i, order in enumerate(([a, b], [b, a])):
        merged = merge(order, tmp_path / f"c{i}")
        assert (merged.doubled, merged.superseded) == (0, 1)
        assert read_rows(tmp_path / f"c{i}").rows[0].status == "done"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"metrics": {"score": 1.5}}, "score is 1.0 and 1.5"),
        ({"metrics": {"score": "skipped: few"}}, "score is 1.0 and skipped"),
        ({"status": "diverged", "metrics": {}}, "done and diverged"),
    ],
)
def test_a_contradiction_is_refused_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    a = folder(tmp_path / "a", ready("standard", 0, 1.0))
    b = folder(tmp_path / "b", ready("standard", 0, 1.0, **changes))
    with pytest.raises(UserError, match=told):
        merge([a, b], tmp_path / "c")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_machines_and_further_metrics_are_no_contradiction() -> None:
    first = ready("standard", 0, 1.0)
    other = structs.replace(first, cost={"train_sec": 9.0}, metrics={"score": 1.0, "loss": 0.5})
    assert contradiction(first, other) == ""
