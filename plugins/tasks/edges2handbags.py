"""Edges to photographs of handbags (Kim et al., 2017, figure 9)."""

from ganbench.api import HANDBAGS, ProductTask, Task


class Edges2Handbags(ProductTask, Task):
    products = (HANDBAGS, HANDBAGS)
    drawn = ("A",)
