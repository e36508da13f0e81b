"""Attributes of faces, and pictures of faces that are others than those told of: two domains
without pairs.

Where attributes are independent and equally frequent, an attribute can stand for another one, and
its absence for a presence. So some are rarer than others and some combinations more frequent, in
both domains alike. Attributes share their frequencies: counting them is not enough.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, ClassVar, Literal

import numpy as np

from ganbench.core.cache import cached_arrays
from ganbench.core.kinds import DataKind
from ganbench.core.options import require_range
from ganbench.core.reports import Report
from ganbench.core.seeds import seed_for
from ganbench.core.spec import JSON, MAX_IMAGES, DataSpec
from ganbench.data.decoded import fingerprint
from ganbench.data.listing import Listing
from ganbench.data.procedural.heads.people import (
    ATTRIBUTES,
    DATA_VERSION,
    Person,
    PersonAttributes,
    build_person,
    person_of,
)
from ganbench.data.readers.celeba import known_celeba
from ganbench.data.rendering.render import render_shots
from ganbench.data.rendering.rendered import GREYS, RENDERING_VERSION
from ganbench.task_families.collection import (
    Collection,
    Parts,
    array_collection,
    listed_collection,
    official_parts,
    own_parts,
    shared_parts,
)
from ganbench.task_families.collection_task import CollectionTask
from ganbench.task_families.frequencies import drawn, even, ties, with_shares

# Raised where other attributes or faces are drawn, with a line of what changed:
# 1: eight attributes, four levels of frequency.
FACES_TOLD_VERSION = 1

# The share of faces that have it; levels are shared.
SHARES: Mapping[str, float] = {
    "male": 0.5,
    "blond": 0.25,
    "long_hair": 0.35,
    "glasses": 0.25,
    "beard": 0.25,
    "dark_skin": 0.35,
    "turned_right": 0.5,
    "lit_right": 0.35,
}
assert tuple(SHARES) == ATTRIBUTES
SHAPE = (2,) * len(SHARES)
TIE = 0.7  # standard deviation of the log of how much likelier a pair of values is than by chance
MIN_FACES = 60


@cache
def tied() -> np.ndarray:
    """How likely each combination is, (2, 2, ...), an axis for each attribute. The draw is one
    under which each exchange of two attributes of a level changes a fifth of it or more.
    """
    rng = np.random.default_rng(seed_for(0, "attributes", FACES_TOLD_VERSION))
    shares = [np.array([1 - share, share]) for share in SHARES.values()]
    return with_shares(np.exp(ties(SHAPE, TIE, rng)), shares)


def uniform() -> np.ndarray:
    """The same where all combinations are equally likely."""
    return even(SHAPE)


FREQUENCIES: Mapping[str, Callable[[], np.ndarray]] = {"tied": tied, "uniform": uniform}


def face(index: int, has: np.ndarray) -> Person:
    """One face of these attributes, bool (attributes,), the rest of it drawn by its number."""
    rng = np.random.default_rng(seed_for(0, "face told", index, FACES_TOLD_VERSION))
    return person_of(PersonAttributes(*has.tolist()), rng)


def matrix(truth: Mapping[str, np.ndarray], names: tuple[str, ...]) -> np.ndarray:
    """Bool (n, attributes), in the order of the names."""
    return np.stack([truth[name] for name in names], axis=1)


@dataclass(frozen=True)
class FacesToldOptions:
    """faces: the number of procedural pictures, and of vectors of attributes.
    frequencies: of procedural attributes; `uniform` has all combinations equally often, where no
        attribute can be told from another one.
    split: of a real set: identities into train, validation and test; or its own partition.
    """

    faces: int = 4000
    frequencies: Literal["tied", "uniform"] = "tied"
    split: Literal["clean", "official"] = "clean"

    def __post_init__(self) -> None:
        require_range(self.faces >= MIN_FACES, "faces", self.faces, f"{MIN_FACES} or more")


class FacesToldTask(CollectionTask):
    """Vectors of attributes, and pictures of faces that are others than those told of."""

    sources: ClassVar[Mapping[str, tuple[str, ...]]] = {"procedural": (), "celeba": ("celeba",)}
    kinds: ClassVar[tuple[DataKind, ...]] = ("attributes", "image")
    options_type: ClassVar[type[Any]] = FacesToldOptions
    preset_options: ClassVar = {"smoke": {"faces": 120}}
    shuffled_as: ClassVar[str] = "faces told"
    metrics: ClassVar[tuple[str, ...]] = ("attributes", "reconstruction", "perceptual", "visible")
    references: ClassVar[tuple[str, ...]] = ("real", "oracle", "frequency", "untrained")
    default_recipe: ClassVar[str] = "paper"

    @property
    def names(self) -> tuple[str, ...]:
        """Of the attributes."""
        if self.source == "procedural":
            return ATTRIBUTES
        labels = self.listing.truth
        return tuple(name for name, values in labels.items() if values.dtype == bool)

    @cached_property
    def listing(self) -> Listing:
        """The real set's faces, with all of its attributes."""
        return known_celeba(self.paths["celeba"], self.cache_dir).named()

    @property
    def spec(self) -> DataSpec:
        size, names = self.preset.size, self.names
        return DataSpec(
            self.kinds,  # type: ignore[arg-type]  # a pair
            (len(names),),
            (3, size, size),
            kept=names,
            words_A=names,
        )

    def fingerprint(self) -> JSON:
        if self.source != "procedural":
            told = matrix(self.listing.truth, self.names)
            return {
                "split": self.options.split,
                "attributes": [*self.names, hashlib.sha256(told.tobytes()).hexdigest()],
                **fingerprint(self.listing),
                "size": self.preset.size,
            }
        return {
            "count": self.options.faces,
            "frequencies": self.options.frequencies,
            "size": self.preset.size,
            "version": [FACES_TOLD_VERSION, DATA_VERSION],
            "rendering": RENDERING_VERSION,
        }

    def truth(self, domain: str) -> dict[str, np.ndarray]:
        """Of the procedural faces."""
        chance, count = FREQUENCIES[self.options.frequencies](), self.options.faces
        seed = seed_for(0, "faces told", domain, FACES_TOLD_VERSION)
        has = drawn(chance, count, seed).astype(bool)
        return {**dict(zip(ATTRIBUTES, has.T, strict=True)), "identity": np.arange(count)}

    def sides(self, report: Report) -> tuple[Collection, Collection]:
        if self.source != "procedural":
            shown = listed_collection(
                self.listing, self.preset.size, self.cache_dir, report, self.reading
            )
            told = self.listing.truth
        else:
            shown, told = self.rendered(report), self.truth("A")
        return array_collection(matrix(told, self.names), told), shown

    def rendered(self, report: Report) -> Collection:
        truth, size = self.truth("B"), self.preset.size

        def make() -> dict[str, np.ndarray]:
            report(f"rendering {self.options.faces} faces at {size} px")
            faces = [face(i, has) for i, has in enumerate(matrix(truth, ATTRIBUTES))]
            shots = [each.shots for each in faces]
            shown = render_shots(faces, build_person, shots, size, GREYS["grey"], report)
            return {"images": shown[:, 0]}

        arrays = cached_arrays(self.cache_dir, "faces_told", self.fingerprint(), make)
        return array_collection(arrays["images"], truth)

    def parts(self, a: Collection, b: Collection) -> Parts:
        """A person of a real set is in one domain and split alone, whose test splits have about as
        many pictures as are compared.
        """
        if self.source == "procedural":
            return own_parts(a.identities, b.identities)
        if self.options.split == "official":
            return official_parts(a, b)
        tested = 2 * MAX_IMAGES * len(a.identities) / len(a)
        return shared_parts(a.identities, max(2, round(tested)))
