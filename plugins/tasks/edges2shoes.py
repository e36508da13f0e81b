"""Edges to photographs of shoes (Kim et al., 2017, figure 9)."""

from ganbench.api import SHOES, Task, WareTask


class Edges2Shoes(WareTask, Task):
    wares = (SHOES, SHOES)
    drawn = ("A",)
