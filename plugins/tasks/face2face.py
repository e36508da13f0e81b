"""Heads to other heads; only the azimuth is shared (Kim et al., 2017, figure 6)."""

from dataclasses import dataclass

from ganbench.api import HEADS, HeadOptions, Task, ViewOptions, ViewsTask


@dataclass(frozen=True)
class Options(ViewOptions, HeadOptions):
    """Heads as the paper has them: from one profile to the other."""

    azimuth_min_deg: float = -90.0
    azimuth_max_deg: float = 90.0
    elevation_deg: float = 5.0


class Face2Face(ViewsTask, Task):
    classes = (HEADS, HEADS)
    options_type = Options
