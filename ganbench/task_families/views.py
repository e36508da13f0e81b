"""Objects seen from many sides: rendered once, split by identity. The base of the angle tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, make_dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import PIL

from ganbench.core.errors import UserError
from ganbench.core.options import require_range
from ganbench.core.reports import Report
from ganbench.core.seeds import seed_for
from ganbench.core.source_hash import code_hash
from ganbench.core.spec import JSON, Architecture, DataSpec, DomainName, Reading
from ganbench.data.decoded import file_digest, fingerprint
from ganbench.data.listing import PICTURE, Files, Listing
from ganbench.data.overlap import equal_file_lines, require_apart
from ganbench.data.readers.meshes import AUTO, Axis, find_meshes, mesh_files_hash, read_meshes
from ganbench.data.rendering.mesh import Part
from ganbench.data.rendering.rendered import GREYS, RENDERING_VERSION, Made, rendered_views
from ganbench.task_families.collection import (
    MIN_SHARED,
    Collection,
    Parts,
    array_collection,
    authors_own_parts,
    authors_shared_parts,
    listed_collection,
    own_parts,
    shared_parts,
)
from ganbench.task_families.collection_task import CollectionTask

Objects = Sequence[tuple[Part, ...]]

AZIMUTH = "azimuth_deg"
BOTTLENECK = 100  # the authors' extra layers in the angle tasks


@dataclass(frozen=True)
class ObjectClass:
    """One kind of object that can be seen from all sides, such as cars.

    procedural: makes so many objects, by the values of own_options. version: goes up with changes.
    real: the real set's name, as in --data NAME=DIR; list_real: its folder's listing, with
        azimuths, by the values of real_options.
    options: added to those of a task that shows them. preset_options: as those of Task.
    authors_test: the number of identities in the authors' test set, the last by name.
    """

    name: str
    version: int
    procedural: Callable[..., Objects]
    real: str
    list_real: Callable[..., Listing]
    authors_test: int
    options: type[Any]
    own_options: tuple[str, ...] = ()
    real_options: tuple[str, ...] = ()
    preset_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class ViewOptions:
    """The directions of view, in degrees (0 is the front), and the number of objects.

    All but `split` are for rendered objects: a real set has views of its own.

    azimuth_offset: "shared" puts every object at the same azimuths, both ends of the range among
        them; "own" shifts each object's by a part of a step of its own, so that all together they
        fill the range, with one view less an object.
    up, front: the axes of the user's own meshes; "auto" takes those of their formats.
    background: grey by default, where the generators start. The paper's discriminator, without
        biases and with batch norm, cannot tell a picture from a paler copy of itself, so on white
        the translations get stuck on grey.
    split: identities into train, validation and test; or as the paper's authors split them.
    max_test_identities: of a class, in the clean split; more of them train. 0 for no bound.
    """

    identities: int = 192
    azimuth_min_deg: float = -75.0
    azimuth_max_deg: float = 75.0
    azimuth_step_deg: float = 15.0
    azimuth_offset: Literal["shared", "own"] = "shared"
    elevation_deg: float = 15.0
    up: Axis = AUTO
    front: Axis = AUTO
    background: Literal["black", "grey", "white"] = "grey"
    split: Literal["clean", "authors"] = "clean"
    max_test_identities: int = 0

    def __post_init__(self) -> None:
        enough = self.identities >= MIN_SHARED
        require_range(enough, "identities", self.identities, f"{MIN_SHARED} or more")
        most = self.max_test_identities
        require_range(most >= 0, "max_test_identities", most, "0 or more")
        require_range(
            self.azimuth_step_deg > 0, "azimuth_step_deg", self.azimuth_step_deg, "above 0"
        )
        span = self.azimuth_max_deg - self.azimuth_min_deg
        require_range(0 < span < 360, "azimuth_max_deg", self.azimuth_max_deg, "a range below 360")
        require_range(
            -89 < self.elevation_deg < 89, "elevation_deg", self.elevation_deg, "-89 to 89"
        )

    @property
    def azimuths_deg(self) -> np.ndarray:
        """All steps from the smallest to the largest, ends included."""
        count = round((self.azimuth_max_deg - self.azimuth_min_deg) / self.azimuth_step_deg) + 1
        return self.azimuth_min_deg + self.azimuth_step_deg * np.arange(count)

    def azimuths_of_deg(self, objects: int) -> np.ndarray:
        """The azimuths at which each object is seen, (objects, views)."""
        if self.azimuth_offset == "shared":
            return np.tile(self.azimuths_deg, (objects, 1))
        shares = [
            np.random.default_rng(seed_for(0, "offset", str(i))).random() for i in range(objects)
        ]
        return self.azimuths_deg[:-1] + self.azimuth_step_deg * np.array(shares)[:, None]

    def axes(self, domain: DomainName) -> tuple[Axis, Axis]:
        """Which axes of the domain's own meshes point up and forward."""
        return self.up, self.front


@dataclass(frozen=True)
class TwoClassOptions(ViewOptions):
    """Adds the axes of one domain's meshes, where those of the other are not the same."""

    up_A: Axis = AUTO
    front_A: Axis = AUTO
    up_B: Axis = AUTO
    front_B: Axis = AUTO

    def axes(self, domain: DomainName) -> tuple[Axis, Axis]:
        up, front = (self.up_A, self.front_A) if domain == "A" else (self.up_B, self.front_B)
        return (self.up if up == AUTO else up, self.front if front == AUTO else front)


AXES_OF_ONE = ("up_A", "front_A", "up_B", "front_B")
RENDER_OPTIONS = (
    "identities",
    "azimuth_min_deg",
    "azimuth_max_deg",
    "azimuth_step_deg",
    "azimuth_offset",
    "elevation_deg",
    "background",
)
READER = "ganbench.data.readers.meshes"


def own_meshes(folder: Path, axes: tuple[Axis, Axis], reading: Reading) -> Made:
    """The user's meshes. Raises UserError as `read_meshes` does, and for too few."""
    meshes = read_meshes(folder, *axes, skip_unreadable=reading.skip_unreadable)
    if len(meshes.objects) < MIN_SHARED:
        raise UserError(
            f"only {len(meshes.objects)} meshes could be read, {MIN_SHARED} are needed "
            "for train, validation and test identities of A and B",
            str(folder),
            "add more mesh files",
        )
    files = [(name, file_digest(folder / name)) for name in meshes.names]
    return Made(meshes.names, meshes.objects, [*meshes.lines(), *equal_file_lines(files)])


class ViewsTask(CollectionTask):
    """Views of one class of objects to views of the same or another; only the azimuth is shared.

    classes: of domain A and of domain B. A task has their options, and those that they set in a
        preset, unless it defines its own: `options_type` is ViewOptions, or
        TwoClassOptions for two classes, and what the classes add.
    """

    classes: ClassVar[tuple[ObjectClass, ObjectClass]]
    options_type: ClassVar = ViewOptions
    # Between views at the same few azimuths, or of few identities, a mapping can jump at no cost,
    # and DiscoGAN's does.
    preset_options: ClassVar = {
        "smoke": {"identities": 12},
        "quick": {"azimuth_offset": "own", "identities": 600, "max_test_identities": 38},
        "paper": {"azimuth_offset": "own", "identities": 1_000},
    }
    metrics: ClassVar = ("azimuth", *CollectionTask.metrics)
    references: ClassVar = ("real", "oracle", "untrained")
    shuffled_as: ClassVar = "views"

    def __init_subclass__(cls, **more: Any) -> None:
        """The data can be procedural, the user's meshes, or the classes' real sets."""
        super().__init_subclass__(**more)
        a, b = cls.classes
        if "classes" in vars(cls):
            own = vars(cls)
            cls.options_type = own.get("options_type") or options_of(cls)
            cls.preset_options = own.get("preset_options", preset_options_of(cls))
        meshes = ("meshes",) if a is b else ("meshes_A", "meshes_B")
        real = tuple(dict.fromkeys((a.real, b.real)))
        cls.sources = {"procedural": (), "meshes": meshes, "+".join(real): real}

    @property
    def spec(self) -> DataSpec:
        shape = (3, self.preset.size, self.preset.size)
        return DataSpec("image", shape, shape, kept=(AZIMUTH,))

    @property
    def architecture(self) -> Architecture:
        return Architecture(self.preset.width, bottleneck=BOTTLENECK)

    @property
    def one_class(self) -> bool:
        return self.classes[0] is self.classes[1]

    def class_of(self, domain: DomainName) -> ObjectClass:
        return self.classes[0 if domain == "A" else 1]

    def fingerprint(self) -> JSON:
        if self.source == "meshes" and not self.one_class:
            a, b = (find_meshes(self.mesh_folder(domain)) for domain in get_args(DomainName))
            apart = Files(a.root, a.names), Files(b.root, b.names)
            require_apart(*apart, ("meshes_A", "meshes_B"))
        return {
            "split": self.options.split,
            "max_test_identities": self.options.max_test_identities,
            "A": self.content_key("A"),
            "B": self.content_key("B"),
        }

    def content_key(self, domain: DomainName) -> JSON:
        """What the pictures of a domain depend on."""
        kind = self.class_of(domain)
        if self.source == "procedural":
            return {**self.render_key(kind), "shapes": kind.name, "version": kind.version}
        if self.source == "meshes":
            up, front = self.options.axes(domain)
            return {
                **self.render_key(kind),
                "code": code_hash(READER),
                "meshes": mesh_files_hash(self.mesh_folder(domain)),
                "up": up,
                "front": front,
                "skip_unreadable": self.reading.skip_unreadable,
                "pillow": PIL.__version__,  # which reads their textures
            }
        return {**fingerprint(self.listing(kind)), "size": self.preset.size}

    def render_key(self, kind: ObjectClass) -> JSON:
        names = (*RENDER_OPTIONS, *kind.own_options)
        options = dict(zip(names, self.values(names), strict=True))
        return {**options, "size": self.preset.size, "rendering": RENDERING_VERSION}

    def values(self, names: Sequence[str]) -> list[Any]:
        """Of the options called so."""
        return [getattr(self.options, name) for name in names]

    def options_json(self) -> JSON:
        """Where there are no meshes, the axes are those of the procedural objects."""
        options = super().options_json()
        if self.source == "meshes":
            return options
        shared = {name: value for name, value in options.items() if name not in AXES_OF_ONE}
        return {**shared, "up": "z", "front": "x"}

    def mesh_folder(self, domain: DomainName) -> Path:
        return self.paths["meshes" if self.one_class else f"meshes_{domain}"]

    def listing(self, kind: ObjectClass) -> Listing:
        return kind.list_real(self.paths[kind.real], *self.values(kind.real_options))

    def collection(self, domain: DomainName, report: Report) -> Collection:
        """All pictures that a domain can draw on."""
        kind, size = self.class_of(domain), self.preset.size
        if self.source not in ("procedural", "meshes"):
            listing = self.listing(kind).named()
            return listed_collection(listing, size, self.cache_dir, report, self.reading)

        def make() -> tuple[Made, np.ndarray]:
            made = self.objects(domain)
            return made, self.options.azimuths_of_deg(len(made.objects))

        look = (self.options.elevation_deg, size, GREYS[self.options.background])
        key = self.content_key(domain)
        rendered = rendered_views(self.cache_dir, kind.name, key, make, look, report)
        for line in rendered.remarks:
            report(line)
        report(f"{kind.name}: see whether 0° shows the front in {rendered.preview}")
        count, each = rendered.views.shape[:2]
        truth = {
            AZIMUTH: self.options.azimuths_of_deg(count).ravel(),
            "identity": np.repeat(np.arange(count), each),
            PICTURE: np.repeat(rendered.names, each),
        }
        return array_collection(rendered.views.reshape(-1, *rendered.views.shape[2:]), truth)

    def objects(self, domain: DomainName) -> Made:
        """The domain's own meshes, or its procedural objects."""
        if self.source == "meshes":
            return own_meshes(self.mesh_folder(domain), self.options.axes(domain), self.reading)
        kind = self.class_of(domain)
        made = kind.procedural(self.options.identities, *self.values(kind.own_options))
        return Made([str(number) for number in range(len(made))], made)

    def parts(self, a: Collection, b: Collection) -> Parts:
        """Which identities each domain and split holds."""
        first, second = (kind.authors_test for kind in self.classes)
        match self.options.split, self.one_class:
            case "authors", True:
                return authors_shared_parts(a.identities, first)
            case "authors", False:
                return authors_own_parts(a.identities, b.identities, (first, second))
            case _, True:
                return shared_parts(a.identities, self.options.max_test_identities)
            case _:
                return own_parts(a.identities, b.identities, self.options.max_test_identities)

    def sides(self, report: Report) -> tuple[Collection, Collection]:
        a = self.collection("A", report)
        return a, a if self.one_class else self.collection("B", report)

    def constants(self, side: Collection) -> Mapping[str, np.ndarray]:
        """The views over which a model's translations may spread: the steps."""
        if self.source in ("procedural", "meshes"):
            return {"azimuths_deg": self.options.azimuths_deg}
        return {"azimuths_deg": np.unique(side.truth[AZIMUTH])}


def options_of(task: type[ViewsTask]) -> type[Any]:
    """The options of all views and those of the task's classes; it can be pickled."""
    a, b = (kind.options for kind in task.classes)
    bases = (ViewOptions, a) if a is b else (TwoClassOptions, a, b)
    name = f"{task.__qualname__}.options_type"
    place = {"__module__": task.__module__, "__qualname__": name}
    return make_dataclass("Options", (), bases=bases, namespace=place, frozen=True)


def preset_options_of(task: type[ViewsTask]) -> dict[str, dict[str, Any]]:
    """What all views have in a preset, and what the task's classes add."""
    sources = (ViewsTask.preset_options, *(kind.preset_options for kind in task.classes))
    presets = dict.fromkeys(preset for options in sources for preset in options)
    return {
        preset: {
            name: value for options in sources for name, value in options.get(preset, {}).items()
        }
        for preset in presets
    }
