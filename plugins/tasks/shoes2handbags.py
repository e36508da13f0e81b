"""Shoes to handbags of the same colour and pattern (Kim et al., 2017, figure 1)."""

from ganbench.api import HANDBAGS, SHOES, Task, WareTask


class Shoes2Handbags(WareTask, Task):
    wares = (SHOES, HANDBAGS)
    metrics = ("preservation", *WareTask.metrics)
    references = ("real", "oracle", "identity", "untrained")
