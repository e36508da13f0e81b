"""Handbags to shoes of the same colour and pattern (Kim et al., 2017, figure 1)."""

from ganbench.api import HANDBAGS, SHOES, Task, WareTask


class Handbags2Shoes(WareTask, Task):
    wares = (HANDBAGS, SHOES)
    metrics = ("preservation", *WareTask.metrics)
    references = ("real", "oracle", "identity", "untrained")
