"""Cars to other cars; only the azimuth is shared (Kim et al., 2017, figure 5)."""

from ganbench.api import CARS, Task, ViewsTask


class Car2Car(ViewsTask, Task):
    classes = (CARS, CARS)
