"""Chairs to heads; only the azimuth is shared (as the paper's authors ran it)."""

from dataclasses import dataclass

from ganbench.api import CHAIRS, HEADS, ChairOptions, HeadOptions, Task, TwoClassOptions, ViewsTask


@dataclass(frozen=True)
class Options(TwoClassOptions, ChairOptions, HeadOptions):
    """Both seen from the same azimuths."""


class Chair2Face(ViewsTask, Task):
    classes = (CHAIRS, HEADS)
    options_type = Options
