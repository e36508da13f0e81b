"""What each version of the procedural data looks like, as recorded in the folder `drawn`.

`python -m tests.data.drawn` records what new versions of data or of the renderer look like. It
refuses where something changed and the version that says so did not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ganbench.core.image_grid import png_bytes
from ganbench.data.procedural.cars.fleet import procedural_cars
from ganbench.data.procedural.chairs.chairs import procedural_chairs
from ganbench.data.procedural.heads.heads import procedural_heads
from ganbench.data.procedural.heads.people import build_person, person
from ganbench.data.rendering import rendered
from ganbench.data.rendering.mesh import Mesh, Part
from ganbench.data.rendering.render import Shot, as_it_is, render_shots
from ganbench.task_families.objects.handbags import HANDBAGS
from ganbench.task_families.objects.shoes import SHOES

FOLDER = Path(__file__).parent / "drawn"
RECORD = "python -m tests.data.drawn"
VIEWS = (Shot(20.0, 15.0), Shot(-65.0, 5.0))
SHOWN, SIZE = 6, 32  # members that are rendered, and their pictures' side in pixels
# Of what a member measures: float32 vertices of another processor or NumPy differ by far less.
ROUNDING = 1e-6
# Of pixels: the mean and nearly all, in steps of 8 bits; another VTK or OpenGL rounds otherwise.
MEAN_STEPS, MOST_STEPS = 0.1, 2


@dataclass(frozen=True)
class DataSet:
    """One kind of procedural data. module: where its DATA_VERSION stands.

    members: a count to that many; build: a member to its mesh; shots: of a member. seen: the labels
    that a member is told by.
    """

    module: str
    members: Callable[[int], Sequence[Any]]
    build: Callable[[Any], Sequence[Part]] = as_it_is
    shots: Callable[[Any], Sequence[Shot]] = lambda member: VIEWS
    seen: Callable[[Any], Sequence[Any]] = lambda member: ()

    @property
    def version(self) -> int:
        return int(import_module(self.module).DATA_VERSION)

    @property
    def file(self) -> str:
        return f"{self.module.replace('.', '/')}.py"


def cars_of_all_paints(count: int) -> list[Mesh]:
    return [car for paint in ("mixed", "white", "grey") for car in procedural_cars(count, paint)]  # type: ignore[arg-type]


def look_of(product: Any) -> Sequence[Any]:
    return product.look.colour, product.look.pattern


SHAPES = "ganbench.data.procedural"
DATA = {
    "cars": DataSet(f"{SHAPES}.cars.fleet", cars_of_all_paints),
    "chairs": DataSet(f"{SHAPES}.chairs.chairs", procedural_chairs),
    "heads": DataSet(f"{SHAPES}.heads.heads", procedural_heads),
    "people": DataSet(
        f"{SHAPES}.heads.people",
        lambda count: [person(number, 2) for number in range(count)],
        build_person,
        lambda someone: someone.shots,
        lambda someone: [
            getattr(seen, f.name) for seen in someone.attributes for f in fields(seen)
        ],
    ),
    **{
        product.name: DataSet(
            f"{SHAPES}.{product.name}.{product.name}",
            product.population,
            product.build,
            lambda member, shot=product.shot: (shot, *VIEWS[1:]),  # type: ignore[misc]
            look_of,
        )
        for product in (HANDBAGS, SHOES)
    },
}
MEASURED = {"cars": 12, "chairs": 39, "heads": 16, "people": 16, "handbags": 36, "shoes": 36}


@dataclass(frozen=True, eq=False)
class Drawn:
    """measures: (members, n), of shape and colours. labels: of each member, as text. pictures:
    uint8 (members, shots, 3, size, size), of the first ones.
    """

    version: int
    rendering: int
    measures: np.ndarray
    labels: Sequence[str]
    pictures: np.ndarray


def measures_of(mesh: Sequence[Part]) -> np.ndarray:
    """Integrals over the surface, which do not depend on how it is cut into triangles: of 1, of
    places, of their squares and cubes, of colours, of colours by place, and of highlights.
    """
    return np.sum([_of_part(part) for part in mesh], axis=0)


def _of_part(part: Part) -> np.ndarray:
    a, b, c = (part.vertices[part.faces[:, k]].astype(np.float64) for k in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    middles = np.stack([a + b, b + c, c + a]) / 2  # with equal weights exact up to squares
    area, place = areas.sum(), np.einsum("m,kmi->i", areas / 3, middles)
    squares = np.einsum("m,kmi,kmj->ij", areas / 3, middles, middles)[np.triu_indices(3)]
    cubes = np.einsum("m,kmi->i", areas / 3, middles**3)
    look = (1.0, *part.rgb, part.specular, part.shininess)
    return np.concatenate([np.outer(look, [area, *place]).ravel(), squares, cubes])


def pose(shot: Shot) -> list[float]:
    return [float(getattr(shot, f.name)) for f in fields(shot)]


def described(name: str) -> tuple[np.ndarray, list[str]]:
    """The measures and the labels of today's members."""
    data = DATA[name]
    members = data.members(MEASURED[name])
    measures = [
        [*measures_of(data.build(member)), *(v for s in data.shots(member) for v in pose(s))]
        for member in members
    ]
    return np.array(measures), [" ".join(map(str, data.seen(member))) for member in members]


def built(member: tuple[str, Any]) -> Sequence[Part]:
    return DATA[member[0]].build(member[1])


def rendered_now() -> dict[str, np.ndarray]:
    """The pictures of each data set's first members, by today's code."""
    members = [(name, m) for name, data in DATA.items() for m in data.members(SHOWN)[:SHOWN]]
    shots = [DATA[name].shots(member) for name, member in members]
    pictures = render_shots(members, built, shots, SIZE, rendered.GREYS["grey"])
    return dict(zip(DATA, np.split(pictures, len(DATA)), strict=True))


def drawn(name: str, pictures: np.ndarray) -> Drawn:
    """Of today's code."""
    return Drawn(DATA[name].version, rendered.RENDERING_VERSION, *described(name), pictures)


def changes(name: str, old: Drawn, new: Drawn) -> Iterator[str]:
    """What changed though the version that says so did not, with the fix."""
    record = f"then record what it shows: `{RECORD}`"
    if old.version == new.version and not same_members(old, new):
        yield (
            f"{name} are drawn otherwise than version {old.version} was: raise DATA_VERSION in "
            f"{DATA[name].file} with a line of what changed, {record}"
        )
    elif versions(old) == versions(new) and not same_pictures(old.pictures, new.pictures):
        yield (
            f"the same {name} are rendered otherwise than version {old.rendering} was: raise "
            "RENDERING_VERSION in ganbench/data/rendering/rendered.py with a line of what changed, "
            + record
        )


def versions(of: Drawn) -> tuple[int, int]:
    return of.version, of.rendering


def same_members(old: Drawn, new: Drawn) -> bool:
    return (
        old.measures.shape == new.measures.shape
        and bool(np.allclose(new.measures, old.measures, rtol=ROUNDING, atol=ROUNDING))
        and list(old.labels) == list(new.labels)
    )


def same_pictures(old: np.ndarray, new: np.ndarray) -> bool:
    if old.shape != new.shape:
        return False
    steps = np.abs(old.astype(int) - new.astype(int))
    return bool(steps.mean() <= MEAN_STEPS and np.quantile(steps, 0.99) <= MOST_STEPS)


def write(name: str, found: Drawn) -> None:
    """The pictures as a sheet, a row a member."""
    told = {
        "version": found.version,
        "rendering": found.rendering,
        "labels": found.labels,
        "measures": [[float(f"{value:.9g}") for value in row] for row in found.measures],
    }
    (FOLDER / f"{name}.json").write_text(f"{json.dumps(told)}\n")
    members, shots, _, size, _ = found.pictures.shape
    sheet = found.pictures.transpose(0, 3, 1, 4, 2).reshape(members * size, shots * size, 3)
    (FOLDER / f"{name}.png").write_bytes(png_bytes(Image.fromarray(sheet)))


def recorded(name: str) -> Drawn:
    told = json.loads((FOLDER / f"{name}.json").read_text())
    with Image.open(FOLDER / f"{name}.png") as image:
        sheet = np.asarray(image.convert("RGB"))
    size = SIZE
    rows = sheet.reshape(len(sheet) // size, size, -1, size, 3)
    pictures = rows.transpose(0, 2, 4, 1, 3)
    return Drawn(
        told["version"], told["rendering"], np.array(told["measures"]), told["labels"], pictures
    )


def main() -> None:
    refused = []
    FOLDER.mkdir(exist_ok=True)
    for name, pictures in rendered_now().items():
        new = drawn(name, pictures)
        old = recorded(name) if (FOLDER / f"{name}.json").is_file() else None
        told = list(changes(name, old, new)) if old else []
        refused += told
        if not told and (old is None or versions(old) != versions(new)):
            write(name, new)
    sys.exit("\n".join(refused) or 0)


if __name__ == "__main__":
    main()
