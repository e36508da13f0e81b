"""Plain data that every wing knows: what data and networks look like, presets, columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from ganbench.core.errors import UserError
from ganbench.core.kinds import KINDS, DataKind, Kind, Shape

DomainName = Literal["A", "B"]
Direction = Literal["AB", "BA"]
Precision = Literal["fp32", "bf16"]
SplitName = Literal["train", "validation", "test"]
ScoredSplit = Literal["validation", "test"]
JSON = dict[str, Any]

MAX_IMAGES = 5_000  # of a side whose features are compared; a split is shuffled, so any will do
FEW_IMAGES = 5_000  # with fewer a Fréchet distance is largely bias
PLAIN = "plain"  # the paper's networks
MAX_MEGAPIXELS = 179.0  # where Pillow, too, refuses a picture
BACKWARD = "_BA"  # what columns of the direction B to A end in
ANGLE_ENDING = "_deg"  # of the names of attributes that are angles


@dataclass(frozen=True)
class DataSpec:
    """The shape of one sample of each domain, and what the two domains share.

    kind: of both domains, or of A and of B: "image" for float samples in [0, 1]; "points" for
        coordinates; "tokens" for phrases, as probabilities of words at positions; "attributes" for
        the probabilities of what a sample has. `kinds` has what holds of each.
    A, B: the shape of one sample: (C, H, W) of images, (D,) of points, (positions, words) of
        tokens, (attributes,) of those. Raises UserError for one of another kind.
    kept: known attributes that a translation ought to keep, such as "azimuth_deg".
    changed: the attribute that no sample of A has and every sample of B, or empty.
    drawn: domains whose samples are drawings of edges, dark on white.
    words_A, words_B: the vocabulary of tokens, or the names of attributes, as tables and pictures
        show them; without spaces; empty for none.
        Raises UserError where it has not one word for each number.
    """

    kind: DataKind | tuple[DataKind, DataKind]
    A: Shape
    B: Shape
    kept: tuple[str, ...] = ()
    changed: str = ""
    drawn: tuple[DomainName, ...] = ()
    words_A: tuple[str, ...] = ()
    words_B: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) and self.kind[0] == self.kind[1]:
            object.__setattr__(self, "kind", self.kind[0])  # one spelling, so that equals are equal
        for domain, kind in self.kinds.items():
            kind.require_shape(self.shape(domain))
            words = self.words(domain)
            if words and len({*words}) != self.shape(domain)[-1]:
                what = f"{len({*words})} different words for {self.shape(domain)[-1]} numbers"
                raise UserError(what, f"DataSpec, words_{domain}", "give one for each")

    @property
    def kinds(self) -> dict[DomainName, Kind]:
        """What holds of each domain's samples."""
        a, b = (self.kind, self.kind) if isinstance(self.kind, str) else self.kind
        return {"A": KINDS[a], "B": KINDS[b]}

    def shape(self, domain: DomainName) -> Shape:
        """The shape of one sample of the domain."""
        return self.A if domain == "A" else self.B

    def words(self, domain: DomainName) -> tuple[str, ...]:
        """The vocabulary of the domain; none where it has no words."""
        return self.words_A if domain == "A" else self.words_B

    def special_kind(self) -> str | None:
        """What is not images alone or points alone, in words: "tokens", or "images with points";
        None where they are.
        """
        kinds = dict.fromkeys(kind.many for kind in self.kinds.values())
        if len(kinds) > 1:
            return " with ".join(kinds)
        return None if all(kind.is_continuous for kind in self.kinds.values()) else "".join(kinds)

    def lacks_pixels(self, what: str, *domains: DomainName) -> str | None:
        """Why the domains, or both where none is named, have no `what`, which pictures alone have,
        such as "points have no edges"; None where they have.
        """
        kinds = [self.kinds[domain] for domain in domains or ("A", "B")]
        without = next((kind.many for kind in kinds if not kind.has_pixels), None)
        return without and f"{without} have no {what}"


@dataclass(frozen=True)
class Architecture:
    """The size of the networks that all compared models share.

    width: channels after the first convolution (images) or units a layer (points).
    bottleneck: units of the extra layer between encoder and decoder; 0 for none. Images only.

    The rest is for points only.
    generator_layers, discriminator_layers: linear layers.
    discriminator_width: its units a layer; 0 takes `width`.
    generator_norm: batch norm after each hidden layer of the generator, which then has no bias.
    final_relu: the generator ends on a ReLU.
    maxout_pieces: linear pieces of the discriminator's hidden units; 0 takes ReLUs.
    init_std: initial weights are normal with this deviation, biases zero; 0 takes torch's own.
    """

    width: int
    bottleneck: int = 0
    generator_layers: int = 3
    discriminator_layers: int = 5
    discriminator_width: int = 0
    generator_norm: bool = False
    final_relu: bool = False
    maxout_pieces: int = 0
    init_std: float = 0.0


@dataclass(frozen=True)
class Preset:
    """A named size and budget.

    width: of the networks; see Architecture.
    budget_steps: updates of the schedule; each draws one batch a domain.
    size: image side in pixels; 0 for points.
    batch_size: samples a domain and step; 0 takes the recipe's.
    lr_factor: times the recipe's learning rates, for networks of another width than the paper's.
    network: the family of networks that all compared models are made of.
    """

    name: str
    budget_steps: int
    width: int
    size: int = 0
    batch_size: int = 0
    lr_factor: float = 1.0
    network: str = PLAIN


@dataclass(frozen=True)
class Reading:
    """How files that a user brings are read.

    skip_unreadable: what cannot be read is left out and reported, instead of refused.
    max_megapixels: larger pictures are refused, for a small file can unpack to any size.
    """

    skip_unreadable: bool = False
    max_megapixels: float = MAX_MEGAPIXELS


DEFAULT_READING = Reading()


@dataclass(frozen=True)
class Every:
    """A distance between checkpoints, in steps or in seconds; 0 where the other one counts."""

    steps: int = 0
    seconds: float = 0.0

    def is_over(self, steps: int, seconds: float) -> bool:
        """Whether so much since the last one calls for the next."""
        return 0 < self.steps <= steps or 0 < self.seconds <= seconds


MAX_SEEDS_OF_A_RUN = 100_000
DEFAULT_EVERY = Every(seconds=30.0)


@dataclass(frozen=True)
class Column:
    """One number that a metric gives.

    unit: such as "degrees"; empty for none. higher_is_better: None where neither end is better.
    text: what the number is, in a few words.
    """

    unit: str
    higher_is_better: bool | None
    text: str


@dataclass(frozen=True)
class ColumnKey:
    """A metric's column in one direction. As a text, which rows have, it is the bare name from A to
    B, and the name with BACKWARD from B to A.
    """

    name: str
    direction: Direction = "AB"

    @classmethod
    def parse(cls, text: str) -> ColumnKey:
        """The key that has this text. No column's own name ends in BACKWARD."""
        name = text.removesuffix(BACKWARD)
        return cls(name, "AB" if name == text else "BA")

    def __str__(self) -> str:
        return self.name if self.direction == "AB" else self.name + BACKWARD


def sides(direction: Direction) -> tuple[DomainName, DomainName]:
    """The source and the target domain."""
    return ("A", "B") if direction == "AB" else ("B", "A")


def column_of(name: str, columns: Mapping[str, Column]) -> Column | None:
    """What a number of a row means. A column named `preserved_*` stands for a family of them."""
    bare = ColumnKey.parse(name).name
    families = (key for key in columns if "*" in key and fnmatchcase(bare, key))
    return columns.get(bare) or next((columns[key] for key in families), None)


def canonical_json(value: Any) -> str:
    """The same text for equal values: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def content_hash(value: Any) -> str:
    """SHA-256, in hex, of a JSON value."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
