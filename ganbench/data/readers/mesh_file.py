"""One mesh file read, checked and centred. Only for child processes: VTK may crash or hang."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from ganbench.data.readers.gltf_scene import read_gltf
from ganbench.data.readers.obj_file import read_obj
from ganbench.data.readers.ply_file import read_ply
from ganbench.data.readers.stl_file import read_stl
from ganbench.data.readers.triangles import Floats, Triangles, Unreadable
from ganbench.data.rendering.mesh import Mesh, Part

Axis = Literal["x", "y", "z", "-x", "-y", "-z"]


@dataclass(frozen=True)
class Format:
    """up, front: the default axes of the files; glTF's specification defines its own."""

    read: Callable[[Path, Path], list[Triangles]]
    up: Axis = "z"
    front: Axis = "x"


GLTF = Format(read_gltf, up="y", front="z")
FORMATS = {
    ".obj": Format(read_obj),
    ".ply": Format(read_ply),
    ".stl": Format(read_stl),
    ".glb": GLTF,
    ".gltf": GLTF,
}
MAX_COLOURS = 48
MANY_COLOURS = f"its colours are taken together to {MAX_COLOURS}"
SIZES = (1e-30, 1e30)  # which float32 can tell with all its digits


@dataclass(frozen=True, eq=False)
class ReadMesh:
    """The centre of its bounding box is at the origin. remarks: what of the file is not used."""

    mesh: Mesh
    remarks: tuple[str, ...]


def read_mesh(path: Path, root: Path) -> ReadMesh:
    """The file in its own axes and units, in the file's colours where it has them.

    root: the folder below which the materials and textures lie that the file names.

    Raises Unreadable, in words that a person understands, for one without usable triangles.
    """
    try:
        return _read(path, root)
    except OSError as error:
        raise Unreadable(f"it cannot be opened: {error.strerror or error}") from error
    except MemoryError:
        raise Unreadable("it does not fit into memory") from None
    except Unreadable:
        raise
    except Exception as error:  # of many types: whatever the damage leads NumPy into
        raise Unreadable("it is damaged") from error


def _read(path: Path, root: Path) -> ReadMesh:
    if path.stat().st_size == 0:
        raise Unreadable("the file is empty")
    pieces = FORMATS[path.suffix.lower()].read(path, root)
    whole = _joined([piece for piece in pieces if len(piece.faces)])
    parts, grouped = _parts(_centred(whole.points), whole.faces, whole.rgb)
    remarks = (*whole.remarks, MANY_COLOURS) if grouped else whole.remarks
    return ReadMesh(parts, tuple(dict.fromkeys(remarks)))


def _joined(pieces: Sequence[Triangles]) -> Triangles:
    """All pieces as one, without points that no triangle has."""
    if not pieces:
        raise Unreadable("there are no triangles in it")
    starts = np.cumsum([0] + [len(piece.points) for piece in pieces[:-1]])
    faces = np.concatenate([p.faces + s for p, s in zip(pieces, starts, strict=True)])
    used, compact = np.unique(faces, return_inverse=True)
    return Triangles(
        np.concatenate([piece.points for piece in pieces])[used],
        compact.reshape(-1, 3),
        np.concatenate([piece.rgb for piece in pieces]),
        tuple(remark for piece in pieces for remark in piece.remarks),
    )


def _centred(points: Floats) -> Floats:
    """Checked, and moved in double precision: map coordinates are large, and float32 is short."""
    if not np.isfinite(points).all():
        raise Unreadable("some coordinates are not finite numbers")
    low, high = points.min(axis=0), points.max(axis=0)
    size = (high - low).max()
    if size > 0 and not SIZES[0] <= size <= SIZES[1]:
        raise Unreadable(f"its size, {size:.3g}, is out of all proportion")
    centred: Floats = points - (low + (high - low) / 2)
    return centred


def _parts(points: Floats, faces: npt.NDArray[np.int64], rgb: Floats) -> tuple[Mesh, bool]:
    """A part for each colour, and whether similar colours had to be taken together."""
    if not _has_area(points, faces):
        raise Unreadable("its triangles have no area")
    if not np.isfinite(rgb).all():
        raise Unreadable("some colours are not finite numbers")
    group, grouped = _groups(rgb)
    parts = []
    for index in np.unique(group):
        chosen = group == index
        used, compact = np.unique(faces[chosen], return_inverse=True)
        red, green, blue = rgb[chosen].mean(axis=0).round(6).tolist()
        corners = compact.reshape(-1, 3).astype(np.int32)
        parts.append(Part(points[used].astype(np.float32), corners, (red, green, blue)))
    return tuple(parts), grouped


def _groups(rgb: Floats) -> tuple[npt.NDArray[np.int64], bool]:
    """The colour of each triangle as a number, and whether similar colours share a number."""
    from PIL import Image

    keys = np.round(rgb * 255).astype(np.uint8)
    colours, group = np.unique(keys, axis=0, return_inverse=True)
    if len(colours) <= MAX_COLOURS:
        return group.ravel(), False
    palette = Image.fromarray(keys[None]).quantize(MAX_COLOURS, dither=Image.Dither.NONE)
    return np.asarray(palette, dtype=np.int64).ravel(), True


def _has_area(points: Floats, faces: npt.NDArray[np.int64]) -> bool:
    """Above what rounding makes of a line, whatever the size of the whole."""
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    size = float(np.ptp(points, axis=0).max())
    if not size > 0:
        return False
    doubled = np.linalg.norm(np.cross((b - a) / size, (c - a) / size), axis=1)
    return bool((doubled > 1e-12).any())
