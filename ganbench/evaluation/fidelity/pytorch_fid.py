"""Inception as the package pytorch-fid reads images with it: the network and the weights are those
of torch-fidelity, and what happens to an image before is not.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

SIDE_PX = 299


class InceptionOfPytorchFid(FeatureExtractorInceptionV3):  # type: ignore[misc]
    """Its feature "2048" is what `python -m pytorch_fid` compares (Seitzer, 2020, version 0.3.0).

    Images are resized as floats by bilinear interpolation with half-pixel centres, without
    antialiasing, and go from 0…255 to −1…1. (torch-fidelity resizes as TensorFlow 1 does, from the
    corners, and goes to −1…127/128.)
    """

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Of uint8 images (n, 3, H, W): a tuple of one float32 tensor (n, 2048)."""
        floats = images.float() / 255
        sized = F.interpolate(floats, (SIDE_PX, SIDE_PX), mode="bilinear", align_corners=False)
        maps = 2 * sized - 1
        for name, block in self.named_children():  # which stand in their order
            if name != "fc":
                maps = block(maps)
        return (maps.flatten(1),)

    @staticmethod
    def get_provided_features_list() -> tuple[str, ...]:
        return ("2048",)
