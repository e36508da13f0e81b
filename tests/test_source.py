"""Cells go stale when code that they reach changes, and only then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ganbench import api
from ganbench.grid import Request, resolve
from ganbench.registry import discover
from ganbench.source import PACKAGE_DIR, api_origins, project_imports, reach, source_hash


def test_the_api_offers_what_it_says() -> None:
    assert sorted(api.__all__) == sorted(api_origins())
    assert all(hasattr(api, name) for name in api.__all__)


def test_a_plugin_reaches_what_it_names_and_not_the_whole_api() -> None:
    plugin = discover().find("model", "standard").path
    names = {file.stem for file in reach([plugin])}
    assert {"standard", "model", "recipes", "losses", "builder"} <= names
    assert not {"render", "trainer", "cars", "tables"} & names


def test_imports_of_modules_and_of_names() -> None:
    names = {file.name for file in project_imports(PACKAGE_DIR / "evaluate.py")}
    assert {"metric.py", "model.py", "task.py", "trainer.py", "types.py"} <= names


def test_the_hash_follows_the_text_not_the_order(tmp_path: Path) -> None:
    files = [tmp_path / "a.py", tmp_path / "b.py"]
    for file in files:
        file.write_text("x = 1\n")
    first = source_hash(files)
    assert source_hash(reversed(files)) == first
    files[0].write_text("x = 2\n")
    assert source_hash(files) != first


def request(tmp_path: Path, **changes: object) -> Request:
    base = Request(("standard",), ("toy",), (0,), cache_dir=tmp_path, preset="smoke", references=())
    return replace(base, **changes)  # type: ignore[arg-type]


def only_id(tmp_path: Path, **changes: object) -> str:
    (job,) = resolve(request(tmp_path, **changes), discover()).jobs
    return job.cell.id


@pytest.mark.parametrize(
    "changes",
    [
        {"seeds": (1,)},
        {"models": ("recon",)},
        {"preset": "quick"},
        {"sets": ("standard.lr=0.001",)},
        {"sets": ("toy.sigma_A=0.2",)},
        {"budget": {"budget_steps": 7}},
        {"precision": "bf16"},
        {"threads": 2},
        {"compiled": True},
        {"recipe": "code"},
    ],
)
def test_what_a_result_depends_on_is_in_the_cells_id(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    assert only_id(tmp_path) == only_id(tmp_path)
    assert only_id(tmp_path, **changes) != only_id(tmp_path)


def test_metrics_and_places_are_not(tmp_path: Path) -> None:
    moved = only_id(tmp_path, cache_dir=tmp_path / "elsewhere", metrics=("azimuth",))
    assert moved == only_id(tmp_path)


def test_a_preset_that_is_changed_says_so(tmp_path: Path) -> None:
    (job,) = resolve(request(tmp_path, budget={"budget_steps": 7}), discover()).jobs
    assert job.cell.preset.name == "smoke+budget_steps=7"
