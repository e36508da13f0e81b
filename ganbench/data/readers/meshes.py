"""Reads a folder of a user's own meshes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from ganbench.core.errors import UserError, first_few
from ganbench.data.readers.isolated import Failure, map_isolated
from ganbench.data.readers.mesh_file import FORMATS, ReadMesh, read_mesh
from ganbench.data.readers.textures import COMPANIONS
from ganbench.data.rendering.mesh import Mesh
from ganbench.data.rendering.render import start_child
from ganbench.data.tree import FileTree, find_files

Axis = Literal["auto", "x", "y", "z", "-x", "-y", "-z"]
AUTO: Axis = "auto"
SUFFIXES = tuple(FORMATS)
QUOTED = re.compile(r"'[^']*'")
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
    """The meshes of a folder.

    names: paths relative to the folder, sorted; objects: the mesh of each, +x forward, +z up, with
        the centre of its bounding box at the origin.
    unreadable: (path relative to the folder, reason) of each file that was left out.
    remarks: (path relative to the folder, what of the file is not used).
    not_meshes: what below the folder is no mesh, in one line, or nothing.
    """

    names: tuple[str, ...]
    objects: tuple[Mesh, ...]
    unreadable: tuple[tuple[str, str], ...]
    remarks: tuple[tuple[str, str], ...] = ()
    not_meshes: str = ""

    def lines(self) -> list[str]:
        """What a person should know about it: who was left out, and what is not used."""
        left_out = [f"left out {name}: {reason}" for name, reason in self.unreadable]
        return [
            *([self.not_meshes] if self.not_meshes else []),
            *left_out,
            *remark_lines(self.remarks),
        ]


def remark_lines(remarks: Sequence[tuple[str, str]]) -> list[str]:
    """(name, remark) in few lines: one for all remarks that differ only in what they quote."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for name, remark in remarks:
        kinds.setdefault(QUOTED.sub("", remark), []).append((name, remark))
    lines = []
    for alike in kinds.values():
        names, texts = (list(dict.fromkeys(texts)) for texts in zip(*alike, strict=True))
        lines.append(
            f"{first_few(names, '; ')}: {texts[0]}{', and others' if len(texts) > 1 else ''}"
        )
    return lines


def read_meshes(
    folder: Path, up: str = AUTO, front: str = AUTO, skip_unreadable: bool = False
) -> MeshFolder:
    """Every OBJ, PLY, STL, GLB and GLTF file below `folder`, turned to +x forward and +z up.

    up, front: the axis of the files that points up, and the one that points forward: x, y, z, -x,
    -y or -z; "auto" takes the format's own, y and z in glTF, z and x in the others. Coordinates
    keep the files' scale. skip_unreadable: files that cannot be read are left out, and listed in
    `unreadable`. One that crashes or hangs its reader does not stop the others.

    Raises UserError for axes that are unknown or not perpendicular, for a folder that is missing
    or holds no mesh file, and for files that cannot be read: any, or all of them.
    """
    _check_axes(up, front)
    tree = find_meshes(folder)
    turns = {name: rotation_of(name, up, front) for name in tree.names}
    read, failed = _read_all(tree)
    if failed and not (skip_unreadable and read):
        raise _unreadable(failed, len(read) + len(failed), folder)
    return MeshFolder(
        tuple(read),
        tuple(_turned(got.mesh, turns[name]) for name, got in read.items()),
        tuple(failed),
        tuple((name, remark) for name, got in read.items() for remark in got.remarks),
        tree.summary(),
    )


def _read_all(tree: FileTree) -> tuple[dict[str, ReadMesh], list[tuple[str, str]]]:
    """What could be read, by name, and (name, reason) of what could not."""
    files = [tree.root / name for name in tree.names]
    results = map_isolated(partial(read_mesh, root=tree.root), files, READ_LIMIT_S, start_child)
    pairs = list(zip(tree.names, results, strict=True))
    read = {name: result for name, result in pairs if not isinstance(result, Failure)}
    failed = [(name, result.reason) for name, result in pairs if isinstance(result, Failure)]
    return read, [*tree.broken, *failed]


def find_meshes(folder: Path) -> FileTree:
    """The mesh files at any depth below `folder`, and what is wrong or left out there.

    Raises UserError for a folder that is missing, cannot be listed or holds no mesh file.
    """
    tree = _of_kinds(folder, (*SUFFIXES, *COMPANIONS))
    ours = tuple(name for name in tree.names if Path(name).suffix.lower() in SUFFIXES)
    broken = tuple(
        (name, why) for name, why in tree.broken if Path(name).suffix.lower() not in COMPANIONS
    )
    if not ours and not broken:
        raise UserError(
            what=f"no mesh file in the folder, which has {_others(tree)}",
            where=str(folder),
            fix=f"put {_kinds()} files there",
        )
    return replace(tree, names=ours, broken=broken)


def mesh_files_hash(folder: Path) -> str:
    """SHA-256 over names and bytes of the meshes below `folder` and of all that they may name.

    Raises UserError as `find_meshes` does.
    """
    find_meshes(folder)
    digest = hashlib.sha256()
    for name in _of_kinds(folder, (*SUFFIXES, *COMPANIONS)).names:
        digest.update(name.encode(errors="surrogateescape") + b"\0")
        try:
            digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
        except OSError as error:  # the reader tells it
            digest.update(f"not opened: {error.errno}".encode())
    return digest.hexdigest()


def _of_kinds(folder: Path, endings: Sequence[str]) -> FileTree:
    if not folder.is_dir():
        raise UserError(
            what="the mesh folder is a file" if folder.exists() else "no such mesh folder",
            where=str(folder),
            fix=f"give a folder of {_kinds()} files",
        )
    try:
        return find_files(folder, endings)
    except OSError as error:
        raise UserError(
            f"the mesh folder cannot be listed: {error.strerror}",
            str(folder),
            "correct its permissions",
        ) from error


def _others(tree: FileTree) -> str:
    """What lies in a folder without a mesh."""
    endings = [*tree.other_endings, *(Path(name).suffix for name in tree.names)]
    count = sum(tree.other_endings.values()) + len(tree.names)
    parts = [f"{count} other files ({', '.join(sorted(set(endings))[:8])})"] if count else []
    parts += [f"{count} {why}" for why, count in tree.left_out.items()]
    return "; ".join(parts) or "no file at all"


def _kinds() -> str:
    return ", ".join(suffix[1:].upper() for suffix in SUFFIXES)


def _unreadable(failed: Sequence[tuple[str, str]], total: int, folder: Path) -> UserError:
    shown = first_few((f"{name}: {reason}" for name, reason in failed), "; ")
    if len(failed) == total:
        return UserError(
            f"none of the {total} mesh files can be read, {shown}",
            str(folder),
            "open one of them in a mesh viewer, and export it again as OBJ, PLY, STL or GLB",
        )
    return UserError(
        f"{len(failed)} of {total} mesh files cannot be read, {shown}",
        str(folder),
        "correct or remove them, or leave them out with --skip-unreadable",
    )


def rotation_of(name: str, up: str, front: str) -> np.ndarray:
    """Matrix of shape (3, 3) whose rows are the forward, left and up directions of the file."""
    form = FORMATS[Path(name).suffix.lower()]
    upward = form.up if up == AUTO else up
    forward = form.front if front == AUTO else front
    if not np.dot(AXES[upward], AXES[forward]) == 0:
        raise UserError(
            what=f"up axis '{upward}' and front axis '{forward}' are not perpendicular",
            where=name,
            fix="give both up and front, as different axes, such as up 'y' and front 'z'",
        )
    return np.stack([AXES[forward], np.cross(AXES[upward], AXES[forward]), AXES[upward]])


def _check_axes(up: str, front: str) -> None:
    for name, axis in (("up", up), ("front", front)):
        if axis != AUTO and axis not in AXES:
            raise UserError(
                what=f"unknown {name} axis '{axis}'",
                where=name,
                fix=f"known: {AUTO}, {', '.join(AXES)}",
            )
    if AUTO not in (up, front) and np.dot(AXES[up], AXES[front]) != 0:
        raise UserError(
            what=f"up axis '{up}' and front axis '{front}' are not perpendicular",
            where="up, front",
            fix="choose two different axes, e.g. up 'z' and front 'x', or up 'y' and front 'z'",
        )


def _turned(mesh: Mesh, rotation: np.ndarray) -> Mesh:
    matrix = rotation.T.astype(np.float32)
    return tuple(replace(part, vertices=part.vertices @ matrix) for part in mesh)
