"""Heads to chairs; only the azimuth is shared (the reverse of chair2face)."""

from ganbench.api import CHAIRS, HEADS, Task, ViewsTask


class Face2Chair(ViewsTask, Task):
    classes = (HEADS, CHAIRS)
