"""Cars: procedural, or the CAD renders of Fidler et al. (2012)."""

from dataclasses import dataclass
from typing import Literal

from ganbench.data.procedural.cars.fleet import DATA_VERSION, procedural_cars
from ganbench.data.readers.cad_cars import list_cad_cars
from ganbench.task_families.views import ObjectClass


@dataclass(frozen=True)
class CarOptions:
    """paint: of the procedural cars; see `procedural_cars`."""

    paint: Literal["white", "grey", "mixed"] = "white"


CARS = ObjectClass(
    name="cars",
    version=DATA_VERSION,
    procedural=procedural_cars,
    real="cad_cars",
    list_real=list_cad_cars,
    authors_test=14,
    options=CarOptions,
    own_options=("paint",),
    # Over 120 degrees and more some runs turn the views as if they were a circle: at 32 pixels a
    # car from its left looks like one from its right (docs/reproduction.md).
    preset_options={"quick": {"azimuth_min_deg": -45.0, "azimuth_max_deg": 45.0}},
)
