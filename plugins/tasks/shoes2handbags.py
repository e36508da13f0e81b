"""Shoes to handbags of the same colour and pattern (Kim et al., 2017, figure 1)."""

from ganbench.api import HANDBAGS, SHOES, ProductTask, Task


class Shoes2Handbags(ProductTask, Task):
    products = (SHOES, HANDBAGS)
