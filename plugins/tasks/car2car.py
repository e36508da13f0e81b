"""Rendered cars to other rendered cars; only the azimuth is shared (Kim et al., 2017, figure 5)."""

from dataclasses import dataclass
from typing import Literal

from ganbench.api import Task, ViewOptions, ViewsTask, procedural_cars


@dataclass(frozen=True)
class Options(ViewOptions):
    """Cars as the paper has them: every 15 degrees over a range of 150.

    paint: of the procedural cars; see `procedural_cars`.
    """

    paint: Literal["white", "grey", "mixed"] = "white"


class Car2Car(ViewsTask, Task):
    shapes = "ganbench.data.shapes.fleet"
    options_type = Options
    # Over 150 degrees the views of a car nearly close to a circle at 32 pixels, where one side
    # looks like the other: models then turn the circle, and alignment cannot tell them apart.
    preset_options = {
        **ViewsTask.preset_options,
        "quick": {"azimuth_min_deg": -60.0, "azimuth_max_deg": 60.0},
    }

    def procedural_objects(self):
        return procedural_cars(self.options.identities, self.options.paint)
