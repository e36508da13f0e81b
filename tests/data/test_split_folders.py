"""The layouts of sets with their own splits: what is train, what is test, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ganbench.core.errors import UserError
from ganbench.data.split_folders import find_split_folders
from tests.data.stand_in_sets import write_animals, write_horses, write_pictures


def names(places: object, root: Path) -> dict[str, list[str]]:
    assert isinstance(places, dict)
    return {
        split: [both[domain].relative_to(root).as_posix() for domain in "AB"]
        for split, both in places.items()
    }


def test_cyclegans_sets(tmp_path: Path) -> None:
    root = write_horses(tmp_path / "horse2zebra")
    expected = {"train": ["trainA", "trainB"], "test": ["testA", "testB"]}
    assert names(find_split_folders(root), root) == expected
    assert find_split_folders(tmp_path) == find_split_folders(root)  # as archives pack it
    for domain in "AB":
        write_pictures(root / f"val{domain}", 3, 9)
    with_validation = {**expected, "validation": ["valA", "valB"]}
    assert names(find_split_folders(root), root) == with_validation
    for domain in "AB":
        shutil.rmtree(root / f"test{domain}")
    assert names(find_split_folders(root), root) == {**expected, "test": ["valA", "valB"]}


@pytest.mark.parametrize("tests", ["val", "test"])
def test_a_set_by_classes(tmp_path: Path, tests: str) -> None:
    root = write_animals(tmp_path / "afhq", tests)
    places = names(find_split_folders(root, "cat", "dog"), root)
    assert places == {"train": ["train/cat", "train/dog"], "test": [f"{tests}/cat", f"{tests}/dog"]}
    swapped = find_split_folders(root, "wild", "cat")
    assert names(swapped, root)["train"] == ["train/wild", "train/cat"]


def test_the_way_back(tmp_path: Path) -> None:
    """A model of one direction, CUT for example, goes from A to B: B is then what was A."""
    root = write_horses(tmp_path / "horse2zebra")
    assert names(find_split_folders(root, "B", "A"), root) == {
        "train": ["trainB", "trainA"],
        "test": ["testB", "testA"],
    }


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    horses, animals = write_horses(tmp_path / "horses"), write_animals(tmp_path / "animals")
    (tmp_path / "bare").mkdir()
    faults = {
        "unknown class of train 'A'": (animals, "A", "B"),
        "unknown class of train 'B'": (animals, "cat", "B"),
        "both domains are cat": (animals, "cat", "cat"),
        "unknown class of train 'dogs'": (animals, "cat", "dogs"),
        "unknown class of train 'C'": (horses, "A", "C"),
        "does not exist": (tmp_path / "none", "A", "B"),
        r"no train\* and no test\* in the data folder": (tmp_path / "bare", "A", "B"),
    }
    for message, (root, a, b) in faults.items():
        with pytest.raises(UserError, match=message):
            find_split_folders(root, a, b)
    with pytest.raises(UserError) as caught:
        find_split_folders(animals, "cat", "dogs")
    assert "'dog'" in caught.value.fix and "folder.class_B=dogs" in caught.value.where
    shutil.rmtree(animals / "val" / "dog")
    with pytest.raises(UserError, match="unknown class of val 'dog'"):
        find_split_folders(animals, "cat", "dog")
    (horses / "testB").rename(horses / "valB")
    with pytest.raises(UserError, match="unknown class of test 'B'"):
        find_split_folders(horses)
