"""Chairs to other chairs; only the azimuth is shared (as the paper's authors ran it)."""

from ganbench.api import CHAIRS, Task, ViewsTask


class Chair2Chair(ViewsTask, Task):
    classes = (CHAIRS, CHAIRS)
