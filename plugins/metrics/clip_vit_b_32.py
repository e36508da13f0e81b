"""Distances of CLIP's ViT-B/32 (Radford et al., 2021) features, if its weights are there."""

from ganbench.api import Column, FidelityMetric, Metric


class ClipViTB32(FidelityMetric, Metric):
    extractor = "clip_vit_b_32"
    columns = {
        "kd_clip_vit_b_32": Column("", False, "kernel distance, unbiased: best with few images"),
        "fd_clip_vit_b_32": Column("", False, "Fréchet distance, too large with few images"),
        "fd_inf_clip_vit_b_32": Column("", False, "the same, extrapolated to endless images"),
        "precision_clip_vit_b_32": Column("", True, "translations within reach of a real one"),
        "recall_clip_vit_b_32": Column("", True, "real ones within reach of a translation"),
        "density_clip_vit_b_32": Column("", True, "real ones that reach a translation, over 5"),
        "coverage_clip_vit_b_32": Column("", True, "real ones that reach some translation"),
        "diversity_clip_vit_b_32": Column("", None, "mean cosine distance of two translations"),
    }
