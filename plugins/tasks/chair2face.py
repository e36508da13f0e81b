"""Chairs to heads; only the azimuth is shared (as the paper's authors ran it)."""

from ganbench.api import CHAIRS, HEADS, Task, ViewsTask


class Chair2Face(ViewsTask, Task):
    classes = (CHAIRS, HEADS)
