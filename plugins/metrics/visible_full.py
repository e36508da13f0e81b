"""`visible` at the pictures' own size: no side is brought to 128 px first.

An enlarged small picture lacks what these features see of fine detail.
"""

from ganbench.api import Column, FidelityMetric, Metric, too_small


class VisibleFull(FidelityMetric, Metric):
    every_task = True
    extractor = "visible_full"
    columns = {"kd_visible_full": Column("", False, "kernel distance at full size, unbiased")}

    def unsupported(self, view):
        return too_small(view.spec, view.target) or super().unsupported(view)
