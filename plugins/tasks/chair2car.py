"""Chairs to cars; only the azimuth is shared (Kim et al., 2017, figure 8)."""

from dataclasses import dataclass

from ganbench.api import (
    CAR_PRESET_OPTIONS,
    CARS,
    CHAIRS,
    CarOptions,
    ChairOptions,
    Task,
    TwoClassOptions,
    ViewsTask,
)


@dataclass(frozen=True)
class Options(TwoClassOptions, ChairOptions, CarOptions):
    """Both seen from the same azimuths."""


class Chair2Car(ViewsTask, Task):
    classes = (CHAIRS, CARS)
    options_type = Options
    preset_options = CAR_PRESET_OPTIONS
