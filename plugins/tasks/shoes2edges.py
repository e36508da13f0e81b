"""Photographs of shoes to their edges: the reverse of edges2shoes."""

from ganbench.api import SHOES, ProductTask, Task


class Shoes2Edges(ProductTask, Task):
    products = (SHOES, SHOES)
    drawn = ("B",)
