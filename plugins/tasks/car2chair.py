"""Cars to chairs; only the azimuth is shared (the reverse of chair2car)."""

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
class Options(TwoClassOptions, CarOptions, ChairOptions):
    """Both seen from the same azimuths."""


class Car2Chair(ViewsTask, Task):
    classes = (CARS, CHAIRS)
    options_type = Options
    preset_options = CAR_PRESET_OPTIONS
