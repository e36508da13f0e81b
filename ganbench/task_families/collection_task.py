"""A task whose two domains are collections of pictures, split by identity."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from ganbench.contracts.task import Domain, Split, Task
from ganbench.core.cache import cached_arrays
from ganbench.core.errors import UserError
from ganbench.core.reports import Report, no_report
from ganbench.core.source_hash import code_hash
from ganbench.core.spec import DataSpec, DomainName, Preset, SplitName
from ganbench.data.listing import PICTURE
from ganbench.data.overlap import pixel_digests, repeats_told
from ganbench.task_families.collection import SPLITS, Collection, Parts

OVERLAP = "ganbench.data.overlap"


def contents_of(side: Collection, identities: np.ndarray) -> list[tuple[str, bytes]]:
    """The name and the digest of the pixels of each picture: its label `picture`, which all views
    of a mesh share, or else its identity.
    """
    index = side.of(identities)
    names = side.truth.get(PICTURE, side.truth["identity"])[index]
    return list(zip(map(str, names.tolist()), pixel_digests(side.pixels(index)), strict=True))


class CollectionTask(Task):
    """A task on collections of pictures.

    A plugin defines the domains' collections (`sides`) and each split's identities (`parts`).
    """

    shuffled_as: ClassVar[str] = "pictures"
    metrics: ClassVar[tuple[str, ...]] = (
        "reconstruction",
        "perceptual",
        "visible",
        "efficientnet_lite0",
    )
    references: ClassVar[tuple[str, ...]] = ("real", "untrained")
    selected_by: ClassVar[str] = "kd_visible"
    # Adam's rate goes with 1 / width: a quarter of the paper's width takes four times its rate.
    presets: ClassVar[Mapping[str, Preset]] = {
        "smoke": Preset("smoke", budget_steps=20, width=8, size=16, batch_size=16),
        "quick": Preset("quick", budget_steps=600, width=16, size=32, batch_size=16, lr_factor=4),
        "paper": Preset("paper", budget_steps=20_000, width=64, size=64),
    }

    @abstractmethod
    def sides(self, report: Report) -> tuple[Collection, Collection]:
        """What domain A and domain B can draw on; the same collection where they share it."""

    @abstractmethod
    def parts(self, a: Collection, b: Collection) -> Parts:
        """Which identities each domain and split holds."""

    def constants(self, side: Collection) -> Mapping[str, np.ndarray]:
        """Ground truth of a domain as a whole."""
        return {}

    @property
    def spec(self) -> DataSpec:
        shape = (3, self.preset.size, self.preset.size)
        return DataSpec("image", shape, shape)

    def prepare(self, report: Report) -> None:
        a, b = self.sides(report)
        parts = self.parts(a, b)
        for split in SPLITS:
            if split in parts:
                both = self.split_of(a, b, parts, split)
                report(f"{split}: {len(both.A)} samples of A, {len(both.B)} of B")
        if self.paths:
            for line in self.repeats(a, b, parts):
                report(line)

    def repeats(self, a: Collection, b: Collection, parts: Parts) -> list[str]:
        """A line for each group of pictures that two splits or domains of a user's data share, by
        their names; from the cache where it was looked for before.
        """

        kinds = self.spec.kinds.items()

        def make() -> dict[str, np.ndarray]:
            contents = {
                f"{name} ({split})": contents_of(side, identities)
                for split, both in parts.items()
                for (name, kind), side, identities in zip(kinds, (a, b), both, strict=True)
                if kind.has_pixels
            }
            lines = "\0".join(repeats_told(contents)).encode(errors="surrogateescape")
            return {"lines": np.frombuffer(lines, np.uint8)}

        key = {**self.data_key(), "size": self.preset.size, "code": code_hash(OVERLAP)}
        text = cached_arrays(self.cache_dir, "repeats", key, make)["lines"]
        return text.tobytes().decode(errors="surrogateescape").split("\0") if len(text) else []

    def load(self, split: SplitName) -> Split:
        a, b = self.sides(no_report)
        parts = self.parts(a, b)
        if split not in parts:
            raise UserError(
                f"the chosen split of the data has no {split} set",
                "--split",
                "use the clean split, which has all three",
            )
        return self.split_of(a, b, parts, split)

    def split_of(self, a: Collection, b: Collection, parts: Parts, split: SplitName) -> Split:
        in_a, in_b = parts[split]
        return Split(A=self.domain(a, in_a, "A", split), B=self.domain(b, in_b, "B", split))

    def domain(
        self, side: Collection, identities: np.ndarray, name: DomainName, split: SplitName
    ) -> Domain:
        """Raises UserError for a domain without a picture."""
        index = side.of(identities)
        if not len(index):
            raise UserError(
                f"domain {name} has no picture for {split}",
                f"data source {self.source}",
                "give more data, or another split of them",
            )
        truth = {label: values for label, values in side.truth.items() if label != PICTURE}
        shown = replace(side, truth=truth)
        return shown.domain(index, self.constants(side), self.shuffled_as, name, split)
