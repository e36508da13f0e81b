"""Attributes and faces without pairs, and why attributes can be told apart all the same."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ganbench.contracts.task import Split
from ganbench.core.errors import UserError
from ganbench.core.spec import DomainName, SplitName
from ganbench.registry.registry import discover
from ganbench.task_families.faces_told import (
    ATTRIBUTES,
    SHARES,
    FacesToldOptions,
    FacesToldTask,
    matrix,
    tied,
    uniform,
)
from tests.plugins.real_sets import celeba

SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")
LEVELS = [
    (i, j) for i, j in combinations(range(8), 2) if SHARES[ATTRIBUTES[i]] == SHARES[ATTRIBUTES[j]]
]


def made(cache: Path, source: str = "procedural", **options: Any) -> FacesToldTask:
    plugin: type[FacesToldTask] = discover().load("task", "attributes2faces")
    paths = {} if source == "procedural" else {"celeba": cache / "set"}
    return plugin(FacesToldOptions(**options), plugin.presets["smoke"], source, paths, cache)


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> FacesToldTask:
    task = made(tmp_path_factory.mktemp("c"), faces=60)
    task.prepare(lambda line: None)
    return task


@pytest.fixture(scope="module")
def splits(task: FacesToldTask) -> dict[SplitName, Split]:
    return {name: task.load(name) for name in SPLITS}


@pytest.fixture
def real(tmp_path: Path) -> FacesToldTask:
    celeba(tmp_path / "set")
    return made(tmp_path, "celeba")


def apart(splits: dict[SplitName, Split], *domains: DomainName) -> bool:
    """Whether no identity is in two places."""
    parts = [split.domain(name) for name in domains for split in splits.values()]
    found = [{*part.truth["identity"]} for part in parts]
    return not any(one & other for one, other in combinations(found, 2))


def test_vectors_are_those_of_their_truth(
    task: FacesToldTask, splits: dict[SplitName, Split]
) -> None:
    assert task.spec.words_A == task.spec.kept == ATTRIBUTES
    for split in splits.values():
        assert split.A.samples.dtype == torch.bool
        assert split.A.samples.numpy().tolist() == matrix(split.A.truth, ATTRIBUTES).tolist()


def test_pictures_are_of_faces_and_no_two_alike(splits: dict[SplitName, Split]) -> None:
    pictures = torch.cat([split.B.samples for split in splits.values()])
    assert pictures.dtype == torch.uint8 and pictures.shape[1:] == (3, 16, 16)
    assert len(torch.unique(pictures.flatten(1), dim=0)) == len(pictures) == 60
    assert apart(splits, "A") and apart(splits, "B")


def test_a_picture_shows_its_attributes(splits: dict[SplitName, Split]) -> None:
    """Black hair is darker than blond hair, and the lit side the brighter one."""
    shown = torch.cat([split.B.samples for split in splits.values()]).float()
    truth = {
        name: np.concatenate([split.B.truth[name] for split in splits.values()])
        for name in ("blond", "lit_right")
    }
    hair = shown[:, 0, 1:4, 6:10].mean((1, 2)).numpy()
    assert hair[truth["blond"]].mean() > hair[~truth["blond"]].mean() + 50
    right = (shown[..., 8:].mean((1, 2, 3)) - shown[..., :8].mean((1, 2, 3))).numpy()
    assert right[truth["lit_right"]].mean() > right[~truth["lit_right"]].mean() + 5


def test_the_domains_are_drawn_apart() -> None:
    a, b = (matrix(made(Path(), faces=4000).truth(domain), ATTRIBUTES) for domain in "AB")
    together = (a == b).mean(0)
    alone = (a == np.random.default_rng(0).permutation(b)).mean(0)
    assert together == pytest.approx(alone, abs=0.03)
    assert a.mean(0) == pytest.approx([*SHARES.values()], abs=0.03)


def test_counting_attributes_cannot_tell_those_of_a_level_apart() -> None:
    chance = tied()
    for axis, share in enumerate(SHARES.values()):
        others = tuple(i for i in range(8) if i != axis)
        assert chance.sum(others) == pytest.approx([1 - share, share], rel=1e-6)
    assert len(LEVELS) == 7


def test_how_attributes_go_together_tells_all_of_them_apart() -> None:
    """To exchange two of a level, or presence with absence, changes the joint distribution."""
    chance = tied()
    for i, j in LEVELS:
        assert np.abs(chance - chance.swapaxes(i, j)).sum() / 2 > 0.2
        both = np.flip(chance.swapaxes(i, j), (i, j))
        assert np.abs(chance - both).sum() / 2 > 0.2
    for axis in range(8):
        assert np.abs(chance - np.flip(chance, axis)).sum() / 2 > 0.3


def test_the_control_gives_nothing_to_tell_attributes_by() -> None:
    assert np.ptp(uniform()) == 0 and uniform().sum() == pytest.approx(1)


def test_options_change_the_data(task: FacesToldTask, tmp_path: Path) -> None:
    other = made(tmp_path, faces=60, frequencies="uniform")
    assert other.fingerprint() != task.fingerprint()
    assert (other.truth("A")["blond"] != task.truth("A")["blond"]).any()
    with pytest.raises(UserError, match="faces"):
        FacesToldOptions(faces=5)


@pytest.mark.parametrize("split", ["clean", "official"])
def test_people_of_celeba_are_in_one_domain_and_split(tmp_path: Path, split: Any) -> None:
    celeba(tmp_path / "set")
    real = made(tmp_path, "celeba", split=split)
    told: list[str] = []
    real.prepare(told.append)
    loaded = {name: real.load(name) for name in SPLITS}
    assert apart(loaded, "A", "B")
    names = real.spec.kept
    assert names[:2] == ("Male", "Blond_Hair") and len(names) == 8
    for part in loaded.values():
        assert part.A.samples.dtype == torch.bool and part.A.samples.shape[1:] == (8,)
        assert part.A.samples.numpy().tolist() == matrix(part.A.truth, names).tolist()
        assert part.B.samples.shape[1:] == (3, 16, 16)
        if split == "official":
            assert {*part.A.truth["official"]} == {*part.B.truth["official"]}
    assert not any(" is in " in line or " are in " in line for line in told), told


def test_attributes_of_celeba_are_those_of_the_file(real: FacesToldTask) -> None:
    """Of a face that is told of, by its line."""
    lines = (real.paths["celeba"] / "list_attr_celeba.txt").read_text().splitlines()
    rows = {tuple(value == "1" for value in line.split()[1:]) for line in lines[2:]}
    told = real.load("train").A.samples.tolist()
    assert {tuple(values) for values in told} <= rows
    assert lines[1].split() == [*real.spec.words_A]


def test_other_attributes_are_other_data(real: FacesToldTask) -> None:
    before = real.fingerprint()
    table = real.paths["celeba"] / "list_attr_celeba.txt"
    lines = table.read_text().splitlines()
    name, *values = lines[2].split()
    lines[2] = " ".join([name, str(-int(values[0])), *values[1:]])
    table.write_text("\n".join(lines) + "\n")
    other = made(real.cache_dir, "celeba")
    assert other.fingerprint() != before
