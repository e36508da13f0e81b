"""Distances of DINOv2's ViT-B/14 (Oquab et al., 2023) features, if its weights are there."""

from ganbench.api import Column, FidelityMetric, Metric


class DinoV2ViTB14(FidelityMetric, Metric):
    extractor = "dinov2_vit_b_14"
    columns = {
        "kd_dinov2_vit_b_14": Column("", False, "kernel distance, unbiased: best with few images"),
        "fd_dinov2_vit_b_14": Column("", False, "Fréchet distance, too large with few images"),
        "fd_inf_dinov2_vit_b_14": Column("", False, "the same, extrapolated to endless images"),
        "precision_dinov2_vit_b_14": Column("", True, "translations within reach of a real one"),
        "recall_dinov2_vit_b_14": Column("", True, "real ones within reach of a translation"),
        "density_dinov2_vit_b_14": Column("", True, "real ones that reach a translation, over 5"),
        "coverage_dinov2_vit_b_14": Column("", True, "real ones that reach some translation"),
        "diversity_dinov2_vit_b_14": Column("", None, "mean cosine distance of two translations"),
    }
