"""Photographs of shoes to their edges: the reverse of edges2shoes."""

from ganbench.api import SHOES, Task, WareTask


class Shoes2Edges(WareTask, Task):
    wares = (SHOES, SHOES)
    drawn = ("B",)
