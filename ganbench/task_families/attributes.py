"""Faces with an attribute to faces without it. The base of the attribute tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from ganbench.core.cache import cached_arrays
from ganbench.core.options import require_range
from ganbench.core.reports import Report
from ganbench.core.spec import JSON, DataSpec
from ganbench.data.decoded import fingerprint
from ganbench.data.listing import Listing
from ganbench.data.procedural.heads.people import ATTRIBUTES, DATA_VERSION, build_person, person
from ganbench.data.readers.celeba import known_celeba
from ganbench.data.rendering.render import render_shots
from ganbench.data.rendering.rendered import RENDERING_VERSION
from ganbench.task_families.collection import (
    Collection,
    Parts,
    apart,
    array_collection,
    authors_own_parts,
    listed_collection,
    official_parts,
    own_parts,
)
from ganbench.task_families.collection_task import CollectionTask

GREY = 0.5
MIN_PEOPLE = 24  # so that each domain has a few for each split
AUTHORS_TEST = 200  # images of each domain, the last by name

# CelebA's columns by the names used here, and the value that counts as having the attribute.
CELEBA: Mapping[str, tuple[str, bool]] = {
    "male": ("Male", True),
    "blond": ("Blond_Hair", True),
    "glasses": ("Eyeglasses", True),
    "beard": ("No_Beard", False),
    "smiling": ("Smiling", True),
    "young": ("Young", True),
    "pale_skin": ("Pale_Skin", True),
}


@dataclass(frozen=True)
class AttributeOptions:
    """The procedural people, and how the data are split.

    people: their number. pictures: of each person, in different poses and lights.
    split: identities into train, validation and test; or CelebA's own partition; or as the
        paper's authors did, the last 200 images of each domain for test and none for validation.
    """

    people: int = 600
    pictures: int = 3
    split: Literal["clean", "official", "authors"] = "clean"

    def __post_init__(self) -> None:
        require_range(self.people >= MIN_PEOPLE, "people", self.people, f"{MIN_PEOPLE} or more")
        require_range(self.pictures >= 1, "pictures", self.pictures, "1 or more")


class AttributeTask(CollectionTask):
    """A: faces without the attribute `changed`; B: faces with it. The others ought to stay.

    changed: one of the truth's attributes.
    tied: attributes that follow from `changed`, or that are the same in all chosen faces.
    celeba_only, celeba_rest: CelebA's columns: values that all faces have, such as
        {"Male": False}; the column that faces of A must have, where lacking `changed` is not
        enough.
    """

    changed: ClassVar[str]
    tied: ClassVar[tuple[str, ...]] = ()
    celeba_only: ClassVar[Mapping[str, bool]] = {}
    celeba_rest: ClassVar[str] = ""
    options_type: ClassVar[type[Any]] = AttributeOptions
    preset_options: ClassVar = {"smoke": {"people": 48, "pictures": 1}}
    sources: ClassVar = {"procedural": (), "celeba": ("celeba",)}
    metrics: ClassVar = (
        *("flip", "preservation", "resemblance", "repeated"),
        *CollectionTask.metrics,
    )
    references: ClassVar = ("real", "oracle", "identity", "untrained")

    @property
    def spec(self) -> DataSpec:
        known = ATTRIBUTES if self.source == "procedural" else self.real_attributes
        kept = tuple(name for name in known if name not in (self.changed, *self.tied))
        return replace(super().spec, kept=kept, changed=self.changed)

    @property
    def real_attributes(self) -> tuple[str, ...]:
        """Those that the real set knows."""
        return tuple(CELEBA)

    def fingerprint(self) -> JSON:
        key = {"split": self.options.split, "changed": self.changed}
        if self.source != "procedural":
            return {**key, **fingerprint(self.listing), "size": self.preset.size}
        return {**key, **people_key(self.options, self.preset.size)}

    @cached_property
    def listing(self) -> Listing:
        """The real set's faces that belong to either domain."""
        faces = known_celeba(self.paths["celeba"], self.cache_dir)
        chosen = np.ones(len(faces), dtype=bool)
        for column, value in self.celeba_only.items():
            chosen &= faces.label(column) == value
        if self.celeba_rest:
            chosen &= faces.label(CELEBA[self.changed][0]) | faces.label(self.celeba_rest)
        truth = {name: faces.label(column) == on for name, (column, on) in CELEBA.items()}
        others = {
            name: faces.truth[name] for name in ("identity", "official") if name in faces.truth
        }
        return replace(faces, truth={**truth, **others}).take(chosen)

    def sides(self, report: Report) -> tuple[Collection, Collection]:
        size = self.preset.size
        if self.source == "procedural":
            faces = people(self.options, size, self.cache_dir, report)
        else:
            listing = self.listing.named()
            faces = listed_collection(listing, size, self.cache_dir, report, self.reading)
        has = faces.truth[self.changed]
        return faces.take(np.flatnonzero(~has)), faces.take(np.flatnonzero(has))

    def parts(self, a: Collection, b: Collection) -> Parts:
        if self.options.split == "official":
            return official_parts(a, b)
        in_a, in_b = apart(a.identities, b.identities)
        if self.options.split == "authors":
            return authors_own_parts(in_a, in_b, (AUTHORS_TEST, AUTHORS_TEST))
        return own_parts(in_a, in_b)


def people_key(options: AttributeOptions, size: int) -> JSON:
    return {
        "people": options.people,
        "pictures": options.pictures,
        "size": size,
        "version": DATA_VERSION,
        "rendering": RENDERING_VERSION,
    }


def people(options: AttributeOptions, size: int, cache_dir: Path, report: Report) -> Collection:
    """The procedural people, from the cache or rendered now; all conversions share them."""

    def make() -> dict[str, np.ndarray]:
        report(f"rendering {options.pictures} views of {options.people} people at {size} px")
        persons = [person(number, options.pictures) for number in range(options.people)]
        shots = [someone.shots for someone in persons]
        images = render_shots(persons, build_person, shots, size, GREY, report)
        seen = [attributes for someone in persons for attributes in someone.attributes]
        truth = {name: np.array([getattr(each, name) for each in seen]) for name in ATTRIBUTES}
        return {"images": images.reshape(-1, 3, size, size), **truth}

    arrays = cached_arrays(cache_dir, "people", people_key(options, size), make)
    truth = {name: np.array(arrays[name]) for name in ATTRIBUTES}
    truth["female"] = ~truth["male"]
    truth["identity"] = np.repeat(np.arange(options.people), options.pictures)
    return array_collection(arrays["images"], truth)
