"""Handbags to shoes of the same colour and pattern (Kim et al., 2017, figure 1)."""

from ganbench.api import HANDBAGS, SHOES, ProductTask, Task


class Handbags2Shoes(ProductTask, Task):
    products = (HANDBAGS, SHOES)
