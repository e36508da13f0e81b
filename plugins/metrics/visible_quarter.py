"""`visible` of pictures that are first brought to a quarter of their side: all but fine detail.

An enlarged small picture is as good as a real one here; beside `visible_full` it tells what a model
draws well, the whole or its detail.
"""

from ganbench.api import Column, FidelityMetric, Metric, too_small


class VisibleQuarter(FidelityMetric, Metric):
    every_task = True
    extractor = "visible_quarter"
    columns = {
        "kd_visible_quarter": Column(
            "", False, "kernel distance at a quarter of the size, unbiased"
        )
    }

    def unsupported(self, view):
        return too_small(view.spec, view.target) or super().unsupported(view)
