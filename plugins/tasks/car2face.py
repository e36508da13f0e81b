"""Cars to heads; only the azimuth is shared (Kim et al., 2017, figure 8)."""

from ganbench.api import CARS, HEADS, Task, ViewsTask


class Car2Face(ViewsTask, Task):
    classes = (CARS, HEADS)
