"""Objects seen from the same sides."""

from __future__ import annotations

from collections.abc import Sequence

from ganbench.data.rendering.mesh import Mesh
from ganbench.data.rendering.render import Images, Shot, as_it_is, render_shots


def render_views(
    objects: Sequence[Mesh],
    azimuths_deg: Sequence[float],
    size: int,
    elevation_deg: float,
    background: float = 1.0,
) -> Images:
    """Every object from every azimuth, uint8 (objects, azimuths, 3, size, size)."""
    shots = [Shot(azimuth, elevation_deg) for azimuth in azimuths_deg]
    return render_shots(objects, as_it_is, [shots] * len(objects), size, background)
