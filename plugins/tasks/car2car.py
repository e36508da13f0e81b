"""Cars to other cars; only the azimuth is shared (Kim et al., 2017, figure 5)."""

from dataclasses import dataclass

from ganbench.api import CAR_PRESET_OPTIONS, CARS, CarOptions, Task, ViewOptions, ViewsTask


@dataclass(frozen=True)
class Options(ViewOptions, CarOptions):
    """Cars as the paper has them: every 15 degrees over a range of 150."""


class Car2Car(ViewsTask, Task):
    classes = (CARS, CARS)
    options_type = Options
    preset_options = CAR_PRESET_OPTIONS
