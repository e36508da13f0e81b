"""Photographs of handbags to their edges: the reverse of edges2handbags."""

from ganbench.api import HANDBAGS, ProductTask, Task


class Handbags2Edges(ProductTask, Task):
    products = (HANDBAGS, HANDBAGS)
    drawn = ("B",)
