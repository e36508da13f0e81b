"""Cars to chairs; only the azimuth is shared (the reverse of chair2car)."""

from ganbench.api import CARS, CHAIRS, Task, ViewsTask


class Car2Chair(ViewsTask, Task):
    classes = (CARS, CHAIRS)
