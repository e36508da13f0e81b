"""Heads to cars; only the azimuth is shared (the reverse of car2face)."""

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
class Options(TwoClassOptions, HeadOptions, CarOptions):
    """Both seen from the same azimuths."""


class Face2Car(ViewsTask, Task):
    classes = (HEADS, CARS)
    options_type = Options
    preset_options = CAR_PRESET_OPTIONS
