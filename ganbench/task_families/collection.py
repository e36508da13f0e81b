"""Pictures whose pixels are made or read when asked for, their ground truth, and their splits."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ganbench.contracts.task import Domain
from ganbench.core.errors import UserError, first_few
from ganbench.core.reports import Report
from ganbench.core.seeds import seed_for
from ganbench.core.spec import Reading, SplitName
from ganbench.data.decoded import decoded, readable
from ganbench.data.listing import Listing, UnreadableFiles

# Identities of A and of B in each split.
Parts = Mapping[SplitName, tuple[np.ndarray, np.ndarray]]

SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")
# Shares of the identities where both domains draw on the same ones: B's train, A's and B's
# validation, A's and B's test; what is left trains A.
SHARED_SHARES = (0.35, 0.05, 0.05, 0.1, 0.1)
# Shares where each domain has identities of its own: validation and test.
OWN_SHARES = (0.1, 0.2)
MIN_SHARED = len(SHARED_SHARES) + 1
MIN_OWN = len(OWN_SHARES) + 1


@dataclass(frozen=True)
class Collection:
    """n pictures.

    truth: labels, each (n,), with `identity` among them.
    pixels: the pictures at int64 positions (k,), as uint8 (k, 3, size, size).
    """

    truth: Mapping[str, np.ndarray]
    pixels: Callable[[np.ndarray], np.ndarray]

    def __len__(self) -> int:
        return len(self.truth["identity"])

    @property
    def identities(self) -> np.ndarray:
        """Each once, sorted."""
        return np.unique(self.truth["identity"])

    def of(self, identities: np.ndarray) -> np.ndarray:
        """Positions of the pictures of these identities."""
        return np.flatnonzero(np.isin(self.truth["identity"], identities))

    def take(self, index: np.ndarray) -> Collection:
        """The pictures at these positions."""
        truth = {name: values[index] for name, values in self.truth.items()}
        return Collection(truth, lambda chosen: self.pixels(index[chosen]))

    def domain(
        self, index: np.ndarray, constants: Mapping[str, np.ndarray], *purpose: str
    ) -> Domain:
        """The pictures at `index` in an order of their own, so that no pairing can leak."""
        order = np.random.default_rng(seed_for(0, "shuffle", *purpose)).permutation(len(index))
        chosen = index[order]
        truth = {name: values[chosen] for name, values in self.truth.items()}
        with warnings.catch_warnings():
            # Pictures from the cache are read-only, and nothing writes to samples.
            warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
            return Domain(torch.from_numpy(self.pixels(chosen)), truth, constants)


def array_collection(images: np.ndarray, truth: Mapping[str, np.ndarray]) -> Collection:
    """Of uint8 images (n, 3, size, size), which may be memory-mapped."""
    return Collection(truth, lambda index: np.ascontiguousarray(images[index]))


def listed_collection(
    listing: Listing, size: int, cache_dir: Path, report: Report, reading: Reading
) -> Collection:
    """Of listed pictures: what is asked for is decoded once, into a file of its own.

    Where `reading` says so, files that cannot be read are left out and reported; else the error
    tells all of them, also those of other splits.
    """
    limit = reading.max_megapixels
    if reading.skip_unreadable:
        listing, failures = readable(listing, cache_dir, report, limit)
        if failures:
            report(f"left out {len(failures)} that cannot be read: {first_few(failures, '; ')}")

    def pixels(index: np.ndarray) -> np.ndarray:
        try:
            return decoded(listing.take(index), size, cache_dir, report, limit)
        except UnreadableFiles as error:
            _, failures = readable(listing, cache_dir, report, limit)
            total = len(np.unique(listing.file))
            raise UnreadableFiles(failures, total, listing.files.root) from error

    return Collection(listing.truth, pixels)


def split_indices(n: int, shares: Sequence[float], seed: int) -> list[np.ndarray]:
    """Disjoint random index sets, one a share and one for what is left (first); none is empty.

    n: at least len(shares) + 1. shares: of n, each from 0 to 1, in sum below 1. The result has
    len(shares) + 1 int64 arrays.
    """
    order = np.random.default_rng(seed).permutation(n)
    counts = [max(1, round(share * n)) for share in shares]
    while sum(counts) >= n:
        counts[counts.index(max(counts))] -= 1
    edges = np.cumsum([n - sum(counts), *counts])[:-1]
    return [np.sort(part) for part in np.split(order, edges)]


def shared_parts(identities: np.ndarray, max_test: int = 0) -> Parts:
    """Disjoint identities for each domain and split, of those that both domains draw on.

    max_test: identities of both domains' test splits together, at most, and twice those of both
        validation splits; 0 for no bound. What goes beyond it trains.
    """
    seed = seed_for(0, "identities")
    n, shares = len(identities), SHARED_SHARES
    if max_test and max_test < 2 * SHARED_SHARES[-1] * n:
        train = 0.5 - max_test / 4 / n - max_test / 2 / n
        test, validation = round(max_test / 2) / n, round(max_test / 4) / n
        shares = (train, validation, validation, test, test)
    index = split_indices(n, shares, seed)
    a_train, b_train, a_val, b_val, a_test, b_test = (identities[part] for part in index)
    return {"train": (a_train, b_train), "validation": (a_val, b_val), "test": (a_test, b_test)}


def own_parts(a: np.ndarray, b: np.ndarray, max_test: int = 0) -> Parts:
    """Disjoint identities for each split, A's of `a` and B's of `b`.

    max_test: identities of a domain's test split at most, and twice those of its validation split;
        0 for no bound.
    """
    index = []
    for name, identities in (("A", a), ("B", b)):
        n = len(identities)
        most = (round(max_test / 2) / n, max_test / n) if max_test else OWN_SHARES
        shares = tuple(map(min, OWN_SHARES, most))
        index.append(split_indices(n, shares, seed_for(0, "identities", name)))
    return {split: (a[in_a], b[in_b]) for split, in_a, in_b in zip(SPLITS, *index, strict=True)}


def apart(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Identities of A and of B without common ones: each of these goes to one side by lot."""
    common = np.intersect1d(a, b)
    to_a = np.random.default_rng(seed_for(0, "apart")).random(len(common)) < 0.5
    return np.setdiff1d(a, common[~to_a]), np.setdiff1d(b, common[to_a])


def authors_shared_parts(identities: np.ndarray, test: int) -> Parts:
    """As the paper's authors split one class: the last `test` identities test both domains, the
    first half of the rest trains A, the second half B. There is no validation split.
    """
    rest, last = identities[:-test], identities[-test:]
    return {"train": (rest[: len(rest) // 2], rest[len(rest) // 2 :]), "test": (last, last)}


def authors_own_parts(a: np.ndarray, b: np.ndarray, tests: tuple[int, int]) -> Parts:
    """The same where each domain has identities of its own: the last ones of each test it."""
    return {"train": (a[: -tests[0]], b[: -tests[1]]), "test": (a[-tests[0] :], b[-tests[1] :])}


def official_parts(a: Collection, b: Collection) -> Parts:
    """As the set's owners split it. An identity of both domains goes to one by lot.

    Raises UserError for a set that its owners did not split.
    """
    if "official" not in a.truth or "official" not in b.truth:
        raise UserError("this data set has no official split", "option split", "use split=clean")
    in_a, in_b = apart(a.identities, b.identities)

    def those(side: Collection, identities: np.ndarray, split: SplitName) -> np.ndarray:
        official = np.unique(side.truth["identity"][side.truth["official"] == split])
        return np.intersect1d(identities, official)

    parts = {split: (those(a, in_a, split), those(b, in_b, split)) for split in SPLITS}
    return {split: both for split, both in parts.items() if len(both[0]) and len(both[1])}


def authors_halves(a: Collection, b: Collection) -> Parts:
    """As the paper's authors split the sets of pix2pix: the first half of the train files trains
    A, the second half B, and all others test both. There is no validation split.

    Raises UserError for a set that its owners did not split.
    """
    if "official" not in a.truth or "official" not in b.truth:
        raise UserError("the authors did not use this data set", "option split", "use split=clean")

    def sorted_apart(side: Collection) -> tuple[np.ndarray, np.ndarray]:
        train = side.truth["official"] == "train"
        of_train = np.unique(side.truth["identity"][train])
        return of_train, np.setdiff1d(side.identities, of_train)

    (train_a, test_a), (train_b, test_b) = sorted_apart(a), sorted_apart(b)
    halves = (train_a[: len(train_a) // 2], train_b[len(train_b) // 2 :])
    return {"train": halves, "test": (test_a, test_b)}
