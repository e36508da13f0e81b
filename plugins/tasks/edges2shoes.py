"""Edges to photographs of shoes (Kim et al., 2017, figure 9)."""

from ganbench.api import SHOES, ProductTask, Task


class Edges2Shoes(ProductTask, Task):
    products = (SHOES, SHOES)
    drawn = ("A",)
