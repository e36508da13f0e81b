"""Photographs of handbags to their edges: the reverse of edges2handbags."""

from ganbench.api import HANDBAGS, Task, WareTask


class Handbags2Edges(WareTask, Task):
    wares = (HANDBAGS, HANDBAGS)
    drawn = ("B",)
