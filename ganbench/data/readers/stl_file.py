"""STL, text or binary: bare triangles, of one solid or several."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ganbench.data.readers.triangles import Floats, Triangles, Unreadable, neutral, quoted

HEADER_BYTES = 84
RECORD = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("colour", "<u2")])
# What the lines of a text file begin with, except those with a vertex.
STRUCTURE = {"solid", "facet", "outer", "endloop", "endfacet", "endsolid"}
NOT_WHOLE = "it is neither a text nor a whole binary STL file"


def read_stl(file: Path, root: Path) -> list[Triangles]:
    """All triangles of the file, of all its solids. Raises Unreadable for what is not whole."""
    data = file.read_bytes()
    remarks: tuple[str, ...] = ()
    if (
        len(data) >= HEADER_BYTES
        and len(data) == HEADER_BYTES + _triangle_count(data) * RECORD.itemsize
    ):
        record = np.frombuffer(data, RECORD, offset=HEADER_BYTES)
        points = record["corners"].reshape(-1, 3).astype(np.float64)
        if record["colour"].any() or b"COLOR=" in data[:80]:
            remarks = ("the colours of its triangles are not used",)
    elif data.lstrip()[:5].lower() == b"solid":
        points = _text_points(data.decode("utf-8", errors="replace").splitlines())
    elif HEADER_BYTES <= len(data) < HEADER_BYTES + _triangle_count(data) * RECORD.itemsize:
        raise Unreadable(f"{NOT_WHOLE}: it may be cut off")
    else:
        raise Unreadable(NOT_WHOLE)
    if not len(points):
        return []
    faces = np.arange(len(points)).reshape(-1, 3)
    return [Triangles(points, faces, neutral(len(faces)), remarks)]


def _triangle_count(data: bytes) -> int:
    """The number of triangles in a binary file's header."""
    count: int = struct.unpack_from("<I", data, HEADER_BYTES - 4)[0]
    return count


def _text_points(lines: Sequence[str]) -> Floats:
    """Corners, three a triangle, (3 m, 3)."""
    points: list[list[float]] = []
    word, whole = "", 0
    for line in lines:
        words = line.split()
        if not words:
            continue
        word = words[0].lower()
        match word, words:
            case "vertex", [_, x, y, z]:
                points.append(_numbers(line, (x, y, z)))
            case "endloop", _ if len(points) != whole + 3:
                raise Unreadable("it has a facet that is no triangle")
            case "endloop", _:
                whole = len(points)
            case _ if word not in STRUCTURE:
                raise Unreadable(f"{quoted(line)} is not understood")
    if word != "endsolid" or len(points) != whole:
        raise Unreadable("it is cut off: it does not end with 'endsolid'")
    return np.array(points).reshape(-1, 3)


def _numbers(line: str, words: Sequence[str]) -> list[float]:
    try:
        return [float(word) for word in words]
    except ValueError:
        raise Unreadable(f"{quoted(line)} is no vertex") from None
