"""Products that phrases describe, and phrases that describe products: two domains without pairs.

Where attributes are independent and equally frequent, every renaming of words is as good a
translation as the right one. So some combinations are more frequent than others, in both domains
alike, and how attributes go together tells words apart. Words of one level are equally frequent:
counting them is not enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal

import numpy as np

from ganbench.core.cache import cached_arrays
from ganbench.core.kinds import DataKind
from ganbench.core.options import require_range
from ganbench.core.reports import Report
from ganbench.core.seeds import seed_for
from ganbench.core.spec import JSON, DataSpec
from ganbench.data.procedural.handbags.styles import sample_handbag
from ganbench.data.procedural.materials import COLOURS, PATTERNS, dress
from ganbench.data.procedural.shoes.styles import sample_shoe
from ganbench.data.rendering.render import render_shots
from ganbench.data.rendering.rendered import GREYS, RENDERING_VERSION
from ganbench.task_families.collection import Collection, Parts, array_collection, own_parts
from ganbench.task_families.collection_task import CollectionTask
from ganbench.task_families.frequencies import drawn, ties, with_shares
from ganbench.task_families.frequencies import even as evenly
from ganbench.task_families.objects.handbags import HANDBAGS
from ganbench.task_families.objects.shoes import SHOES
from ganbench.task_families.products import Product

# Raised where other phrases or products are drawn, with a line of what changed:
# 1: six kinds, eleven colours and three patterns.
DESCRIPTIONS_VERSION = 1

# Words have no spaces; the drawn kinds that they are called after have.
SHOE_KINDS = {"sneaker": "sneaker", "pump": "pump", "boot": "tall boot"}
HANDBAG_KINDS = {"tote": "tote", "clutch": "clutch", "backpack": "backpack"}
DRAWN_KINDS: Mapping[str, str] = {**SHOE_KINDS, **HANDBAG_KINDS}
GRAMMAR: Mapping[str, tuple[str, ...]] = {
    "kind": tuple(DRAWN_KINDS),
    "colour": tuple(COLOURS),
    "pattern": PATTERNS,
}
ATTRIBUTES = tuple(GRAMMAR)
# How often a value occurs, of each attribute in the order of a shuffle; levels are shared.
LEVELS: Mapping[str, tuple[float, ...]] = {
    "kind": (5, 5, 3, 3, 2, 2),
    "colour": (6, 6, 6, 4, 4, 4, 4, 2, 2, 2, 2),
    "pattern": (4, 3, 3),
}
TIE = 1.0  # standard deviation of the log of how much likelier a pair of values is than by chance
MIN_DESCRIBED = 60


@cache
def vocabulary() -> tuple[str, ...]:
    """All words of the grammar, by their numbers, which tell nothing of what a word means."""
    words = [word for values in GRAMMAR.values() for word in values]
    order = np.random.default_rng(seed_for(0, "words", DESCRIPTIONS_VERSION))
    return tuple(words[i] for i in order.permutation(len(words)))


@cache
def tied() -> np.ndarray:
    """How likely each description is, (6, 11, 3): values keep the frequencies of their levels, and
    each pair of values of two attributes is likelier or less likely than by chance.
    """
    rng = np.random.default_rng(seed_for(0, "ties", DESCRIPTIONS_VERSION))
    chance = np.exp(ties(shape(), TIE, rng))
    return with_shares(chance, [rng.permutation(LEVELS[n]) / sum(LEVELS[n]) for n in GRAMMAR])


def even() -> np.ndarray:
    """The same where all descriptions are equally likely."""
    return evenly(shape())


def shape() -> tuple[int, ...]:
    """The number of values of each attribute."""
    return tuple(map(len, GRAMMAR.values()))


FREQUENCIES: Mapping[str, Callable[[], np.ndarray]] = {"tied": tied, "uniform": even}


def descriptions(chance: np.ndarray, count: int, *purpose: str) -> np.ndarray:
    """`count` descriptions drawn, int64 (count, attributes): numbers of values. A larger set begins
    with the smaller one.
    """
    return drawn(chance, count, seed_for(0, *purpose, DESCRIPTIONS_VERSION))


def values_of(described: np.ndarray) -> dict[str, np.ndarray]:
    """Descriptions (n, attributes) as texts (n,), by attribute."""
    return {
        name: np.array(values)[described[:, i]] for i, (name, values) in enumerate(GRAMMAR.items())
    }


def phrases(values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Descriptions as phrases: bool (n, attributes, words), a word for each attribute."""
    number = {word: i for i, word in enumerate(vocabulary())}
    words = np.stack([[number[str(text)] for text in values[name]] for name in ATTRIBUTES], axis=1)
    one_hots: np.ndarray = words[..., None] == np.arange(len(number))
    return one_hots


def parameters(index: int, values: Sequence[str]) -> Any:
    """One product of a description, the rest of it drawn by its number."""
    kind, colour, pattern = values
    rng = np.random.default_rng(seed_for(0, "described", index, DESCRIPTIONS_VERSION))
    sample = sample_shoe if kind in SHOE_KINDS else sample_handbag
    product = sample(rng, DRAWN_KINDS[kind])
    return type(product)(**{**vars(product), "look": dress(rng, colour, pattern)})


def pictures(
    values: Mapping[str, np.ndarray], size: int, background: float, report: Report
) -> np.ndarray:
    """A picture of each description, uint8 (n, 3, size, size)."""
    texts = list(zip(*(values[name].tolist() for name in ATTRIBUTES), strict=True))
    images = np.empty((len(texts), 3, size, size), dtype=np.uint8)

    def render(product: Product, kinds: Iterable[str]) -> None:
        index = np.flatnonzero(np.isin(values["kind"], [*kinds]))
        objects = [parameters(i, texts[i]) for i in index.tolist()]
        shots = [[product.shot]] * len(objects)
        report(f"rendering {len(objects)} {product.name} at {size} px")
        shown = render_shots(objects, product.build, shots, size, background, report)
        images[index] = shown[:, 0]

    render(SHOES, SHOE_KINDS)
    render(HANDBAGS, HANDBAG_KINDS)
    return images


@dataclass(frozen=True)
class DescribedOptions:
    """products: the number of pictures, and of phrases.
    frequencies: of descriptions; `uniform` has all equally often, where no renaming of words is
        better than another one.
    background: of the pictures; grey by default, for the reason in ViewOptions.
    """

    products: int = 4000
    frequencies: Literal["tied", "uniform"] = "tied"
    background: Literal["black", "grey", "white"] = "grey"

    def __post_init__(self) -> None:
        require_range(
            self.products >= MIN_DESCRIBED, "products", self.products, f"{MIN_DESCRIBED} or more"
        )


class DescribedTask(CollectionTask):
    """Phrases of a kind, a colour and a pattern, and pictures of products that are others than
    those described.
    """

    sources: ClassVar[Mapping[str, tuple[str, ...]]] = {"procedural": ()}
    kinds: ClassVar[tuple[DataKind, ...]] = ("tokens", "image")
    options_type: ClassVar[type[Any]] = DescribedOptions
    preset_options: ClassVar = {"smoke": {"products": 240}}
    shuffled_as: ClassVar[str] = "described"
    metrics: ClassVar[tuple[str, ...]] = ("words", "reconstruction", "perceptual", "visible")
    references: ClassVar[tuple[str, ...]] = ("real", "oracle", "frequency", "untrained")
    default_recipe: ClassVar[str] = "paper"

    @property
    def spec(self) -> DataSpec:
        size, words = self.preset.size, vocabulary()
        return DataSpec(
            self.kinds,  # type: ignore[arg-type]  # a pair
            (len(ATTRIBUTES), len(words)),
            (3, size, size),
            kept=ATTRIBUTES,
            words_A=words,
        )

    def fingerprint(self) -> JSON:
        return {
            "count": self.options.products,
            "frequencies": self.options.frequencies,
            "background": self.options.background,
            "size": self.preset.size,
            "version": [DESCRIPTIONS_VERSION, SHOES.version, HANDBAGS.version],
            "rendering": RENDERING_VERSION,
        }

    def truth(self, domain: str) -> dict[str, np.ndarray]:
        chance = FREQUENCIES[self.options.frequencies]()
        count = self.options.products
        values = values_of(descriptions(chance, count, "descriptions", domain))
        return {**values, "identity": np.arange(count)}

    def sides(self, report: Report) -> tuple[Collection, Collection]:
        told, shown = self.truth("A"), self.truth("B")
        background = GREYS[self.options.background]

        def make() -> dict[str, np.ndarray]:
            return {"images": pictures(shown, self.preset.size, background, report)}

        images = cached_arrays(self.cache_dir, "described", self.fingerprint(), make)["images"]
        return array_collection(phrases(told), told), array_collection(images, shown)

    def parts(self, a: Collection, b: Collection) -> Parts:
        return own_parts(a.identities, b.identities)
