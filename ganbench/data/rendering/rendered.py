"""Views of objects, rendered once and cached, with a sheet that shows them at their azimuths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganbench.core.cache import cached_files, entry_folder
from ganbench.core.errors import printable
from ganbench.core.image_grid import image_rows
from ganbench.core.reports import Report
from ganbench.core.spec import JSON
from ganbench.data.rendering.mesh import Mesh
from ganbench.data.rendering.render import Shot, as_it_is, render_shots

# Raised where a mesh is drawn otherwise (`tests/data/drawn.py`), with a line of what changed:
# 1: as PyVista's `add_mesh` draws it to the bit, by four lights, supersampled.
RENDERING_VERSION = 1

GREYS = {"black": 0.0, "grey": 0.5, "white": 1.0}
PREVIEW = "preview.png"
REMARKS = "told.txt"
MAX_OBJECTS, MAX_VIEWS, LONGEST_NAME = 8, 13, 24


@dataclass(frozen=True, eq=False)
class Made:
    """Objects to render. remarks: lines about them for the user."""

    names: Sequence[str]
    objects: Sequence[Mesh]
    remarks: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Rendered:
    """views: uint8 (objects, azimuths, 3, size, size). names: of the objects, (objects,).
    remarks: those of `Made`. preview: the sheet's file.
    """

    views: np.ndarray
    names: np.ndarray
    remarks: tuple[str, ...]
    preview: Path


def rendered_views(
    cache_dir: Path,
    name: str,
    key: JSON,
    make: Callable[[], tuple[Made, np.ndarray]],
    look: tuple[float, int, float],
    report: Report,
) -> Rendered:
    """Every view of every object, from the cache or rendered now.

    make: the objects, and the azimuth in degrees of each view, (objects, views).
    look: the elevation in degrees, the pictures' side in pixels, and the grey behind the objects.
    """
    elevation_deg, size, background = look
    key = {**key, "kept": ["names", "views"]}  # entries of older versions have no names

    def write(folder: Path) -> None:
        made, azimuths_deg = make()
        report(f"rendering {azimuths_deg.size} views of {len(made.objects)} {name} at {size} px")
        shots = [[Shot(azimuth, elevation_deg) for azimuth in row] for row in azimuths_deg]
        views = render_shots(made.objects, as_it_is, shots, size, background, report)
        np.save(folder / "views.npy", views, allow_pickle=False)
        np.save(folder / "names.npy", np.array(made.names, dtype=str), allow_pickle=False)
        (folder / REMARKS).write_text(
            "".join(f"{printable(line)}\n" for line in made.remarks), encoding="utf-8"
        )
        write_preview(folder / PREVIEW, made.names, views, azimuths_deg)

    cached = cached_files(cache_dir, name, key, write)
    entry = entry_folder(cache_dir, name, key)
    content = (entry / REMARKS).read_bytes() if (entry / REMARKS).is_file() else b""
    lines = content.decode(errors="surrogateescape").splitlines()
    return Rendered(cached["views"], np.array(cached["names"]), tuple(lines), entry / PREVIEW)


def write_preview(
    file: Path, names: Sequence[str], views: np.ndarray, azimuths_deg: np.ndarray
) -> None:
    """Some objects in rows, each view below its azimuth.

    views: uint8 (objects, views, 3, size, size). azimuths_deg: (objects, views).
    """
    objects, columns = (
        np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))
        for count, most in zip(azimuths_deg.shape, (MAX_OBJECTS, MAX_VIEWS), strict=True)
    )
    rows, captions = [], []
    for i in objects:
        order = np.argsort(azimuths_deg[i], kind="stable")[columns]
        rows.append((names[i][-LONGEST_NAME:], views[i][order]))
        captions.append([f"{round(angle)}°" for angle in azimuths_deg[i][order]])
    image_rows(rows, captions).save(file)
