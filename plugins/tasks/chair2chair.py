"""Chairs to other chairs; only the azimuth is shared (as the paper's authors ran it)."""

from dataclasses import dataclass

from ganbench.api import CHAIRS, ChairOptions, Task, ViewOptions, ViewsTask


@dataclass(frozen=True)
class Options(ViewOptions, ChairOptions):
    """Chairs seen from all sides but the back."""


class Chair2Chair(ViewsTask, Task):
    classes = (CHAIRS, CHAIRS)
    options_type = Options
