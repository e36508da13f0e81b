"""How far are the translations from the real images, in what a person can see?

By EfficientNet-Lite0's features after a blur of one pixel and below a floor of noise, on real and
translated images alike. Noise of one level of 255, which nobody sees, does not move it
(docs/metrics.md).
"""

from ganbench.api import Column, FidelityMetric, Metric


class Visible(FidelityMetric, Metric):
    extractor = "visible"
    columns = {
        "kd_visible": Column("", False, "kernel distance of what is visible, unbiased"),
        "fd_visible": Column("", False, "Fréchet distance of it, too large with few images"),
        "precision_visible": Column("", True, "translations within reach of a real one"),
        "recall_visible": Column("", True, "real ones within reach of a translation"),
        "density_visible": Column("", True, "real ones within reach, over 5"),
        "coverage_visible": Column("", True, "real ones that reach some translation"),
    }
