"""Chairs to cars; only the azimuth is shared (Kim et al., 2017, figure 8)."""

from ganbench.api import CARS, CHAIRS, Task, ViewsTask


class Chair2Car(ViewsTask, Task):
    classes = (CHAIRS, CARS)
