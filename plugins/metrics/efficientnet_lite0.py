"""How far are the translations from the real images? By features that an installed package carries.

Distances of EfficientNet-Lite0's ImageNet features, which need no download. They rank as the FID
does but are another scale, so they have names of their own.
"""

from ganbench.api import Column, FidelityMetric, Metric


class EfficientNetLite0(FidelityMetric, Metric):
    extractor = "efficientnet_lite0"
    expected_failures = {
        "check_what_nobody_sees_moves_no_distance": "its network takes the faintest noise on flat "
        "backgrounds for the most telling thing; the columns of `visible` do not",
        "check_worse_damage_is_farther": "noise that is hardly seen is as far as it gets",
    }
    columns = {
        "kd_efficientnet_lite0": Column("", False, "kernel distance, unbiased, for few images"),
        "fd_efficientnet_lite0": Column("", False, "Fréchet distance, too large with few images"),
        "fd_inf_efficientnet_lite0": Column("", False, "the same, extrapolated to endless images"),
        "precision_efficientnet_lite0": Column("", True, "translations within reach of a real one"),
        "recall_efficientnet_lite0": Column("", True, "real ones within reach of a translation"),
        "density_efficientnet_lite0": Column("", True, "real ones within reach, over 5"),
        "coverage_efficientnet_lite0": Column("", True, "real ones that reach some translation"),
        "diversity_efficientnet_lite0": Column(
            "", None, "mean cosine distance of two translations; compare with real's"
        ),
    }
