"""Chairs: procedural, or the renders of Aubry et al. (2014)."""

from dataclasses import dataclass

from ganbench.data.procedural.chairs.chairs import DATA_VERSION, procedural_chairs
from ganbench.data.readers.rendered_chairs import list_rendered_chairs
from ganbench.task_families.views import ObjectClass


@dataclass(frozen=True)
class ChairOptions:
    """chair_elevation_deg: which of the two elevations of the rendered chairs, 20 or 30."""

    chair_elevation_deg: int = 20


CHAIRS = ObjectClass(
    name="chairs",
    version=DATA_VERSION,
    procedural=procedural_chairs,
    real="rendered_chairs",
    list_real=list_rendered_chairs,
    authors_test=10,
    options=ChairOptions,
    real_options=("chair_elevation_deg",),
)
