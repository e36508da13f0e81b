"""Splits by identity: nothing in two places, nothing lost, and the authors' own."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ganbench.core.errors import UserError
from ganbench.data.listing import Files, Listing, one_picture
from ganbench.data.overlap import repeats_told
from ganbench.task_families.collection import (
    MIN_OWN,
    MIN_SHARED,
    Collection,
    Parts,
    apart,
    array_collection,
    authors_halves,
    authors_own_parts,
    authors_shared_parts,
    official_parts,
    own_parts,
    shared_parts,
)

SPLITS = ("train", "validation", "test")


def pieces(parts: Parts) -> list[np.ndarray]:
    return [part for both in parts.values() for part in both]


def disjoint(found: list[np.ndarray]) -> bool:
    return not any(set(a.tolist()) & set(b.tolist()) for a, b in combinations(found, 2))


@given(st.sets(st.integers(0, 10_000), min_size=MIN_SHARED, max_size=80))
def test_shared_identities_go_to_one_place_each(chosen: set[int]) -> None:
    parts = shared_parts(np.array(sorted(chosen)))
    assert set(parts) == {*SPLITS}
    assert all(len(piece) for piece in pieces(parts)) and disjoint(pieces(parts))
    assert set(np.concatenate(pieces(parts)).tolist()) == chosen


@given(n=st.integers(MIN_SHARED, 2_000), most=st.integers(1, 100))
@example(n=439, most=57)  # where 28.5 of 439 were 29
def test_a_bound_on_test_identities_gives_the_rest_to_training(n: int, most: int) -> None:
    plain, bounded = shared_parts(np.arange(n)), shared_parts(np.arange(n), most)
    assert all(len(piece) for piece in pieces(bounded)) and disjoint(pieces(bounded))
    assert sum(map(len, pieces(bounded))) == n
    for split, share in (("test", 2), ("validation", 4)):
        for side, before in zip(bounded[split], plain[split], strict=True):
            assert len(side) <= max(1, round(most / share))
            assert len(side) <= len(before)
    own = own_parts(np.arange(n), np.arange(n, 2 * n), most)
    assert all(len(test) <= max(1, most) for test in own["test"])
    assert sum(map(len, pieces(own))) == 2 * n


def test_a_bound_that_does_not_bind_changes_nothing() -> None:
    for n in range(MIN_SHARED, 400):
        plain, bounded = shared_parts(np.arange(n)), shared_parts(np.arange(n), n)
        assert all(map(np.array_equal, pieces(plain), pieces(bounded)))


@given(
    st.sets(st.integers(0, 200), min_size=12, max_size=80),
    st.sets(st.integers(0, 200), min_size=12, max_size=80),
)
def test_identities_of_both_domains_are_taken_apart(a: set[int], b: set[int]) -> None:
    in_a, in_b = apart(np.array(sorted(a)), np.array(sorted(b)))
    assert disjoint([in_a, in_b])
    assert set(in_a.tolist()) | set(in_b.tolist()) == a | b
    assert set(in_a.tolist()) <= a and set(in_b.tolist()) <= b
    if len(in_a) >= MIN_OWN and len(in_b) >= MIN_OWN:
        assert disjoint(pieces(own_parts(in_a, in_b)))


def test_the_authors_take_the_last_for_test_and_halve_the_rest() -> None:
    parts = authors_shared_parts(np.arange(183), 14)
    a, b = parts["train"]
    assert (len(a), len(b)) == (84, 85)  # as in their code
    assert a.tolist() == list(range(84)) and b.tolist() == list(range(84, 169))
    assert all(test.tolist() == list(range(169, 183)) for test in parts["test"])
    assert "validation" not in parts
    own = authors_own_parts(np.arange(20), np.arange(30), (2, 10))
    assert [len(part) for part in pieces(own)] == [18, 20, 2, 10] and "validation" not in own


def collection(official: list[str] | None, identity: list[int]) -> Collection:
    images = np.arange(len(identity), dtype=np.uint8)[:, None, None, None].repeat(3, 1)
    truth = {"identity": np.array(identity)}
    if official:
        truth["official"] = np.array(official)
    return array_collection(images, truth)


def test_the_owners_split_is_kept_and_its_identities_are_taken_apart() -> None:
    official = ["train"] * 20 + ["validation"] * 10 + ["test"] * 10
    side = collection(official, list(range(40)))
    parts = official_parts(side, side)
    assert disjoint(pieces(parts))
    for split, low, high in (("train", 0, 20), ("validation", 20, 30), ("test", 30, 40)):
        both = np.concatenate(parts[split])  # type: ignore[index]
        assert sorted(both.tolist()) == list(range(low, high))
    with pytest.raises(UserError, match="no official split"):
        official_parts(collection(None, [1, 2]), side)


def test_the_authors_halve_the_train_files_of_a_paired_set() -> None:
    side = collection(["train"] * 7 + ["validation"] * 3, list(range(10)))
    parts = authors_halves(side, side)
    assert [part.tolist() for part in parts["train"]] == [[0, 1, 2], [3, 4, 5, 6]]
    assert [part.tolist() for part in parts["test"]] == [[7, 8, 9]] * 2


def test_a_domain_keeps_pixels_and_truth_together() -> None:
    side = collection(None, [5, 5, 7, 7, 9, 9])
    taken = side.take(np.array([1, 2, 3, 5]))
    assert taken.of(np.array([7, 9])).tolist() == [1, 2, 3]
    domain = taken.domain(taken.of(np.array([7, 9])), {}, "some purpose")
    first = domain.samples[:, 0, 0, 0].numpy()
    assert sorted(first.tolist()) == [2, 3, 5]
    assert [[5, 5, 7, 7, 9, 9][i] for i in first] == domain.truth["identity"].tolist()


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), unique=True, max_size=12))
def test_each_picture_has_a_name_of_its_own(places: list[tuple[int, int]]) -> None:
    file, part = np.array(places, dtype=np.int64).reshape(-1, 2).T
    files = Files(Path("root"), tuple(f"f{i}.png" for i in range(5)))
    truth = {"identity": np.arange(len(places))}
    named = Listing(files, file, part, one_picture, truth).named().truth
    assert len(set(named["picture"].tolist())) == len(named["identity"]) == len(places)
    for name, (of, number) in zip(named["picture"].tolist(), places, strict=True):
        alone = [other for other, _ in places].count(of) == 1
        assert name == (f"f{of}.png" if alone else f"f{of}.png, picture {number + 1}")


@given(st.lists(st.sampled_from("abc"), max_size=9), st.lists(st.sampled_from("abc"), max_size=9))
def test_shared_pictures_are_counted_and_each_pair_is_told_once(
    train: list[str], test: list[str]
) -> None:
    """Names that recur, as the views of one mesh have them; the letters are the contents."""
    parts = {
        "train": [(letter.upper(), letter.encode()) for letter in train],
        "test": [(letter, letter.encode()) for letter in test],
    }
    shared = [letter for letter in test if letter in train]
    if not shared:
        assert repeats_told(parts) == []
        return
    (line,) = repeats_told(parts)
    head, told = line.split(": ")
    assert head == f"{len(shared)} of {len(test)} pictures of test are in train too"
    expected = {letter: shared.count(letter) for letter in shared}
    assert told.split("; ") == [
        f"{letter.upper()} = {letter}" + (f" ({n} pictures)" if n > 1 else "")
        for letter, n in expected.items()
    ]
