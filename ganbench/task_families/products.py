"""Catalogue pictures of products, and drawings of their edges. The base of the product tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from ganbench.core.cache import cached_arrays
from ganbench.core.options import require_range
from ganbench.core.reports import Report
from ganbench.core.source_hash import code_hash
from ganbench.core.spec import JSON, DataSpec, DomainName
from ganbench.data.decoded import fingerprint
from ganbench.data.edges import drawing
from ganbench.data.listing import Listing
from ganbench.data.readers.fashion_mnist import list_fashion_mnist
from ganbench.data.readers.pix2pix import Side, list_pix2pix
from ganbench.data.rendering.mesh import Part
from ganbench.data.rendering.render import Shot, render_shots
from ganbench.data.rendering.rendered import GREYS, RENDERING_VERSION
from ganbench.task_families.collection import (
    Collection,
    Parts,
    array_collection,
    authors_halves,
    listed_collection,
    official_parts,
    own_parts,
    shared_parts,
)
from ganbench.task_families.collection_task import CollectionTask

FASHION_MNIST = "fashion_mnist"
EDGES = "ganbench.data.edges"
MIN_PRODUCTS = 24
LOOKS = ("colour", "pattern")


@dataclass(frozen=True)
class Product:
    """One kind of product.

    version: of the procedural ones; it goes up when their pictures change.
    population: the parameters of so many products, each with a `look` of colour and pattern.
    build: the mesh of one's parameters. shot: the view and the light of their pictures.
    pix2pix: the set with photographs of them. labels: their classes in Fashion-MNIST.
    """

    name: str
    version: int
    population: Callable[[int], Sequence[Any]]
    build: Callable[[Any], tuple[Part, ...]]
    shot: Shot
    pix2pix: str
    labels: tuple[int, ...]


@dataclass(frozen=True)
class ProductOptions:
    """products: the number of procedural ones of each kind.
    background: of the procedural photographs; grey by default, for the reason in ViewOptions. The
        real ones have white.
    split: identities into train, validation and test; or as the set's owners split it; or as the
        paper's authors did, who trained A on the first half of the train files and B on the second.
    """

    products: int = 800
    background: Literal["black", "grey", "white"] = "grey"
    split: Literal["clean", "official", "authors"] = "clean"

    def __post_init__(self) -> None:
        require_range(
            self.products >= MIN_PRODUCTS, "products", self.products, f"{MIN_PRODUCTS} or more"
        )


class ProductTask(CollectionTask):
    """From one product to another, or between photographs of one product and drawings of its edges.

    products: of domain A and of domain B. drawn: the domains that show edges only; may be empty.
    """

    products: ClassVar[tuple[Product, Product]]
    drawn: ClassVar[tuple[DomainName, ...]] = ()
    options_type: ClassVar[type[Any]] = ProductOptions
    preset_options: ClassVar = {"smoke": {"products": 48}}
    metrics: ClassVar = ("edges", *CollectionTask.metrics)
    references: ClassVar = ("real", "identity", "untrained")

    def __init_subclass__(cls, **more: Any) -> None:
        """The data can be procedural, the sets of pix2pix, or Fashion-MNIST. Of photographs alone,
        looks are known that ought to stay.
        """
        super().__init_subclass__(**more)
        if "products" in vars(cls) and not cls.drawn:
            own = vars(cls)
            cls.metrics = own.get("metrics", ("preservation", *ProductTask.metrics))
            cls.references = own.get("references", ("real", "oracle", "identity", "untrained"))
        sets = tuple(dict.fromkeys(product.pix2pix for product in cls.products))
        cls.sources = {"procedural": (), "+".join(sets): sets, FASHION_MNIST: (FASHION_MNIST,)}

    @property
    def one_ware(self) -> bool:
        return self.products[0] is self.products[1]

    @property
    def spec(self) -> DataSpec:
        looks = self.source == "procedural" and not self.drawn
        return replace(super().spec, kept=LOOKS if looks else (), drawn=self.drawn)

    def fingerprint(self) -> JSON:
        sides = {"A": self.content_key("A"), "B": self.content_key("B")}
        return {"split": self.options.split, "size": self.preset.size, **sides}

    def content_key(self, domain: DomainName) -> JSON:
        """What the pictures of a domain depend on."""
        product, drawn = self.product(domain), domain in self.drawn
        if self.source == "procedural":
            key = products_key(product, self.options, self.preset.size)
        else:
            key = fingerprint(self.listing(product, "edges" if drawn else "photo"))
        return {**key, "drawn": code_hash(EDGES)} if drawn else key

    def product(self, domain: DomainName) -> Product:
        return self.products[0 if domain == "A" else 1]

    def listing(self, product: Product, side: Side) -> Listing:
        if self.source != FASHION_MNIST:
            return list_pix2pix(self.paths[product.pix2pix], (side,))
        photos = list_fashion_mnist(self.paths[FASHION_MNIST])
        return photos.take(np.isin(photos.truth["label"], product.labels))

    def side(self, domain: DomainName, report: Report) -> Collection:
        product, drawn, size = self.product(domain), domain in self.drawn, self.preset.size
        if self.source == "procedural":
            photos = rendered_products(product, self.options, size, self.cache_dir, report)
            return edges_drawn(photos) if drawn else photos
        listing = self.listing(product, "edges" if drawn else "photo").named()
        photos = listed_collection(listing, size, self.cache_dir, report, self.reading)
        return edges_drawn(photos) if drawn and self.source == FASHION_MNIST else photos

    def sides(self, report: Report) -> tuple[Collection, Collection]:
        return self.side("A", report), self.side("B", report)

    def parts(self, a: Collection, b: Collection) -> Parts:
        if self.options.split == "official":
            return official_parts(a, b)
        if self.options.split == "authors":
            return authors_halves(a, b)
        return (
            shared_parts(a.identities) if self.one_ware else own_parts(a.identities, b.identities)
        )


def products_key(product: Product, options: ProductOptions, size: int) -> JSON:
    return {
        "product": product.name,
        "count": options.products,
        "background": options.background,
        "size": size,
        "version": product.version,
        "rendering": RENDERING_VERSION,
    }


def rendered_products(
    product: Product, options: ProductOptions, size: int, cache_dir: Path, report: Report
) -> Collection:
    """Procedural products, one picture each, from the cache or rendered now."""

    def make() -> dict[str, np.ndarray]:
        report(f"rendering {options.products} {product.name} at {size} px")
        products = product.population(options.products)
        background = GREYS[options.background]
        images = render_shots(
            products, product.build, [[product.shot]] * len(products), size, background, report
        )
        looks = [parameters.look for parameters in products]
        truth = {name: np.array([getattr(each, name) for each in looks]) for name in LOOKS}
        return {"images": images[:, 0], **truth}

    arrays = cached_arrays(cache_dir, product.name, products_key(product, options, size), make)
    truth: Mapping[str, np.ndarray] = {name: np.array(arrays[name]) for name in LOOKS}
    identity = np.arange(options.products)
    return array_collection(arrays["images"], {**truth, "identity": identity})


def edges_drawn(photos: Collection) -> Collection:
    """Their edges instead of the photographs."""
    return Collection(photos.truth, lambda index: drawing(photos.pixels(index)))
