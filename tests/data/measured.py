"""Meshes measured alike, whoever read them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import trimesh

from ganbench.data.readers.mesh_file import read_mesh
from ganbench.data.rendering.mesh import Mesh, Part


@dataclass(frozen=True, eq=False)
class Measured:
    """count: of triangles. volume: signed, of the cone from the box's centre to the surface.
    size: of the bounding box, (3,). rgb: the mean over the area, (3,).
    """

    count: int
    area: float
    volume: float
    size: np.ndarray
    rgb: np.ndarray

    def check(self, other: Measured, tolerance: float = 1e-5, rgb: float = 0.004) -> None:
        """Equal up to float32 of the centred points, and one step of 8 bits in colours."""
        length = float(other.size.max())
        assert self.count == other.count
        assert self.size == pytest.approx(other.size, abs=tolerance * length)
        assert self.area == pytest.approx(other.area, abs=tolerance * length**2)
        assert self.volume == pytest.approx(other.volume, abs=tolerance * length**3)
        assert self.rgb == pytest.approx(other.rgb, abs=rgb)


def measured(corners: np.ndarray, rgb: np.ndarray) -> Measured:
    """corners: (m, 3, 3). rgb: of each triangle, (m, 3), in 0..1."""
    points = corners.reshape(-1, 3).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    a, b, c = (corners - (low + high) / 2).astype(np.float64).swapaxes(0, 1)
    doubled = np.cross(b - a, c - a)
    areas = np.linalg.norm(doubled, axis=1) / 2
    volume = np.einsum("md,md->", a, np.cross(b, c)) / 6
    mean = (areas[:, None] * rgb).sum(axis=0) / areas.sum()
    return Measured(len(corners), float(areas.sum()), float(volume), high - low, mean)


def of_mesh(mesh: Mesh) -> Measured:
    corners = np.concatenate([part.vertices[part.faces] for part in mesh])
    rgb = np.concatenate([np.tile(part.rgb, (len(part.faces), 1)) for part in mesh])
    return measured(corners, rgb)


def ours(path: Path) -> Measured:
    return of_mesh(read_mesh(path, path.parent).mesh)


def by_trimesh(path: Path) -> Measured:
    """What trimesh reads, every node in its place."""
    corners, rgb = [], []
    for geometry in trimesh.load_scene(path, process=False).dump():
        corners.append(geometry.triangles)
        rgb.append(_face_rgb(geometry))
    return measured(np.concatenate(corners), np.concatenate(rgb))


def _face_rgb(geometry: trimesh.Trimesh) -> np.ndarray:
    visual = geometry.visual
    if visual.kind == "texture":  # taken at the corners
        return visual.to_color().vertex_colors[:, :3][geometry.faces].mean(axis=1) / 255
    return np.asarray(visual.face_colors)[:, :3] / 255


def check_part(part: Part) -> None:
    """A mesh that can be drawn: no stray points, no triangle without area, colours within 0..1."""
    assert part.vertices.dtype == np.float32 and part.faces.dtype == np.int32
    assert np.isfinite(part.vertices).all()
    assert set(np.unique(part.faces)) == set(range(len(part.vertices)))
    a, b, c = (part.vertices[part.faces[:, k]].astype(float) for k in range(3))
    assert (np.linalg.norm(np.cross(b - a, c - a), axis=1) > 0).all()
    assert all(0 <= channel <= 1 for channel in part.rgb)
