"""Heads to cars; only the azimuth is shared (the reverse of car2face)."""

from ganbench.api import CARS, HEADS, Task, ViewsTask


class Face2Car(ViewsTask, Task):
    classes = (HEADS, CARS)
