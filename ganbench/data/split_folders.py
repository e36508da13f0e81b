"""Data sets of two domains that lie in folders by split, as sets for unpaired translation do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from ganbench.core.errors import UserError, unknown
from ganbench.core.spec import DomainName, SplitName
from ganbench.data.readers.layout import folders, locate

DOMAINS: tuple[DomainName, ...] = get_args(DomainName)
Places = Mapping[SplitName, Mapping[DomainName, Path]]
LAYOUTS = "trainA, trainB, testA and testB, or folders of two classes below train and below test"
OPTION = "--set folder.class_{}"


def find_split_folders(root: Path, class_A: str = "A", class_B: str = "B") -> Places:
    """The folders of each split and domain: trainA, testB and so on as in CycleGAN's sets (Zhu et
    al., 2017), or train/CLASS and test/CLASS as in AFHQ (Choi et al., 2020).

    class_A, class_B: what follows `train` in the names of the domains' folders, with "/" or without
    it. A set without `test` is tested on its `val`; where both are there, `val` is for validation.
    The set may lie one folder deeper. Raises UserError where it has not these folders.
    """
    if class_A == class_B:
        raise UserError(f"both domains are {class_A}", OPTION.format("B"), "give another one")
    home = locate(root, (".",), ["train*", ("test*", "val*")], f"put there {LAYOUTS}")
    names: dict[DomainName, str] = {"A": class_A, "B": class_B}
    test = "test" if classes_of(home, "test") else "val"
    places = {word: folders_of(home, word, names) for word in ("train", test)}
    own = {d: place for d, name in names.items() if (place := folder_of(home, "val", name))}
    has_own = test == "test" and len(own) == len(DOMAINS)
    validation: Places = {"validation": own} if has_own else {}
    return {"train": places["train"], **validation, "test": places[test]}


def folder_of(home: Path, word: str, name: str) -> Path | None:
    """Of a class in a split; None where it has none."""
    ways = home / word / name, home / f"{word}{name}"
    return next((place for place in ways if place.is_dir()), None)


def classes_of(home: Path, word: str) -> list[str]:
    """Those that a split has a folder for."""
    if (home / word).is_dir():
        return [folder.name for folder in folders(home / word)]
    beside = [folder.name for folder in folders(home) if folder.name.startswith(word)]
    return [name.removeprefix(word) for name in beside]


def folders_of(home: Path, word: str, names: Mapping[DomainName, str]) -> dict[DomainName, Path]:
    """Of both domains in a split. Raises UserError for a class that it lacks."""
    found = {}
    for domain, name in names.items():
        place = folder_of(home, word, name)
        if place is None:
            where = f"{OPTION.format(domain)}={name}, {home}"
            raise unknown(f"class of {word}", name, classes_of(home, word), where)
        found[domain] = place
    return found
