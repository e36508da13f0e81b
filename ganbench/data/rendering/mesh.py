"""Triangle meshes made of single-coloured parts.

Convention for every mesh of the package: +x is forward, +y is left, +z is up; metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Vertices = npt.NDArray[np.float32]
Faces = npt.NDArray[np.int32]
Rgb = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Part:
    """One piece of an object, of one colour.

    vertices: float32 of shape (n, 3), metres.
    faces: int32 of shape (m, 3), indices into `vertices`, one triangle a row.
    rgb: diffuse colour, each channel in 0..1.
    specular: strength of the Phong highlight, 0..1.
    shininess: Phong exponent; higher is a smaller highlight.
    """

    vertices: Vertices
    faces: Faces
    rgb: Rgb
    specular: float = 0.1
    shininess: float = 20.0


Mesh = tuple[Part, ...]


def bounds(parts: Sequence[Part]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Lowest and highest corner, each of shape (3,), of the box around all parts.

    Raises ValueError when there is no vertex.
    """
    points = _used_points(parts)
    return points.min(axis=0), points.max(axis=0)


def normalise(parts: Sequence[Part]) -> Mesh:
    """The same object with its bounding-box centre at the origin, in a sphere of radius 1.

    The sphere is the smallest one about the box centre that holds every vertex: it does not
    change when the object turns, so one camera frames every azimuth and elevation alike and
    never clips. Any finite scale of the input works.

    Raises ValueError when there is no vertex or all vertices coincide.
    """
    points = _used_points(parts)
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    radius = float(np.sqrt(((points - centre) ** 2).sum(axis=1).max()))
    if not radius > 0:
        raise ValueError("a mesh whose vertices coincide has no size")
    return tuple(
        replace(
            part,
            vertices=((part.vertices.astype(np.float64) - centre) / radius).astype(np.float32),
        )
        for part in parts
    )


def _used_points(parts: Sequence[Part]) -> npt.NDArray[np.float64]:
    """Every vertex that a face uses, of shape (k, 3): stray points must not set the size."""
    used = [part.vertices[np.unique(part.faces)] for part in parts if len(part.faces)]
    if not used:
        raise ValueError("a mesh needs at least one triangle")
    return np.concatenate(used).astype(np.float64)
