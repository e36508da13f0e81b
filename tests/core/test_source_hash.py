"""Cells go stale when code that they reach changes, and only then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ganbench import api
from ganbench.core.source_hash import (
    PACKAGE_DIR,
    Sources,
    api_origins,
    project_imports,
    reach,
    source_hash,
)
from ganbench.registry.registry import Kind, discover
from ganbench.results.records import Cell
from ganbench.running.fingerprint import evaluation_files, training_files
from ganbench.running.request import Request
from ganbench.running.resolve import resolve


def test_the_api_offers_what_it_says() -> None:
    assert sorted(api.__all__) == sorted(api_origins())
    assert all(hasattr(api, name) for name in api.__all__)


def test_a_plugin_reaches_what_it_names_and_not_the_whole_api() -> None:
    plugin = discover().find("model", "standard").path
    names = {file.stem for file in reach([plugin])}
    assert {"standard", "model", "recipes", "losses"} <= names
    assert not {"render", "loop", "cars", "tables", "builder"} & names  # the last in a signature


def test_what_is_kept_of_a_file_cannot_be_changed_by_who_asks() -> None:
    """Its next reader would get the change."""
    imported = Sources().imports(PACKAGE_DIR / "evaluation" / "evaluate.py")
    assert imported and isinstance(imported, frozenset)


def test_imports_of_modules_and_of_names() -> None:
    names = {file.name for file in project_imports(PACKAGE_DIR / "evaluation" / "evaluate.py")}
    assert {"metric.py", "model.py", "task.py", "inputs.py", "spec.py"} <= names


def test_the_hash_follows_the_text_not_the_order(tmp_path: Path) -> None:
    files = [tmp_path / "a.py", tmp_path / "b.py"]
    for file in files:
        file.write_text("x = 1\n")
    first = source_hash(files)
    assert source_hash(reversed(files)) == first
    files[0].write_text("x = 2\n")
    assert source_hash(files) != first


def cells(tmp_path: Path, **changes: object) -> dict[str, Cell]:
    """By model."""
    jobs = resolve(request(tmp_path, **changes), discover()).jobs
    return {job.cell.model: job.cell for job in jobs}


def stems(files: set[Path]) -> set[str]:
    return {file.stem for file in files}


IMAGE_NETWORKS = {
    *("convolutions", "images", "patches", "residual"),
    *("starganv2", "stylegan2", "unet", "vit_unet"),
}


def test_training_points_reaches_no_image_network(tmp_path: Path) -> None:
    found = cells(tmp_path, models=("standard", "munit"), references=("untrained",))
    for name, cell in found.items():
        kind: Kind = "reference" if cell.is_reference else "model"
        names = stems(training_files(discover(), kind, name, cell))
        assert {"builder", "points", "blocks"} <= names and not IMAGE_NETWORKS & names


@pytest.mark.parametrize(
    ("network", "reached"),
    [
        ("plain", {"images", "convolutions"}),
        ("resnet", {"images", "convolutions", "patches", "residual"}),
        ("starganv2", {"images", "convolutions", "patches", "starganv2"}),
        ("stylegan2", {"images", "convolutions", "stylegan2"}),
        ("unet", {"images", "convolutions", "patches", "unet"}),
        ("vit-unet", {"images", "convolutions", "patches", "vit_unet"}),
    ],
)
def test_training_images_reaches_the_networks_of_its_family(
    tmp_path: Path, network: str, reached: set[str]
) -> None:
    chosen = {"tasks": ("car2car",), "sets": (f"network={network}",)}
    found = cells(tmp_path, **chosen, references=("untrained",))
    names = stems(training_files(discover(), "model", "standard", found["standard"]))
    assert names & {*IMAGE_NETWORKS, "points"} == reached
    by_itself = training_files(discover(), "reference", "untrained", found["untrained"])
    assert stems(by_itself) & {*IMAGE_NETWORKS, "points", "loop"} == IMAGE_NETWORKS


def test_scoring_the_toy_reaches_no_trainer_and_few_files(tmp_path: Path) -> None:
    (job,) = resolve(request(tmp_path), discover()).jobs
    files = evaluation_files(discover(), job.metrics)
    assert {"evaluate", "probes", "feature_cache", "extractors", "modes"} <= stems(files)
    assert not {"loop", "multi_seed", "step", "catalogue", "unpack"} & stems(files)
    assert len(files) <= 30


def test_what_is_handed_in_is_reached_too(tmp_path: Path) -> None:
    """Training and scoring get these as arguments, which no import tells."""
    cell = cells(tmp_path, tasks=("car2car",))["standard"]
    trained = training_files(discover(), "model", "standard", cell)
    assert {"builder", "task", "model", "views", "car2car"} <= stems(trained)


def test_a_file_that_only_hands_names_on_is_passed_through(tmp_path: Path) -> None:
    (tmp_path / "front.py").write_text("from .back import load as fetch\nfrom .other import x\n")
    (tmp_path / "back.py").write_text("def load(): ...\n")
    (tmp_path / "other.py").write_text("x = 1\n")
    user = tmp_path / "user.py"
    user.write_text("from .front import fetch\nfetch()\n")
    assert stems(reach([user])) == {"user", "back"}
    user.write_text("from . import front\nfront.fetch()\n")
    assert stems(reach([user])) == {"user", "back"}
    user.write_text("from . import front\nprint(getattr(front, 'fetch'))\n")  # which one?
    assert stems(reach([user])) == {"user", "front", "back", "other"}
    user.write_text("from .front import *\nfetch()\n")
    assert stems(reach([user])) == {"user", "front", "back", "other"}


def test_of_two_files_with_one_name_it_counts_which_is_meant(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def go(): return 1\n")
    (tmp_path / "b.py").write_text("def go(): return 2\n")
    user, found = tmp_path / "user.py", []
    for first, second in ("ab", "ba"):
        user.write_text(f"from .{first} import go\nfrom .{second} import go as back\ngo(), back()")
        assert len(reach([user])) == 3
        found.append(source_hash(reach([user])))
    assert found[0] != found[1]


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
    moved = only_id(tmp_path, cache_dir=tmp_path / "elsewhere", metrics=("collisions",))
    assert moved == only_id(tmp_path)


def test_a_preset_that_is_changed_says_so(tmp_path: Path) -> None:
    (job,) = resolve(request(tmp_path, budget={"budget_steps": 7}), discover()).jobs
    assert job.cell.preset.name == "smoke+budget_steps=7"
