"""Heads to chairs; only the azimuth is shared (the reverse of chair2face)."""

from dataclasses import dataclass

from ganbench.api import CHAIRS, HEADS, ChairOptions, HeadOptions, Task, TwoClassOptions, ViewsTask


@dataclass(frozen=True)
class Options(TwoClassOptions, HeadOptions, ChairOptions):
    """Both seen from the same azimuths."""


class Face2Chair(ViewsTask, Task):
    classes = (HEADS, CHAIRS)
    options_type = Options
