"""FID, KID and Inception score: Inception-v3 as torch-fidelity computes it (Heusel et al., 2017).

The weights are not part of any package: see docs/metrics.md.
"""

from ganbench.api import Column, FidelityMetric, Metric


class InceptionV3(FidelityMetric, Metric):
    extractor = "inception_v3"
    columns = {
        "kid": Column("", False, "kernel Inception distance, unbiased, over all images"),
        "fid": Column("", False, "Fréchet Inception distance, too large with few images"),
        "fd_inf_inception_v3": Column("", False, "FID, extrapolated to endless images"),
        "isc": Column("", True, "Inception score; made for ImageNet's classes"),
        "precision_inception_v3": Column("", True, "translations within reach of a real one"),
        "recall_inception_v3": Column("", True, "real ones within reach of a translation"),
        "density_inception_v3": Column("", True, "real ones that reach a translation, over 5"),
        "coverage_inception_v3": Column("", True, "real ones that reach some translation"),
        "diversity_inception_v3": Column(
            "", None, "mean cosine distance of two translations; compare with real's"
        ),
    }
