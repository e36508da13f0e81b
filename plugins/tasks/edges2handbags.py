"""Edges to photographs of handbags (Kim et al., 2017, figure 9)."""

from ganbench.api import HANDBAGS, Task, WareTask


class Edges2Handbags(WareTask, Task):
    wares = (HANDBAGS, HANDBAGS)
    drawn = ("A",)
