"""Reads a folder of a user's own meshes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ganbench.data.mesh import Mesh
from ganbench.data.readers.isolated import Failure, map_isolated
from ganbench.data.readers.mesh_file import READERS, read_mesh
from ganbench.data.render import start_child
from ganbench.errors import UserError

SUFFIXES = tuple(READERS)
READ_LIMIT_S = 120.0

AXES = {
    "x": (1.0, 0.0, 0.0),
    "y": (0.0, 1.0, 0.0),
    "z": (0.0, 0.0, 1.0),
    "-x": (-1.0, 0.0, 0.0),
    "-y": (0.0, -1.0, 0.0),
    "-z": (0.0, 0.0, -1.0),
}


@dataclass(frozen=True, eq=False)
class MeshFolder:
    """What was found in a folder.

    names: paths relative to the folder, sorted; objects: the mesh of each, +x forward, +z up.
    unreadable: (path relative to the folder, reason) of each file that was left out.
    """

    names: tuple[str, ...]
    objects: tuple[Mesh, ...]
    unreadable: tuple[tuple[str, str], ...]


def read_meshes(folder: Path, up: str = "z", front: str = "x") -> MeshFolder:
    """Every OBJ, PLY, STL, GLB and GLTF file below `folder`, turned to +x forward and +z up.

    up, front: the axis of the files that points up, and the one that points forward: x, y, z, -x,
    -y or -z. Coordinates keep the files' scale. A file that cannot be read is listed in
    `unreadable` and does not stop the others, even where it crashes or hangs the reader.

    Raises UserError for axes that are unknown or not perpendicular, for a folder that is missing
    or holds no mesh file, and when no file can be read.
    """
    turn = _rotation(up, front)
    files = mesh_files(folder)
    names = [file.relative_to(folder).as_posix() for file in files]
    results = map_isolated(read_mesh, files, READ_LIMIT_S, start_child)
    read = {n: r for n, r in zip(names, results, strict=True) if not isinstance(r, Failure)}
    failed = [(n, r.reason) for n, r in zip(names, results, strict=True) if isinstance(r, Failure)]
    if not read:
        raise UserError(
            what=f"none of the {len(files)} mesh files can be read, {_listed(failed)}",
            where=str(folder),
            fix="open one of them in a mesh viewer, and export it again as OBJ, PLY, STL or GLB",
        )
    objects = tuple(_turned(mesh, turn) for mesh in read.values())
    return MeshFolder(tuple(read), objects, tuple(failed))


def mesh_files(folder: Path) -> list[Path]:
    """The mesh files at any depth below `folder`, sorted by path.

    Raises UserError for a folder that is missing or holds no mesh file.
    """
    if not folder.is_dir():
        raise UserError(
            what="the mesh folder is a file" if folder.exists() else "no such mesh folder",
            where=str(folder),
            fix=f"give a folder of {_kinds()} files",
        )
    below = [file for file in folder.rglob("*") if file.is_file()]
    files = sorted(file for file in below if file.suffix.lower() in SUFFIXES)
    if not files:
        kinds = sorted({file.suffix or file.name for file in below})[:8]
        found = f"{len(below)} other files ({', '.join(kinds)})" if below else "no file at all"
        raise UserError(
            what=f"no mesh file in the folder, which has {found}",
            where=str(folder),
            fix=f"put {_kinds()} files there",
        )
    return files


def _kinds() -> str:
    return ", ".join(suffix[1:].upper() for suffix in SUFFIXES)


def _listed(failed: Sequence[tuple[str, str]], most: int = 3) -> str:
    shown = "; ".join(f"{name}: {reason}" for name, reason in failed[:most])
    return shown if len(failed) <= most else f"{shown}; ..."


def _rotation(up: str, front: str) -> np.ndarray:
    """Matrix of shape (3, 3) whose rows are the file's forward, left and up directions."""
    for name, axis in (("up", up), ("front", front)):
        if axis not in AXES:
            raise UserError(
                what=f"unknown {name} axis '{axis}'", where=name, fix=f"known: {', '.join(AXES)}"
            )
    upward, forward = np.array(AXES[up]), np.array(AXES[front])
    if upward @ forward != 0:
        raise UserError(
            what=f"up axis '{up}' and front axis '{front}' are not perpendicular",
            where="up, front",
            fix="choose two different axes, e.g. up 'z' and front 'x', or up 'y' and front 'z'",
        )
    return np.stack([forward, np.cross(upward, forward), upward])


def _turned(mesh: Mesh, rotation: np.ndarray) -> Mesh:
    matrix = rotation.T.astype(np.float32)
    return tuple(replace(part, vertices=part.vertices @ matrix) for part in mesh)
