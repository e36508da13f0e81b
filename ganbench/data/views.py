"""Objects seen from many sides: rendered once, split by identity. The angle tasks stand on it."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import torch

from ganbench.data.cache import cached_arrays
from ganbench.data.images import split_indices
from ganbench.data.mesh import Part
from ganbench.data.readers.meshes import mesh_files, read_meshes
from ganbench.data.render import render_views
from ganbench.errors import UserError
from ganbench.hparams import require
from ganbench.seeds import seed_for
from ganbench.source import module_file, reach, source_hash
from ganbench.task import Domain, Report, Split, Task
from ganbench.types import JSON, Architecture, DataSpec, DomainName, Preset, SplitName

Axis = Literal["x", "y", "z", "-x", "-y", "-z"]
Objects = Sequence[tuple[Part, ...]]

# Shares of the identities; what is left trains domain A.
PARTS = (
    ("B", "train", 0.35),
    ("A", "validation", 0.05),
    ("B", "validation", 0.05),
    ("A", "test", 0.1),
    ("B", "test", 0.1),
)
LEAST_IDENTITIES = len(PARTS) + 1
GREYS = {"black": 0.0, "grey": 0.5, "white": 1.0}
BOTTLENECK = 100  # the authors' extra layers in the angle tasks


@dataclass(frozen=True)
class ViewOptions:
    """From where the objects are seen, in degrees; 0 is the front, and how many there are.

    up, front: the axes of the user's own meshes; the procedural ones know theirs.
    background: grey by default, where the generators start. The paper's discriminator, without
        biases and with batch norm, cannot tell a picture from a paler copy of itself, so on white
        the translations get stuck on grey.
    """

    identities: int = 192
    azimuth_min_deg: float = -75.0
    azimuth_max_deg: float = 75.0
    azimuth_step_deg: float = 15.0
    elevation_deg: float = 15.0
    up: Axis = "z"
    front: Axis = "x"
    background: Literal["black", "grey", "white"] = "grey"

    def __post_init__(self) -> None:
        require(
            self.identities >= LEAST_IDENTITIES,
            "identities",
            self.identities,
            f"{LEAST_IDENTITIES} or more",
        )
        require(self.azimuth_step_deg > 0, "azimuth_step_deg", self.azimuth_step_deg, "above 0")
        span = self.azimuth_max_deg - self.azimuth_min_deg
        require(0 < span < 360, "azimuth_max_deg", self.azimuth_max_deg, "a range below 360")
        require(-89 < self.elevation_deg < 89, "elevation_deg", self.elevation_deg, "-89 to 89")

    @property
    def azimuths_deg(self) -> np.ndarray:
        """All azimuths from the smallest to the largest, ends included."""
        count = round((self.azimuth_max_deg - self.azimuth_min_deg) / self.azimuth_step_deg) + 1
        return self.azimuth_min_deg + self.azimuth_step_deg * np.arange(count)


def render_code_hash(shapes_module: str) -> str:
    """Changes when the code that makes the pictures does."""
    names = ("ganbench.data.render", "ganbench.data.readers.meshes", shapes_module)
    files = [path for name in names if (path := module_file(name)) is not None]
    return source_hash(reach(files))


def mesh_files_hash(folder: Path) -> str:
    """SHA-256 over names and bytes of the mesh files below `folder` and the files they name.

    Raises UserError for a folder that is missing or has no mesh files.
    """
    digest = hashlib.sha256()
    beside = [*folder.rglob("*.mtl"), *folder.rglob("*.bin")]
    for file in sorted([*mesh_files(folder), *beside]):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def read_mesh_objects(folder: Path, options: ViewOptions, report: Report) -> Objects:
    """The user's meshes. Reports the files that cannot be read; raises UserError for too few."""
    found = read_meshes(folder, up=options.up, front=options.front)
    for name, reason in found.unreadable:
        report(f"left out {name}: {reason}")
    if len(found.objects) < LEAST_IDENTITIES:
        raise UserError(
            f"only {len(found.objects)} meshes could be read, {LEAST_IDENTITIES} are needed "
            "for train, validation and test identities of A and B",
            str(folder),
            "add more mesh files",
        )
    return found.objects


def rendered(
    cache_dir: Path,
    name: str,
    key: JSON,
    options: ViewOptions,
    size: int,
    make_objects: Callable[[], Objects],
    report: Report,
) -> np.ndarray:
    """uint8 views (identities, azimuths, 3, size, size), from the cache or rendered now."""

    def make() -> dict[str, np.ndarray]:
        objects = make_objects()
        count = len(objects) * len(options.azimuths_deg)
        report(f"rendering {count} views of {len(objects)} objects at {size} px")
        background = GREYS[options.background]
        views = render_views(
            objects, options.azimuths_deg.tolist(), size, options.elevation_deg, background
        )
        return {"views": views}

    return cached_arrays(cache_dir, name, key, make)["views"]


def view_domain(
    views: np.ndarray, options: ViewOptions, domain: DomainName, split: SplitName
) -> Domain:
    """The views of the identities that belong to one domain and split, in shuffled order.

    No identity is in two domains or two splits.
    """
    index = identity_split(len(views))[domain, split]
    count = len(options.azimuths_deg)
    samples = np.ascontiguousarray(views[index]).reshape(-1, *views.shape[2:])
    truth = {
        "azimuth_deg": np.tile(options.azimuths_deg, len(index)),
        "identity": np.repeat(index, count),
    }
    constants = {"azimuths_deg": options.azimuths_deg}
    return Domain(torch.from_numpy(samples), truth, constants).shuffled("views", domain, split)


def identity_split(identities: int) -> dict[tuple[str, str], np.ndarray]:
    """Disjoint identities for each (domain, split)."""
    shares = [share for _, _, share in PARTS]
    parts = split_indices(identities, shares, seed_for(0, "identities"))
    names = [("A", "train"), *((domain, split) for domain, split, _ in PARTS)]
    return dict(zip(names, parts, strict=True))


class ViewsTask(Task):
    """Objects of one class to others of it; only the azimuth is shared.

    shapes: the module that makes the procedural objects. The options are ViewOptions.
    """

    shapes: ClassVar[str]
    options_type: ClassVar = ViewOptions
    preset_options: ClassVar = {"smoke": {"identities": 12}}
    sources: ClassVar = {"procedural": (), "meshes": ("meshes",)}
    metrics: ClassVar = ("azimuth", "reconstruction")
    references: ClassVar = ("real", "oracle")
    # Adam's rate goes with 1 / width: a quarter of the paper's width takes four times its rate.
    presets: ClassVar = {
        "smoke": Preset("smoke", budget_steps=20, width=8, size=16, batch_size=16),
        "quick": Preset("quick", budget_steps=1_200, width=16, size=32, batch_size=16, lr=8e-4),
        "paper": Preset("paper", budget_steps=20_000, width=64, size=64),
    }

    @abstractmethod
    def procedural_objects(self) -> Objects:
        """The embedded source's objects, one an identity."""

    @property
    def spec(self) -> DataSpec:
        shape = (3, self.preset.size, self.preset.size)
        return DataSpec("image", shape, shape, attribute="azimuth_deg")

    @property
    def architecture(self) -> Architecture:
        return Architecture(self.preset.width, bottleneck=BOTTLENECK)

    def fingerprint(self) -> JSON:
        key = {
            **self.options_json(),
            "size": self.preset.size,
            "code": render_code_hash(self.shapes),
        }
        if self.source == "meshes":
            key["meshes"] = mesh_files_hash(self.paths["meshes"])
        return key

    def views(self, report: Report) -> np.ndarray:
        """uint8 (identities, azimuths, 3, size, size)."""

        def objects() -> Objects:
            if self.source == "meshes":
                return read_mesh_objects(self.paths["meshes"], self.options, report)
            return self.procedural_objects()

        name = f"{self.shapes.rpartition('.')[2]}-{self.source}"
        size = self.preset.size
        return rendered(
            self.cache_dir, name, self.fingerprint(), self.options, size, objects, report
        )

    def prepare(self, report: Report) -> None:
        views = self.views(report)
        report(f"{len(views)} identities x {views.shape[1]} views at {views.shape[-1]} px")

    def load(self, split: SplitName) -> Split:
        views = self.views(lambda line: None)
        return Split(
            A=view_domain(views, self.options, "A", split),
            B=view_domain(views, self.options, "B", split),
        )
