"""Every image task on its embedded source and on every real set that it takes."""

from __future__ import annotations

import shutil
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ganbench.contracts.task import Split, Task
from ganbench.core.errors import UserError
from ganbench.data.datasets.catalogue import CATALOGUE, find_data_set, load_reader
from ganbench.registry.registry import discover
from tests.broad import few_of
from tests.plugins.real_sets import WRITERS

SPLITS = ("train", "validation", "test")
REGISTRY = discover()
VIEWS = [f"{a}2{b}" for a in ("car", "chair", "face") for b in ("car", "chair", "face")]
FACES = ["gender", "hair", "glasses", "facescrub"]
WARES = ["handbags2shoes", "shoes2handbags"]
DRAWN = ["edges2shoes", "shoes2edges", "edges2handbags", "handbags2edges"]
TASKS = [*VIEWS, *FACES, *WARES, *DRAWN]
# Views of one class and of two; faces, wares and drawings.
SOME = ("car2car", "chair2car", "gender", "handbags2shoes", "edges2shoes")
REAL = [
    (name, source)
    for name in TASKS
    for source in REGISTRY.load("task", name).sources
    if source not in ("procedural", "meshes")
]


def make(name: str, source: str, paths: dict[str, Path], cache: Path, **options: Any) -> Task:
    task_type = REGISTRY.load("task", name)
    chosen = task_type.options_type(**{**task_type.preset_options.get("smoke", {}), **options})
    task: Task = task_type(chosen, task_type.presets["smoke"], source, paths, cache)
    task.prepare(lambda line: None)
    return task


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each real set."""
    base = tmp_path_factory.mktemp("real")
    for name, write in WRITERS.items():
        write(base / name)
    return {name: base / name for name in WRITERS}


def identities(task: Task, split: Split) -> list[set[Any]]:
    """Of A and of B; those of unlike classes are unlike objects, whatever their numbers."""
    apart = getattr(task, "one_class", True) and getattr(task, "one_ware", True)
    return [
        {(name if not apart else "", i) for i in domain.truth["identity"].tolist()}
        for name, domain in (("A", split.A), ("B", split.B))
    ]


def check_splits(task: Task, splits: tuple[str, ...] = SPLITS) -> None:
    """No identity in two places, the same data again, and pixels that go with their truth."""
    found: list[set[Any]] = []
    for name in splits:
        split = task.load(name)  # type: ignore[arg-type]
        again = task.load(name)  # type: ignore[arg-type]
        assert torch.equal(split.A.samples, again.A.samples)
        for domain in (split.A, split.B):
            assert domain.samples.dtype == torch.uint8 and len(domain) >= 1
            assert domain.samples.shape[1:] == (3, 16, 16)
            assert all(len(values) == len(domain) for values in domain.truth.values())
        if task.spec.changed:
            assert not split.A.truth[task.spec.changed].any()
            assert split.B.truth[task.spec.changed].all()
        found += identities(task, split)
    for one, other in combinations(found, 2):
        assert not one & other


@pytest.mark.parametrize("name", few_of(TASKS, SOME))
def test_the_embedded_source(name: str, cache_dir: Path) -> None:
    task = make(name, "procedural", {}, cache_dir)
    check_splits(task)
    assert set(task.spec.kept) <= set(task.load("test").A.truth)


@pytest.mark.parametrize(("name", "source"), few_of(REAL, [r for r in REAL if r[0] in SOME]))
def test_a_real_set(name: str, source: str, real: dict[str, Path], tmp_path: Path) -> None:
    needs = REGISTRY.load("task", name).sources[source]
    paths = {need: real[need] for need in needs}
    task = make(name, source, paths, tmp_path)
    check_splits(task)
    assert set(task.spec.kept) <= set(task.load("test").A.truth)
    assert task.fingerprint() == make(name, source, paths, tmp_path).fingerprint()


@pytest.mark.parametrize("name", ["gender", "edges2shoes", "handbags2shoes"])
def test_the_owners_split(name: str, real: dict[str, Path], tmp_path: Path) -> None:
    sources = REGISTRY.load("task", name).sources
    source = next(s for s in sources if s not in ("procedural", "meshes"))
    paths = {need: real[need] for need in sources[source]}
    task = make(name, source, paths, tmp_path, split="official")
    known = ("train", "validation") + (("test",) if name == "gender" else ())
    check_splits(task, known)
    for split in known:
        assert set(task.load(split).A.truth["official"]) == {split}  # type: ignore[arg-type]
    if name != "gender":
        with pytest.raises(UserError, match="no test set"):
            task.load("test")


@pytest.mark.parametrize("name", ["car2car", "chair2car", "edges2shoes"])
def test_the_authors_split(name: str, real: dict[str, Path], tmp_path: Path) -> None:
    sources = REGISTRY.load("task", name).sources
    source = next(s for s in sources if s not in ("procedural", "meshes"))
    paths = {need: real[need] for need in sources[source]}
    task = make(name, source, paths, tmp_path, split="authors")
    train, test = (task.load(split) for split in ("train", "test"))  # type: ignore[arg-type]
    trained, tested = identities(task, train), identities(task, test)
    assert not set.union(*trained) & set.union(*tested)
    assert not trained[0] & trained[1]
    with pytest.raises(UserError, match="no validation set"):
        task.load("validation")


def test_edges_are_drawn_from_other_photographs(cache_dir: Path) -> None:
    """A shows dark lines on white, of identities that B never shows."""
    split = make("edges2shoes", "procedural", {}, cache_dir).load("train")
    assert set(split.A.samples.unique().tolist()) == {0, 255}
    assert 0.02 < (split.A.samples == 0).float().mean() < 0.5
    assert len(split.B.samples.unique()) > 100


def test_glasses_of_celeba_need_not_be_known_for_hair(
    real: dict[str, Path], tmp_path: Path
) -> None:
    """Hair is of women with blond or black hair, as in the paper."""
    task = make("hair", "celeba", {"celeba": real["celeba"]}, tmp_path)
    for split in SPLITS:
        data = task.load(split)  # type: ignore[arg-type]
        for domain in (data.A, data.B):
            assert not domain.truth["male"].any()
    lines = (real["celeba"] / "list_attr_celeba.txt").read_text().splitlines()
    table = np.array([[int(v) for v in line.split()[1:]] for line in lines[2:]])
    male, blond, black = (table[:, i] == 1 for i in range(3))
    told: list[str] = []
    task.prepare(told.append)
    counted = sum(len(task.load(s).A) for s in SPLITS)  # type: ignore[arg-type]
    assert counted <= int((~male & ~blond & black).sum())


def test_unlike_classes_of_one_azimuth_are_right_answers(cache_dir: Path) -> None:
    task = make("chair2car", "procedural", {}, cache_dir)
    split = task.load("test")
    right = task.matches(split, "A", "B")
    a, b = split.A.truth["azimuth_deg"], split.B.truth["azimuth_deg"]
    assert np.array_equal(right, a[:, None] == b[None, :])


def test_the_catalogue_names_the_tasks_that_take_each_set() -> None:
    taken: dict[str, set[str]] = {entry.name: set() for entry in CATALOGUE}
    for name in (*TASKS, "attributes2faces"):
        for needs in REGISTRY.load("task", name).sources.values():
            for need in needs:
                if not need.startswith("meshes"):
                    taken[need].add(name)
    assert {entry.name: set(entry.tasks) for entry in CATALOGUE} == taken


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_the_catalogue_reads_each_set(name: str, real: dict[str, Path]) -> None:
    """As `ganbench data verify` does: with the folder alone."""
    listing = load_reader(find_data_set(name))(real[name])
    assert len(listing) > 20 and "identity" in listing.truth


def test_pictures_of_a_real_set_that_splits_share_are_told_by_their_files(
    real: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copytree(real["celeba"], tmp_path / "set")
    folder = tmp_path / "set" / "img_align_celeba"
    for file in folder.iterdir():
        file.write_bytes((real["celeba"] / "img_align_celeba" / "000001.jpg").read_bytes())
    told: list[str] = []
    make("gender", "celeba", {"celeba": tmp_path / "set"}, tmp_path / "cache").prepare(told.append)
    lines = [line for line in told if " are in " in line]
    assert lines
    for line in lines:
        for pair in line.split(": ", 1)[1].split(" and ")[0].split("; "):
            a, b = pair.split(" = ")
            assert a != b and (tmp_path / "set" / a).is_file() and (tmp_path / "set" / b).is_file()
