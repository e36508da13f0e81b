"""Cars to heads; only the azimuth is shared (Kim et al., 2017, figure 8)."""

from dataclasses import dataclass

from ganbench.api import (
    CAR_PRESET_OPTIONS,
    CARS,
    HEADS,
    CarOptions,
    HeadOptions,
    Task,
    TwoClassOptions,
    ViewsTask,
)


@dataclass(frozen=True)
class Options(TwoClassOptions, CarOptions, HeadOptions):
    """Both seen from the same azimuths."""


class Car2Face(ViewsTask, Task):
    classes = (CARS, HEADS)
    options_type = Options
    preset_options = CAR_PRESET_OPTIONS
